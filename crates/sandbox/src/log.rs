//! Lines for the user of a sandbox.

use std::fmt;
use std::sync::Arc;

/// Takes a line.
type Tell = dyn Fn(&str) + Send + Sync;

/// The function of [`Builder::on_log`](crate::Builder::on_log), if there is one.
#[derive(Clone, Default)]
pub(crate) struct Log(Option<Arc<Tell>>);

impl Log {
    pub(crate) fn new(tell: impl Fn(&str) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(tell)))
    }

    pub(crate) fn line(&self, text: &str) {
        if let Some(tell) = &self.0 {
            tell(text);
        }
    }
}

impl fmt::Debug for Log {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Log")
    }
}
