//! Turns the client's errors into the command line's failures.

use crate::args::flag::flags;
use crate::clean;
use crate::envelope::ErrorDetailRow;
use crate::exit::{ErrorKind, Facts, Failure};

use ideogram_client::Error;
use ideogram_schema::{EndpointInfo, ValidationErrorDetail};
use serde_json::Value;

/// The most faults of an input that the sentence names; the envelope has them all.
const MAX_NAMED: usize = 5;

/// A failed call.
pub(crate) fn of_call(error: &Error, info: &'static EndpointInfo) -> Failure {
    let details: Vec<ErrorDetailRow> = error.details().iter().map(|detail| row(detail, info)).collect();
    // Only validation and moderation refuse an input, though the model's other errors have the same format.
    let refused = !details.is_empty() && (error.is_validation() || error.is_content_policy());
    let message = if refused { refusal(error, &details) } else { error.to_string() };
    let mut failure = Failure::new(ErrorKind::from(error), message);
    *failure.facts = Facts {
        endpoint: Some(info.id),
        request_id: error.request_id().map(str::to_owned),
        status: error.status().map(|status| status.as_u16()),
        error_type: error.error_type().map(|error_type| error_type.as_str().to_owned()),
        details,
        may_have_been_accepted: error.may_have_been_accepted(),
        bought: false,
        ledger: false,
        not_in_history: false,
        held: false,
        look_again: false,
        expired: false,
    };
    failure
}

/// One sentence that names the flag of each fault.
fn refusal(error: &Error, details: &[ErrorDetailRow]) -> String {
    let faults: Vec<String> = details.iter().take(MAX_NAMED).map(fault).collect();
    let more = match details.len().saturating_sub(MAX_NAMED) {
        0 => String::new(),
        more => format!("; and {more} more"),
    };
    let who = if error.is_content_policy() { "moderation refused" } else { "the service refused" };
    let request = error.request_id().map(|id| format!(" (request `{}`)", clean::line(id))).unwrap_or_default();
    format!("{who} {}{more}{request}", faults.join("; "))
}

fn fault(detail: &ErrorDetailRow) -> String {
    let place = match (&detail.flag, detail.loc.get(1..)) {
        (Some(flag), _) => format!("`{flag}`"),
        (None, Some(path @ [_, ..])) => {
            let path: Vec<String> =
                path.iter().map(|step| step.as_str().map_or_else(|| step.to_string(), str::to_owned)).collect();
            format!("`{}`", path.join("."))
        }
        (None, _) => "the input".to_owned(),
    };
    format!("{place}: {}", clean::line(&detail.msg))
}

fn row(detail: &ValidationErrorDetail, info: &'static EndpointInfo) -> ErrorDetailRow {
    let loc: Vec<Value> = detail.loc.iter().filter_map(|step| serde_json::to_value(step).ok()).collect();
    let name = loc.get(1).and_then(Value::as_str);
    let flag = name.and_then(|name| flags(info).into_iter().find(|flag| flag.field.name == name));
    ErrorDetailRow {
        flag: flag.map(|flag| flag.shown()),
        loc,
        msg: detail.msg.clone(),
        kind: detail.type_.as_str().to_owned(),
    }
}
