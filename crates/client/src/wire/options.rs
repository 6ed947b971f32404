//! Options of the platform that one call may set besides its input.

use crate::error::{Error, Result};
use crate::generated::parameters::{RunParameters, SubmitParameters};
use crate::wire::lifecycle::ObjectLifecycle;
use http::header::{HeaderMap, HeaderName, HeaderValue};
use ideogram_schema::QueuePriority;
use std::fmt::{self, Write};
use std::sync::Arc;
use std::time::Duration;

/// Options of one call, for `run`, `submit` and `subscribe` alike. What is not set has the platform's default.
///
/// ```
/// use ideogram_client::{CallOptions, QueuePriority};
/// use std::time::Duration;
///
/// let options = CallOptions::new()
///     .with_start_timeout(Duration::from_secs(30))
///     .with_priority(QueuePriority::Low)
///     .with_tag("team", "posters");
/// ```
#[derive(Clone, Default)]
#[must_use]
pub struct CallOptions {
    start_timeout: Option<Duration>,
    priority: Option<QueuePriority>,
    runner_hint: Option<String>,
    store_io: Option<bool>,
    no_retry: bool,
    no_fallback: bool,
    lifecycle: Option<ObjectLifecycle>,
    tags: Vec<(String, String)>,
    headers: Vec<(String, String)>,
}

impl CallOptions {
    /// Nothing set.
    pub fn new() -> Self {
        Self::default()
    }

    /// How long the request may wait for a runner, more than 0.1 s (`X-Fal-Request-Start-Timeout`, in seconds). When it
    /// passes the server answers 504, the request is not run, and the error's [`is_timeout`](Error::is_timeout) is true.
    pub fn with_start_timeout(mut self, timeout: Duration) -> Self {
        self.start_timeout = Some(timeout);
        self
    }

    /// The priority in the queue (`X-Fal-Queue-Priority`), normal by default: it can only be lowered, to let requests of normal
    /// priority pass. A run, which has no queue, ignores it.
    pub fn with_priority(mut self, priority: QueuePriority) -> Self {
        self.priority = Some(priority);
        self
    }

    /// A hint to the platform to run requests with the same text on the same runner, if possible (`X-Fal-Runner-Hint`).
    pub fn with_runner_hint(mut self, hint: impl Into<String>) -> Self {
        self.runner_hint = Some(hint.into());
        self
    }

    /// Whether the platform keeps input and output in its request history (`X-Fal-Store-IO`); by default as the account says,
    /// 30 days. Without it a lost reply cannot be found again by [`Client::find_submitted`](crate::Client::find_submitted).
    pub fn with_store_io(mut self, store: bool) -> Self {
        self.store_io = Some(store);
        self
    }

    /// Lets the request fail instead of passing it to another provider (`x-app-fal-disable-fallback`).
    pub fn with_no_fallback(mut self) -> Self {
        self.no_fallback = true;
        self
    }

    /// Asks the queue not to try again by itself when a runner fails (`X-Fal-No-Retry`); a run, which has no queue, ignores it.
    pub fn with_no_retry(mut self) -> Self {
        self.no_retry = true;
        self
    }

    /// How long the files that the request makes are kept, and who may read them (`X-Fal-Object-Lifecycle-Preference`); by
    /// default as the account says.
    pub fn with_object_lifecycle(mut self, lifecycle: ObjectLifecycle) -> Self {
        self.lifecycle = Some(lifecycle);
        self
    }

    /// A tag for the account's own books (`X-Fal-Tags`): at most ten, the name of `a-z 0-9 . _ -`, at most 64 long and without
    /// `fal.` before it, the value at most 256 printable ASCII characters without a comma, all of them at most 1024 bytes. The
    /// server drops bad ones silently; here the call ends in an error whose [`is_input`](Error::is_input) is true.
    pub fn with_tag(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.tags.push((name.into(), value.into()));
        self
    }

    /// Adds a header to the request. One that HTTP or this client sets itself, such as `Authorization`, ends the call in an
    /// error whose [`is_input`](Error::is_input) is true, before anything is sent.
    pub fn with_header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    pub(crate) fn run_parameters(&self) -> Result<RunParameters> {
        Ok(RunParameters {
            request_start_timeout: self.start_timeout()?,
            runner_hint: self.runner_hint.clone(),
            object_lifecycle_preference: self.lifecycle.as_ref().map(ObjectLifecycle::to_header),
            store_io: self.store_io.map(|store| u8::from(store).to_string()),
            tags: self.tags()?,
            disable_fallback: self.no_fallback.then(|| "true".to_owned()),
            ..RunParameters::default()
        })
    }

    pub(crate) fn submit_parameters(&self) -> Result<SubmitParameters> {
        let common = self.run_parameters()?;
        Ok(SubmitParameters {
            request_start_timeout: common.request_start_timeout,
            runner_hint: common.runner_hint,
            object_lifecycle_preference: common.object_lifecycle_preference,
            store_io: common.store_io,
            no_retry: self.no_retry.then(|| "1".to_owned()),
            disable_fallback: common.disable_fallback,
            tags: common.tags,
            queue_priority: self.priority.clone(),
            ..SubmitParameters::default()
        })
    }

    /// The extra headers, or `None` where there are none.
    pub(crate) fn extra(&self) -> Result<Option<Arc<HeaderMap>>> {
        if self.headers.is_empty() {
            return Ok(None);
        }
        let mut extra = HeaderMap::with_capacity(self.headers.len());
        for (name, value) in &self.headers {
            let refuse = |why| Error::input(format!("the header {name:?} cannot be sent: {why}"));
            let name = HeaderName::try_from(name).map_err(|_| refuse("its name is not one"))?;
            if OWN.contains(&name.as_str()) {
                return Err(refuse("this client sets it by itself"));
            }
            let value = HeaderValue::try_from(value).map_err(|_| refuse("its value holds a control character"))?;
            extra.insert(name, value);
        }
        Ok(Some(Arc::new(extra)))
    }

    fn start_timeout(&self) -> Result<Option<f64>> {
        match self.start_timeout {
            Some(timeout) if timeout <= Duration::from_millis(100) => {
                Err(Error::input(format!("a start timeout of {timeout:?} is too short: it must be more than 100ms")))
            }
            timeout => Ok(timeout.map(|timeout| timeout.as_secs_f64())),
        }
    }

    fn tags(&self) -> Result<Option<String>> {
        let refuse = |why: String| Err(Error::input(why));
        if self.tags.len() > 10 {
            return refuse(format!("{} tags are too many: at most 10 are kept", self.tags.len()));
        }
        let mut joined = String::new();
        for (name, value) in &self.tags {
            let fits = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"._-".contains(&byte);
            if name.is_empty() || name.len() > 64 || !name.bytes().all(fits) || name.starts_with("fal.") {
                return refuse(format!(
                    "the tag name {name:?} is not allowed: 1 to 64 of `a-z 0-9 . _ -`, and `fal.` is taken"
                ));
            }
            if value.len() > 256 || !value.bytes().all(|byte| (byte.is_ascii_graphic() || byte == b' ') && byte != b',')
            {
                return refuse(format!(
                    "the value of the tag `{name}` is not allowed: at most 256 printable ASCII characters, no comma"
                ));
            }
            let comma = if joined.is_empty() { "" } else { "," };
            // Writing to a String cannot fail.
            let _ = write!(joined, "{comma}{name}={value}");
        }
        if joined.len() > 1024 {
            return refuse(format!("the tags are {} bytes together: at most 1024 are kept", joined.len()));
        }
        Ok((!joined.is_empty()).then_some(joined))
    }
}

impl fmt::Debug for CallOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The value of a header may be a secret, so only the names are shown.
        let headers: Vec<_> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("CallOptions")
            .field("start_timeout", &self.start_timeout)
            .field("priority", &self.priority)
            .field("tags", &self.tags)
            .field("headers", &headers)
            .finish_non_exhaustive()
    }
}

/// Headers that HTTP or this client sets.
const OWN: &[&str] = &[
    "authorization",
    "connection",
    "content-encoding",
    "content-length",
    "content-type",
    "cookie",
    "expect",
    "host",
    "keep-alive",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
];

#[cfg(test)]
mod tests {
    use super::CallOptions;
    use ideogram_schema::QueuePriority;
    use std::time::Duration;

    #[test]
    fn options_become_the_platforms_parameters() {
        let options = CallOptions::new()
            .with_start_timeout(Duration::from_millis(1500))
            .with_priority(QueuePriority::Low)
            .with_store_io(false)
            .with_tag("team", "posters and prints")
            .with_tag("run", "7");
        let parameters = options.submit_parameters().unwrap();
        assert_eq!(parameters.request_start_timeout, Some(1.5));
        assert_eq!(parameters.queue_priority, Some(QueuePriority::Low));
        assert_eq!(parameters.store_io.as_deref(), Some("0"));
        assert_eq!(parameters.tags.as_deref(), Some("team=posters and prints,run=7"));
    }

    #[test]
    fn what_the_server_would_drop_silently_is_an_error_here() {
        for (name, value) in [("Team", "x"), ("", "x"), ("fal.x", "x"), ("team", "a,b"), ("team", "é")] {
            assert!(
                CallOptions::new().with_tag(name, value).run_parameters().unwrap_err().is_input(),
                "{name} {value}"
            );
        }
        assert!(CallOptions::new().with_start_timeout(Duration::from_millis(100)).run_parameters().is_err());
    }

    #[test]
    fn the_key_cannot_be_replaced_by_a_header() {
        assert!(CallOptions::new().with_header("AUTHORIZATION", "Key x").extra().is_err());
        assert!(CallOptions::new().with_header("x-a", "b\r\nc: d").extra().is_err());
        assert!(CallOptions::new().with_header("x-a", "b").extra().unwrap().is_some());
    }
}
