//! Looks up bought requests, and cancels them.

use super::answer::{Reply, facts};
use super::desk::{Call, Desk, is_owed};
use crate::calls::failure;
use crate::calls::session::warn_unless;
use crate::exit::{ErrorKind, Failure};
use crate::ledger::{Closing, Row, State};
use ideogram_client::{Job, limits};
use ideogram_schema::{CancelState, ENDPOINTS};
use serde_json::{Map, Value, json};
use std::rc::Rc;
use tokio::time::timeout;

/// The rows that are looked through for those that are owed.
const RECENT: u32 = 1_000;

/// Answers a call of a tool for jobs; `None` where there is no such tool.
pub(super) async fn answer(
    desk: &Rc<Desk>,
    name: &str,
    arguments: &Map<String, Value>,
    call: &Call<'_>,
) -> Option<Result<Reply, Failure>> {
    Some(match name {
        "job_list" => list(desk),
        "job_status" => status(desk, arguments).await,
        "job_result" => match wanted(desk, arguments) {
            Ok(row) => Desk::result(desk, &row, call).await,
            Err(failure) => Err(failure),
        },
        "job_cancel" => cancel(desk, arguments).await,
        _ => return None,
    })
}

fn list(desk: &Desk) -> Result<Reply, Failure> {
    let rows = desk.rows(RECENT)?;
    let jobs: Vec<Value> = rows.iter().filter(|row| row.state.is_open() || is_owed(row)).map(facts).collect();
    Ok(Reply::new(&json!({ "jobs": jobs }), Vec::new()))
}

async fn status(desk: &Desk, arguments: &Map<String, Value>) -> Result<Reply, Failure> {
    let row = wanted(desk, arguments)?;
    let mut value = json!({"job": facts(&row)});
    if let Some(job) = at_the_service(desk, &row)? {
        let asked = timeout(limits::WIND_UP, job.status()).await;
        let status = asked.map_err(|_| Failure::new(ErrorKind::Timeout, "the service did not answer in time"))?;
        let status = status.map_err(|error| failure::of_call(&error, job.endpoint()))?;
        let status = json!({"status": status.status.as_str(), "queue_position": status.queue_position});
        if let Value::Object(value) = &mut value {
            value.insert("service".to_owned(), status);
        }
    }
    Ok(Reply::new(&value, Vec::new()))
}

async fn cancel(desk: &Desk, arguments: &Map<String, Value>) -> Result<Reply, Failure> {
    let row = wanted(desk, arguments)?;
    let Some(job) = at_the_service(desk, &row)? else {
        let why = format!("job {} cannot be cancelled: it is {}", row.id, row.state.as_str());
        return Err(Failure::usage(why));
    };
    let asked = timeout(limits::WIND_UP, job.cancel()).await;
    let asked = asked.map_err(|_| Failure::new(ErrorKind::Timeout, "the service did not answer the cancel in time"))?;
    let said = match asked.map_err(|error| failure::of_call(&error, job.endpoint()))? {
        CancelState::Ok => {
            // If a task of this server follows the job, that task closes its row.
            let mut session = desk.asking()?;
            if session.ledger.claim(row.id).unwrap_or_default() {
                warn_unless(session.ledger.close(row.id, &Closing::Cancelled), "the job was cancelled");
            }
            "cancelled before it ran: nothing is billed".to_owned()
        }
        CancelState::AlreadyCompleted => "it is done already; `job_result` has its pictures".to_owned(),
        CancelState::CancellationRequested => "the service was asked to; it may finish and be billed".to_owned(),
        other => format!("the service answered `{other}`"),
    };
    Ok(Reply::new(&json!({"job": {"id": row.id}, "cancel": said}), Vec::new()))
}

fn wanted(desk: &Desk, arguments: &Map<String, Value>) -> Result<Row, Failure> {
    let id = arguments.get("id").and_then(Value::as_i64);
    desk.row(id.ok_or_else(|| Failure::usage("`id` must be the number of a job"))?)
}

/// The job, where the queue of this server's service has it.
fn at_the_service(desk: &Desk, row: &Row) -> Result<Option<Job<Value>>, Failure> {
    let session = desk.asking()?;
    let info = ENDPOINTS.iter().copied().find(|info| info.id == row.endpoint);
    let (Some(info), Some(request_id), State::Accepted) = (info, row.request_id.as_deref(), row.state) else {
        return Ok(None);
    };
    if !row.queued || !session.is_of_this_service(row) {
        return Ok(None);
    }
    session.client.job_of(info, request_id).map(Some).map_err(|error| failure::of_call(&error, info))
}
