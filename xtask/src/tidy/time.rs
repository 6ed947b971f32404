//! Only one module of a crate reads the clock, so that a test can set the time.
//!
//! Timers that take a duration (`sleep`, `timeout`) do not count as reading the clock. Timers that take an instant get
//! it from that module; it is tokio's, which stops when a test pauses the runtime's time.

use super::{Breach, Source, breach};

pub(super) fn check(source: &Source<'_>, breaches: &mut Vec<Breach>) {
    let Some(clock) = &source.rules.clock else { return };
    for (module, mentioned) in source.outside(clock) {
        let path = &mentioned.mention.path;
        let reads = match path.as_slice() {
            [method] => mentioned.mention.member && mentioned.mention.called && method == "elapsed",
            [.., name] => {
                matches!(name.as_str(), "now" | "now_utc" | "now_local" | "elapsed") && mentioned.target.is_none()
            }
            [] => false,
        };
        if reads {
            let message = format!("`{}` reads the clock: only `{clock}` may, ask it", path.join("::"));
            breaches.push(breach(module, mentioned.mention.line(), "clock", message));
        }
    }
}
