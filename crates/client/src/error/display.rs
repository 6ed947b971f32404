//! The `Display` of an error: one sentence for a person.

use super::{Allowed, Body, Error, ErrorKind, Repr, RequestState};
use crate::call::operation::Operation;
use crate::text::clean;
use ideogram_schema::ValidationErrorDetail;
use serde_json::Value;
use std::error::Error as StdError;
use std::fmt::{self, Display, Formatter};

/// The most faults of an input that one sentence names.
const DETAILS: usize = 5;
/// The most bytes of server text in one place of a sentence.
const TEXT: usize = 300;
/// The most bytes of a message of this crate, which may have texts of a server in it.
const MESSAGE: usize = 4000;

impl Display for Error {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let repr = self.repr();
        match repr.kind {
            ErrorKind::MissingKey => f.write_str(
                "there is no API key; set `FAL_KEY` (or `FAL_KEY_ID` and `FAL_KEY_SECRET`), or pass one to the builder",
            )?,
            ErrorKind::Decode => {
                write!(f, "the answer to {} is not what the API describes", call(repr))?;
                if !repr.message.is_empty() {
                    write!(f, ": {}", clean(&repr.secrets.hide(&repr.message), MESSAGE))?;
                }
                cause(f, self)?;
            }
            // The server, or a job's report, has said something.
            _ if repr.body.is_some() || self.is_job_failure() => self.fmt_answer(f)?,
            ErrorKind::Connect => {
                write!(f, "no connection for {}", call(repr))?;
                if let Some(fault) = self.tls_fault() {
                    write!(f, ": {fault}")?;
                } else {
                    cause(f, self)?;
                    f.write_str("; check the network and the base URLs")?;
                }
            }
            ErrorKind::Timeout => write!(f, "no answer in time to {}", call(repr))?,
            ErrorKind::Transport => {
                write!(f, "the connection broke during {}", call(repr))?;
                cause(f, self)?;
            }
            _ => {
                f.write_str(&clean(&repr.secrets.hide(&repr.message), MESSAGE))?;
                cause(f, self)?;
            }
        }
        if repr.attempts > 1 {
            write!(f, "; tried {} times", repr.attempts)?;
        }
        f.write_str(match self.state() {
            _ if repr.file_url.is_some() => "",
            Some(RequestState::Unknown) => "; it may have been accepted and billed, so look before you send it again",
            Some(RequestState::Accepted) => {
                "; the job goes on and may be billed, so continue with it by its id instead of sending it again"
            }
            Some(RequestState::Answered) if repr.body.is_some() => return self.fmt_kept(f),
            Some(RequestState::Answered) => {
                "; it was answered and is billed, so ask for its result again instead of sending it again"
            }
            _ => "",
        })?;
        self.fmt_file(f)?;
        self.fmt_request_id(f)
    }
}

impl Error {
    /// Replaces secrets in server text. This must come before the text is cut, because a cut could leave a part of a
    /// secret.
    pub(super) fn hide<'a>(&self, text: &'a str) -> std::borrow::Cow<'a, str> {
        self.repr().secrets.hide(text)
    }

    fn fmt_request_id(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match &self.repr().request_id {
            Some(request_id) => write!(f, " (request id `{}`)", clean(&self.hide(request_id), TEXT)),
            None => Ok(()),
        }
    }

    /// The end of the message for an answer that is billed and could not be delivered: where its files are.
    fn fmt_kept(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("; it was answered and is billed, so do not send it again")?;
        let count = self.files().len() + self.more_files();
        match self.files().first() {
            None => f.write_str("; there is no file in the answer")?,
            Some(first) if first.file.url.starts_with("data:") => f.write_str("; its file is in the answer itself")?,
            Some(first) => write!(f, "; its file is at `{}`", clean(&self.hide(&first.file.url), TEXT))?,
        }
        if count > 1 {
            write!(f, ", the first of {count}")?;
        }
        self.fmt_request_id(f)
    }

    /// What the service or the model said.
    fn fmt_answer(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let repr = self.repr();
        let failed = self.is_job_failure();
        let user_timeout = repr.head.as_ref().is_some_and(|head| head.user_timeout);
        if !self.details().is_empty() {
            f.write_str(match self.kind() {
                ErrorKind::ContentPolicy => "refused by moderation: ",
                ErrorKind::Validation => "the input was refused: ",
                ErrorKind::Timeout => "the model took too long: ",
                _ if failed => "the job failed: ",
                _ => "the service failed: ",
            })?;
            return self.fmt_details(f);
        }
        let (what, next) = match self.kind() {
            ErrorKind::ExhaustedBalance => ("the account has no balance left", "top it up in fal's dashboard"),
            ErrorKind::Auth => ("the API key was not accepted", "check `FAL_KEY` and what the key may do"),
            ErrorKind::Cancelled => ("the job was cancelled", ""),
            ErrorKind::NotFound if repr.operation.is_some_and(Operation::is_of_job) => {
                ("the service does not know this request, or its result has expired", "")
            }
            ErrorKind::RateLimited => ("too many requests", "send fewer at once, or later"),
            ErrorKind::Timeout if user_timeout => {
                ("the request did not start within its start timeout", "allow more time, or send it later")
            }
            _ if failed => ("the job failed", ""),
            _ => ("", ""),
        };
        match what {
            "" => write!(f, "{} failed", call(repr))?,
            what => f.write_str(what)?,
        }
        if let Some(head) = &repr.head {
            // A status without a name, such as 499, is its number.
            match head.status.canonical_reason() {
                Some(name) => write!(f, " ({} {name})", head.status.as_u16())?,
                None => write!(f, " ({})", head.status.as_u16())?,
            }
        }
        let sentence = repr.body.as_ref().and_then(|body| body.sentence.as_deref());
        let said = sentence.or((!repr.message.is_empty()).then_some(repr.message.as_str()));
        match (said, &repr.body) {
            (Some(said), _) => write!(f, ": {}", clean(&self.hide(said), TEXT))?,
            (None, Some(Body { text, .. })) if !text.trim().is_empty() => {
                write!(f, ", with a body that begins {:?}", clean(&self.hide(text.trim()), 80))?;
            }
            _ => {}
        }
        if !next.is_empty() {
            write!(f, "; {next}")?;
        }
        Ok(())
    }

    /// `` `strength`: Input should be less than or equal to 1 (sent 1.5) ``
    fn fmt_detail(&self, f: &mut Formatter<'_>, detail: &ValidationErrorDetail) -> fmt::Result {
        // `body` itself is not shown: every fault is about the body.
        let place = detail.location().inside().to_string();
        if !place.is_empty() {
            write!(f, "`{}`: ", clean(&self.hide(&place), TEXT))?;
        }
        f.write_str(&clean(&self.hide(&detail.msg), TEXT))?;
        let allowed = Allowed::of(detail).beyond(&detail.msg);
        if !allowed.is_empty() {
            write!(f, ", {}", self.hide(&allowed))?;
        }
        match &detail.input {
            Some(sent @ (Value::String(_) | Value::Number(_) | Value::Bool(_))) => {
                write!(f, " (sent {})", clean(&self.hide(&sent.to_string()), 80))
            }
            _ => Ok(()),
        }
    }

    fn fmt_details(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (index, detail) in self.details().iter().take(DETAILS).enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            self.fmt_detail(f, detail)?;
        }
        match self.details().len().saturating_sub(DETAILS) {
            0 => Ok(()),
            more => write!(f, "; and {more} more"),
        }
    }
}

/// "`run` of `fal-ai/…`", as far as it is known.
fn call(repr: &Repr) -> String {
    let operation = repr.operation.map_or("the call", Operation::name);
    match repr.endpoint {
        Some(endpoint) => format!("{operation} of `{endpoint}`"),
        None => operation.to_owned(),
    }
}

/// Adds the deepest cause, which says the most.
fn cause(f: &mut Formatter<'_>, error: &Error) -> fmt::Result {
    let Some(mut cause) = error.source() else { return Ok(()) };
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    write!(f, ": {}", clean(&error.hide(&cause.to_string()), TEXT))
}
