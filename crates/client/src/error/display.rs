//! One sentence for a person.

use super::{Allowed, Body, Error, Kind, Repr};
use crate::text::clean;
use ideogram_schema::{ValidationErrorDetail, ValidationLocation};
use std::error::Error as StdError;
use std::fmt::{self, Display, Formatter, Write};

/// Faults of an input that one sentence names.
const DETAILS: usize = 5;
/// Bytes of server text in one place of a sentence.
const TEXT: usize = 300;

impl Display for Error {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let repr = self.repr();
        match repr.kind {
            Kind::MissingKey => f.write_str(
                "there is no API key; set `FAL_KEY` (or `FAL_KEY_ID` and `FAL_KEY_SECRET`), or pass one to the builder",
            )?,
            Kind::Connect => {
                write!(f, "no connection for {}", call(repr))?;
                cause(f, self)?;
                f.write_str("; check the network and the base URLs")?;
            }
            Kind::Timeout => write!(f, "no answer in time to {}", call(repr))?,
            Kind::Transport => {
                write!(f, "the connection broke during {}", call(repr))?;
                cause(f, self)?;
            }
            Kind::Status | Kind::Failed => self.fmt_status(f)?,
            Kind::Decode => {
                write!(f, "the answer to {} is not what the API describes", call(repr))?;
                if !repr.message.is_empty() {
                    write!(f, ": {}", repr.message)?;
                }
                cause(f, self)?;
            }
            _ => {
                f.write_str(&repr.message)?;
                cause(f, self)?;
            }
        }
        if repr.attempts > 1 {
            write!(f, "; tried {} times", repr.attempts)?;
        }
        if self.may_have_been_accepted() {
            f.write_str("; it may have been accepted and billed, so look before you send it again")?;
        }
        match &repr.request_id {
            Some(request_id) => write!(f, " (request id `{}`)", clean(request_id, TEXT)),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.repr().fmt(f)
    }
}

impl Error {
    fn fmt_status(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let repr = self.repr();
        let sentence = repr.body.as_ref().and_then(|body| body.sentence.as_deref());
        if !self.details().is_empty() {
            f.write_str(if self.is_content_policy() { "refused by moderation: " } else { "the input was refused: " })?;
            return self.fmt_details(f);
        }
        let (what, next) = if self.is_exhausted_balance() {
            ("the account has no balance left", "top it up in fal's dashboard")
        } else if self.is_auth() {
            ("the API key was not accepted", "check `FAL_KEY` and what the key may do")
        } else if self.is_cancelled() {
            ("the job was cancelled", "")
        } else if self.is_rate_limited() {
            ("too many requests", "send fewer at once, or later")
        } else if repr.head.as_ref().is_some_and(|head| head.user_timeout) {
            ("the request did not start within its start timeout", "allow more time, or send it later")
        } else if repr.kind == Kind::Failed {
            ("the job failed", "")
        } else {
            ("", "")
        };
        match what {
            "" => write!(f, "{} failed", call(repr))?,
            what => f.write_str(what)?,
        }
        if let Some(head) = &repr.head {
            write!(f, " ({})", head.status)?;
        }
        let said = sentence.or((!repr.message.is_empty()).then_some(repr.message.as_str()));
        match (said, &repr.body) {
            (Some(said), _) => write!(f, ": {}", clean(said, TEXT))?,
            (None, Some(Body { text, .. })) if !text.trim().is_empty() => {
                write!(f, ", with a body that begins {:?}", clean(text.trim(), 80))?;
            }
            _ => {}
        }
        if !next.is_empty() {
            write!(f, "; {next}")?;
        }
        Ok(())
    }

    fn fmt_details(&self, f: &mut Formatter<'_>) -> fmt::Result {
        for (index, detail) in self.details().iter().take(DETAILS).enumerate() {
            if index > 0 {
                f.write_str("; ")?;
            }
            fmt_detail(f, detail)?;
        }
        match self.details().len().saturating_sub(DETAILS) {
            0 => Ok(()),
            more => write!(f, "; and {more} more"),
        }
    }
}

/// `` `strength`: Input should be less than or equal to 1 (sent 1.5) ``
fn fmt_detail(f: &mut Formatter<'_>, detail: &ValidationErrorDetail) -> fmt::Result {
    let mut path = String::new();
    // The first step only says that it is about the body.
    for step in detail.loc.iter().skip(1) {
        match step {
            ValidationLocation::String(name) if path.is_empty() => path.push_str(&clean(name, TEXT)),
            ValidationLocation::String(name) => write!(path, ".{}", clean(name, TEXT))?,
            ValidationLocation::Integer(index) => write!(path, "[{index}]")?,
            _ => {}
        }
    }
    if !path.is_empty() {
        write!(f, "`{path}`: ")?;
    }
    f.write_str(&clean(&detail.msg, TEXT))?;
    let allowed = Allowed::of(detail).to_string();
    if !allowed.is_empty() {
        write!(f, ", {allowed}")?;
    }
    match &detail.input {
        Some(sent @ (serde_json::Value::String(_) | serde_json::Value::Number(_) | serde_json::Value::Bool(_))) => {
            write!(f, " (sent {})", clean(&sent.to_string(), 80))
        }
        _ => Ok(()),
    }
}

/// "`run` of `fal-ai/…`", as far as it is known.
fn call(repr: &Repr) -> String {
    let operation = repr.operation.map_or("the call", crate::call::operation::Operation::name);
    match repr.endpoint {
        Some(endpoint) => format!("{operation} of `{endpoint}`"),
        None => operation.to_owned(),
    }
}

/// The deepest cause, which is the one that says something.
fn cause(f: &mut Formatter<'_>, error: &Error) -> fmt::Result {
    let Some(mut cause) = error.source() else { return Ok(()) };
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    write!(f, ": {}", clean(&cause.to_string(), TEXT))
}
