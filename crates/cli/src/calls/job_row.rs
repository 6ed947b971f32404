//! A row of the ledger in the form that the envelope has.

use crate::cost::usd_row;
use crate::envelope::{JobRow, ResultRow};
use crate::ledger::Row;
use crate::summary::summarised;
use ideogram_schema::{ENDPOINTS, EndpointInfo};
use serde_json::{Map, Value};

pub(crate) fn info_of(row: &Row) -> Option<&'static EndpointInfo> {
    ENDPOINTS.iter().copied().find(|info| info.id == row.endpoint)
}

pub(crate) fn input_of(row: &Row) -> Map<String, Value> {
    serde_json::from_str(&row.input).unwrap_or_default()
}

pub(crate) fn result_row(row: &Row) -> ResultRow {
    ResultRow {
        endpoint: row.endpoint.clone(),
        request_id: row.request_id.clone(),
        seed: row.seed,
        images: Vec::new(),
        input: summarised(&input_of(row)),
        cost: row.cost_micros.and_then(|micros| u64::try_from(micros).ok()).map(usd_row),
        job: Some(job_row(row)),
        error: None,
    }
}

pub(crate) fn job_row(row: &Row) -> JobRow {
    JobRow {
        id: row.id,
        state: row.state.as_str(),
        created_ms: row.created_ms,
        base: row.base.clone(),
        batch: row.batch.clone(),
        batch_key: row.batch_key.clone(),
        files: row.files.clone(),
        note: row.note.clone(),
    }
}
