//! What an answer means for the job that it is about. Only the model or the queue can say that a job has failed; an
//! error of the network cannot.

use super::{Body, Error, ErrorKind, RequestState};
use crate::call::head::Head;
use crate::call::operation::Operation;
use ideogram_schema::RequestErrorType;

/// What an answer that is not a result means for its job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Judgement {
    /// The call cannot go on with this key, this account or this request; the job can.
    Denied,
    /// The queue does not know the job, or not yet, or not any more.
    NotFound,
    /// Too many requests: come back later.
    RateLimited,
    /// The job was cancelled. It is over.
    Cancelled,
    /// The job has failed. It is over.
    Failed,
    /// The result is a failure, but the queue has said that the job succeeded: believed only if it is the same some
    /// seconds later.
    Contradicted,
    /// The model has answered, and its answer does not fit.
    Answered,
    /// Nothing is known about the job: it is in progress, or something on the way to it failed.
    NotYetKnown,
}

/// What the queue has said of the job by now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Reported {
    /// Nothing yet, or that the job is in progress.
    #[default]
    Nothing,
    /// That it has completed, and no error.
    Completed,
    /// That it has ended with an error.
    Error,
}

/// Judges an HTTP error. The first rule that fits decides.
///
/// `request_id` is the job's, where it is known before the answer.
pub(crate) fn judge(
    asked: Operation,
    head: &Head,
    body: &Body,
    request_id: Option<&str>,
    reported: Reported,
) -> Judgement {
    match head.status.as_u16() {
        401..=403 => return Judgement::Denied,
        404 => return Judgement::NotFound,
        429 => return Judgement::RateLimited,
        _ => {}
    }
    // Only the answer to a result or a run can be the model's own.
    if body.says_in_progress() || !matches!(asked, Operation::Result | Operation::Run) {
        return Judgement::NotYetKnown;
    }
    let error_type = body.error_type.as_deref().or(head.error_type.as_deref()).map(RequestErrorType::from);
    if head.status.as_u16() == 499 || error_type == Some(RequestErrorType::ClientCancelled) {
        return Judgement::Cancelled;
    }
    if !head.status.is_client_error() && !head.status.is_server_error() {
        return Judgement::NotYetKnown;
    }
    if head.status.as_u16() == 422 && !body.details.is_empty() {
        return Judgement::Failed;
    }
    if body.is_object && error_type.is_some_and(|error_type| error_type.is_known()) {
        return Judgement::Failed;
    }
    if body.has_detail && request_id.is_some() && head.request_id.as_deref() == request_id {
        let contradicts = head.status.is_server_error() && reported != Reported::Error;
        return if contradicts { Judgement::Contradicted } else { Judgement::Failed };
    }
    Judgement::NotYetKnown
}

impl Error {
    /// What this error means for the job with this id.
    pub(crate) fn judge(&self, request_id: Option<&str>, reported: Reported) -> Judgement {
        let repr = self.repr();
        match (self.state(), &repr.head, &repr.body, self.kind()) {
            (Some(RequestState::Failed), ..) => Judgement::Failed,
            (Some(RequestState::Cancelled), ..) => Judgement::Cancelled,
            (Some(RequestState::Answered), ..) => Judgement::Answered,
            // An error on this machine would be the same the next time.
            (.., ErrorKind::Input | ErrorKind::Configuration | ErrorKind::MissingKey | ErrorKind::File) => {
                Judgement::Denied
            }
            (_, Some(head), Some(body), _) if !head.status.is_success() => {
                judge(repr.operation.unwrap_or(Operation::Status), head, body, request_id, reported)
            }
            _ => Judgement::NotYetKnown,
        }
    }

    /// The same error, marked as the end of the job if the answer, of a run or a result, says so.
    pub(crate) fn settled(self, request_id: Option<&str>, reported: Reported) -> Self {
        match self.judge(request_id, reported) {
            Judgement::Failed | Judgement::Cancelled => self.into_verdict(),
            _ => self,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Judgement, Reported, judge};
    use crate::call::head::Head;
    use crate::call::operation::Operation;
    use crate::error::{Body, Error, ErrorKind, RequestState};
    use http::StatusCode;

    const ID: &str = "764cabcf";
    const LIST: &str = r#"{"detail":[{"loc":["body","prompt"],"msg":"m","type":"missing"}]}"#;
    const SENTENCE: &str = r#"{"detail":"Something went wrong"}"#;
    const IN_PROGRESS: &str = r#"{"detail":"Request is still in progress"}"#;
    const DISCONNECTED: &str = r#"{"detail":"Runner disconnected","error_type":"runner_disconnected"}"#;
    const CANCELLED: &str = r#"{"detail":"Request cancelled","error_type":"client_cancelled"}"#;
    const HTML: &str = "<html><h1>502 Bad Gateway</h1></html>";

    fn head(status: u16, id: Option<&str>) -> Head {
        Head { status: StatusCode::from_u16(status).unwrap(), request_id: id.map(str::to_owned), ..Head::default() }
    }

    #[test]
    fn the_results_own_answer_is_a_verdict_and_a_proxys_is_not() {
        use Judgement::{Cancelled, Contradicted, Denied, Failed, NotFound, NotYetKnown, RateLimited};
        use Reported::{Completed, Error as Ended, Nothing};
        for (status, text, id, reported, expected) in [
            // Statuses with a rule of their own come first, whatever the body says.
            (401, DISCONNECTED, Some(ID), Completed, Denied),
            (402, SENTENCE, None, Completed, Denied),
            (403, LIST, Some(ID), Completed, Denied),
            (404, CANCELLED, Some(ID), Completed, NotFound),
            (429, DISCONNECTED, Some(ID), Ended, RateLimited),
            (400, IN_PROGRESS, Some(ID), Completed, NotYetKnown),
            (500, IN_PROGRESS, Some(ID), Ended, NotYetKnown),
            (
                400,
                r#"{"detail":"Request is still in progress","error_type":"bad_request"}"#,
                Some(ID),
                Ended,
                NotYetKnown,
            ),
            (400, r#"{"status":"IN_PROGRESS"}"#, Some(ID), Completed, NotYetKnown),
            // Cancelled.
            (499, HTML, None, Nothing, Cancelled),
            (400, CANCELLED, None, Completed, Cancelled),
            (500, CANCELLED, Some(ID), Completed, Cancelled),
            // The model's list of faults, the platform's documented reasons.
            (422, LIST, None, Completed, Failed),
            (422, r#"{"detail":[]}"#, None, Completed, NotYetKnown),
            (422, r#"{"detail":[7]}"#, None, Completed, NotYetKnown),
            (422, SENTENCE, None, Completed, NotYetKnown),
            (503, DISCONNECTED, None, Completed, Failed),
            (503, DISCONNECTED, Some("another"), Completed, Failed),
            (400, r#"{"detail":"x","error_type":"bad_request"}"#, None, Nothing, Failed),
            (500, r#"{"detail":"x","error_type":"out_of_cheese"}"#, None, Completed, NotYetKnown),
            (500, r#"{"detail":"x","error_type":""}"#, None, Completed, NotYetKnown),
            // A detail with our id.
            (422, SENTENCE, Some(ID), Completed, Failed),
            (400, SENTENCE, Some(ID), Completed, Failed),
            (400, SENTENCE, Some("another"), Completed, NotYetKnown),
            (400, r#"{"message":"x"}"#, Some(ID), Completed, NotYetKnown),
            (500, SENTENCE, Some(ID), Completed, Contradicted),
            (504, LIST, Some(ID), Completed, Contradicted),
            (500, SENTENCE, Some(ID), Nothing, Contradicted),
            (500, SENTENCE, Some(ID), Ended, Failed),
            // Whatever stands in between.
            (500, SENTENCE, None, Completed, NotYetKnown),
            (500, SENTENCE, Some("another"), Completed, NotYetKnown),
            (502, HTML, Some(ID), Completed, NotYetKnown),
            (503, "", Some(ID), Ended, NotYetKnown),
            (504, r#"{"message":"upstream"}"#, None, Completed, NotYetKnown),
            (408, SENTENCE, None, Completed, NotYetKnown),
            (302, SENTENCE, Some(ID), Completed, NotYetKnown),
        ] {
            let body = Body::parse(text.as_bytes());
            let judged = judge(Operation::Result, &head(status, id), &body, Some(ID), reported);
            assert_eq!(judged, expected, "{status} {text} {id:?} {reported:?}");
        }
    }

    #[test]
    fn no_http_error_on_status_stream_or_cancel_is_a_verdict() {
        use Judgement::{Denied, NotFound, NotYetKnown, RateLimited};
        for operation in [Operation::Status, Operation::Stream, Operation::Cancel] {
            for (status, expected) in [
                (401, Denied),
                (403, Denied),
                (404, NotFound),
                (429, RateLimited),
                (400, NotYetKnown),
                (422, NotYetKnown),
            ]
            .into_iter()
            .chain([499, 500, 502, 503, 504].map(|status| (status, NotYetKnown)))
            {
                for text in [LIST, SENTENCE, DISCONNECTED, CANCELLED, IN_PROGRESS, HTML] {
                    let body = Body::parse(text.as_bytes());
                    let judged = judge(operation, &head(status, Some(ID)), &body, Some(ID), Reported::Error);
                    assert_eq!(judged, expected, "{operation:?} {status} {text}");
                }
            }
        }
    }

    #[test]
    fn the_posts_own_answer_is_a_runs_verdict_and_an_id_alone_is_not() {
        use Judgement::{Cancelled, Denied, Failed, NotYetKnown};
        for (status, text, id, expected) in [
            (422, LIST, Some(ID), Failed),
            (504, r#"{"detail":"x","error_type":"request_timeout"}"#, None, Failed),
            (499, SENTENCE, None, Cancelled),
            (403, SENTENCE, None, Denied),
            (500, SENTENCE, Some(ID), NotYetKnown),
            (502, HTML, Some(ID), NotYetKnown),
        ] {
            let body = Body::parse(text.as_bytes());
            let judged = judge(Operation::Run, &head(status, id), &body, None, Reported::Nothing);
            assert_eq!(judged, expected, "{status} {text}");
        }
    }

    #[test]
    fn the_documented_reason_may_stand_in_the_header_of_a_json_answer() {
        let typed = |text: &str| {
            let head = Head { error_type: Some("runner_disconnected".to_owned()), ..head(503, None) };
            judge(Operation::Result, &head, &Body::parse(text.as_bytes()), Some(ID), Reported::Completed)
        };
        assert_eq!(typed(r#"{"detail":"x"}"#), Judgement::Failed);
        assert_eq!(typed(HTML), Judgement::NotYetKnown);
    }

    #[test]
    fn trouble_below_http_is_no_verdict_and_what_cannot_be_sent_ends_the_call() {
        for (kind, expected) in [
            (ErrorKind::Connect, Judgement::NotYetKnown),
            (ErrorKind::Transport, Judgement::NotYetKnown),
            (ErrorKind::Timeout, Judgement::NotYetKnown),
            (ErrorKind::Decode, Judgement::NotYetKnown),
            (ErrorKind::TooLarge, Judgement::NotYetKnown),
            (ErrorKind::Input, Judgement::Denied),
        ] {
            let error = Error::new(kind, "").at(Operation::Result, None);
            assert_eq!(error.judge(Some(ID), Reported::Completed), expected, "{kind:?}");
        }
        for (state, expected) in [
            (RequestState::Answered, Judgement::Answered),
            (RequestState::Failed, Judgement::Failed),
            (RequestState::Cancelled, Judgement::Cancelled),
        ] {
            let known = Error::new(ErrorKind::Decode, "").in_state(state);
            assert_eq!(known.judge(Some(ID), Reported::Completed), expected, "{state}");
        }
    }
}
