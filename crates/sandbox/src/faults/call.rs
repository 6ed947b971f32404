//! The kinds of calls that a client makes.

use serde::{Deserialize, Serialize};

named! {
    /// A kind of call.
    Call {
        /// A synchronous run.
        Run = "run",
        /// A submit to the queue.
        Submit = "submit",
        /// A look at a job's status.
        Status = "status",
        /// A job's status stream.
        Stream = "stream",
        /// A job's result.
        Result = "result",
        /// A cancel.
        Cancel = "cancel",
        /// A token, of the storage or for an application.
        Token = "token",
        /// The announcement of an upload, in one piece or in parts.
        Initiate = "initiate",
        /// An upload in one piece.
        Upload = "upload",
        /// One part of an upload.
        Part = "part",
        /// The end of an upload in parts.
        Complete = "complete",
        /// A download from the CDN.
        Download = "download",
        /// The platform API.
        Platform = "platform",
        /// The OpenAPI documents.
        Site = "site",
        /// Anything else.
        Other = "other",
    }
}
