//! What can go wrong with a call.

use serde::{Deserialize, Serialize};

named! {
    /// What goes wrong.
    Fault {
        /// Nothing goes wrong; for use in a script.
        Ok = "ok",
        /// The call waits for `latency_ms`, and a random time up to `jitter_ms` more; other faults may apply to it too.
        Latency = "latency",
        /// 429 with `Retry-After`; nothing was done.
        RateLimit = "rate-limit",
        /// The ingress answers `status` (503) with its page and without a request id; nothing was done.
        IngressError = "ingress-error",
        /// The service answers `status` (503) with JSON and a request id; nothing was done.
        AppError = "app-error",
        /// The work is done, then the service answers `status` (503) in place of the result.
        AppErrorAfter = "app-error-after",
        /// The work is done, then a gateway answers `status` (504) in place of the result.
        GatewayErrorAfter = "gateway-error-after",
        /// The connection is reset; nothing was done.
        ResetBefore = "reset-before",
        /// The work is done, then the connection is reset.
        ResetAfter = "reset-after",
        /// The work is done, then the connection ends without a reply.
        LostReply = "lost-reply",
        /// The connection ends within the reply's head.
        CutHead = "cut-head",
        /// The connection ends in the middle of the body.
        Truncate = "truncate",
        /// The body comes `chunk` bytes at a time, one piece each `interval_ms`.
        Drip = "drip",
        /// The body stops in the middle, and the connection stays open.
        Stall = "stall",
        /// The body is JSON that does not match the description.
        WrongJson = "wrong-json",
        /// The body is an HTML page.
        Html = "html",
        /// A result or a file that was there is gone.
        Expired = "expired",
        /// Each event of a status stream comes twice.
        DuplicateEvents = "duplicate-events",
        /// Events of a status stream are lost, the last among them.
        MissingEvents = "missing-events",
        /// The URLs in the answer to a submit or a status are on the host of `url`.
        ForeignUrls = "foreign-urls",
    }
}
