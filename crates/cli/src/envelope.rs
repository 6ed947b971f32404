//! The format of `--json`: whatever a command does, it prints exactly one [`Envelope`] to stdout. `ideogram schema cli`
//! prints its JSON Schema, which is made from these types.

pub use crate::summary::summarised;

use crate::exit_code::ErrorKind;
use crate::made::{Made, PriceOfOne};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The envelope's version, its first field.
pub const SCHEMA: &str = "ideogram/1";

/// What `--json` prints.
///
/// ```
/// use ideogram_cli::envelope::{Envelope, Kind, ResultRow};
///
/// let empty = serde_json::to_value(Envelope::<ResultRow>::new(Kind::Job, Vec::new())).unwrap();
/// assert_eq!(empty, serde_json::json!({"schema": "ideogram/1", "kind": "job", "results": [], "error": null}));
/// ```
#[derive(Clone, Debug, Serialize)]
pub struct Envelope<Row = ResultRow> {
    schema: &'static str,
    kind: Kind,
    results: Vec<Row>,
    error: Option<ErrorRow>,
    /// The sheet of `--grid`.
    #[serde(skip_serializing_if = "Option::is_none")]
    grid: Option<String>,
}

/// What an envelope is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Kind {
    /// Pictures that were made, one result a request.
    Images,
    /// Requests that the ledger holds, one result each.
    Job,
    /// Pictures that were looked at, one result each: [`FileRow`].
    File,
    /// A mask, one result: [`MaskRow`].
    Mask,
    /// A request that is not sent, one result each: [`RequestRow`].
    Request,
    /// The key that is used, one result: [`KeyRow`].
    Key,
    /// What `ideogram doctor` looked at, one result each: [`CheckRow`].
    Check,
    /// Settings, one result each: [`SettingRow`].
    Setting,
    /// What was paid, one result a day and endpoint: [`SpentRow`].
    Spent,
    /// A batch, one result: [`BatchRow`].
    Batch,
    /// A gallery that was written, one result: [`GalleryRow`].
    Gallery,
    /// What an endpoint takes and gives, one result each: [`EndpointRow`].
    Schema,
    /// A JSON Schema, one result: [`JsonSchemaRow`].
    JsonSchema,
    /// A sandbox that serves, one result: [`SandboxRow`].
    Sandbox,
    /// A damaged ledger that was made whole, one result: [`SalvageRow`]; none where nothing was damaged.
    Salvage,
    /// A document for people or shells, one result: [`TextRow`].
    Text,
    /// Nothing but the error.
    Error,
}

impl Kind {
    /// Every kind.
    pub const ALL: &'static [Self] = &[
        Self::Images,
        Self::Job,
        Self::File,
        Self::Mask,
        Self::Request,
        Self::Spent,
        Self::Key,
        Self::Check,
        Self::Setting,
        Self::Batch,
        Self::Gallery,
        Self::Schema,
        Self::JsonSchema,
        Self::Sandbox,
        Self::Salvage,
        Self::Text,
        Self::Error,
    ];
}

impl<Row> Envelope<Row> {
    /// An envelope of results.
    pub fn new(kind: Kind, results: Vec<Row>) -> Self {
        Self { schema: SCHEMA, kind, results, error: None, grid: None }
    }

    /// The same envelope with the path of the sheet that shows all pictures.
    #[must_use]
    pub fn with_grid(mut self, path: Option<PathBuf>) -> Self {
        self.grid = path.map(|path| path.display().to_string());
        self
    }

    /// The same envelope with an error beside its results: some went well, not all.
    #[must_use]
    pub fn with_error(mut self, error: ErrorRow) -> Self {
        self.error = Some(error);
        self
    }
}

impl Envelope {
    /// An envelope of an error.
    pub fn of_error(error: ErrorRow) -> Self {
        Self { schema: SCHEMA, kind: Kind::Error, results: Vec::new(), error: Some(error), grid: None }
    }
}

/// One request and what came of it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ResultRow {
    /// The endpoint's id.
    pub endpoint: String,
    /// The service's id of the request, where it gave one.
    pub request_id: Option<String>,
    /// The seed that was used: the service's word, else what was sent.
    pub seed: Option<i64>,
    /// The files that the endpoint made.
    pub images: Vec<ImageRow>,
    /// What was sent; a data URI is its type, size and SHA-256.
    pub input: Value,
    /// What it costs by the list, where that is known.
    pub cost: Option<CostRow>,
    /// Where the ledger says that the request stands; in what `ideogram jobs` prints.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub job: Option<JobRow>,
    /// Why it made nothing, where it is one of several requests.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorRow>,
}

/// An amount of money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CostRow {
    /// A decimal number: `0.05`.
    pub amount: String,
    /// ISO 4217: `USD`.
    pub currency: &'static str,
}

/// A request that is not sent: what `--dry-run` prints, one result each.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RequestRow {
    /// The endpoint's id.
    pub endpoint: String,
    /// HTTP method.
    pub method: &'static str,
    /// Where it would be sent.
    pub url: String,
    /// The exact JSON that would be sent, data URIs whole.
    pub body: Value,
    /// The local files that would be uploaded first; each stands in the body as `<upload PATH>`.
    pub uploads: Vec<String>,
    /// The same request as a command for a shell, without the key.
    pub curl: String,
    /// What it costs by the list, where that is known.
    pub cost: Option<CostRow>,
}

/// One file.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ImageRow {
    /// Where it was saved; `null` when it went to stdout or a device.
    pub path: Option<String>,
    /// Where the service keeps it; `null` when it came as a data URI.
    pub url: Option<String>,
    /// MIME type, judged by the content.
    pub content_type: &'static str,
    /// Width in pixels, read from the file's header.
    pub width: Option<usize>,
    /// Height in pixels, likewise.
    pub height: Option<usize>,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256 of the content, in hexadecimal.
    pub sha256: String,
}

/// A picture that was looked at.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct FileRow {
    /// The path as given.
    pub path: String,
    /// MIME type, judged by the content.
    pub content_type: &'static str,
    /// Width in pixels, read from the file's header.
    pub width: Option<usize>,
    /// Height in pixels, likewise.
    pub height: Option<usize>,
    /// Size in bytes.
    pub bytes: u64,
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: String,
    /// The request that made it, where the file says: endpoint, request id, seed, price and input.
    #[schemars(with = "Option<Made>")]
    pub made: Option<Value>,
    /// What `ideogram rerun` would send of it, where the file says and the endpoint is known.
    pub rerun: Option<RerunRow>,
    /// The texts in the file, by keyword.
    pub texts: BTreeMap<String, String>,
}

/// A request as `ideogram rerun` would send it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RerunRow {
    /// The endpoint's id.
    pub endpoint: String,
    /// What would be sent where no flag says otherwise.
    pub input: Value,
    /// The flags without which it cannot be sent: files that were sent from a disk are not in the picture.
    pub missing: Vec<String>,
    /// The fields of the request that are not taken over.
    pub left_out: Vec<String>,
}

/// A mask that was made or looked at.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct MaskRow {
    /// Where it was saved; `null` where it was only looked at.
    pub path: Option<String>,
    /// Where its preview was saved.
    pub preview: Option<String>,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Pixels that are black, or nearly so.
    pub black: u64,
    /// Pixels that are white, or nearly so.
    pub white: u64,
    /// Pixels in between.
    pub grey: u64,
    /// Pixels that are more than half transparent, counted by their colour too.
    pub transparent: u64,
}

/// The key that is used.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct KeyRow {
    /// The part before the `:`, which is no secret.
    pub id: Option<String>,
    /// `environment` or `file`.
    pub origin: &'static str,
    /// The variable, or the file.
    pub place: String,
    /// Whether the service takes it; `null` where it was not asked.
    pub accepted: Option<bool>,
}

/// One thing that `ideogram doctor` looked at.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct CheckRow {
    /// `key`, `queue`, `clock` and so on.
    pub name: &'static str,
    /// `ok`, `warning`, `failed` or `skipped`.
    pub state: &'static str,
    /// What was found.
    pub found: String,
    /// What to do about it.
    pub advice: Option<String>,
}

/// One setting.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct SettingRow {
    /// The flag's long name, with its command before it where it is for that only; or a variable's name.
    pub name: String,
    /// `null` where nothing is set and the default is no one value.
    pub value: Option<String>,
    /// `flag`, `environment`, `file` or `default`.
    pub origin: &'static str,
    /// The flag, the variable, or the file and line.
    pub place: Option<String>,
}

/// A row of the ledger.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct JobRow {
    /// The ledger's number, what `ideogram jobs resume` takes.
    pub id: i64,
    /// Open ones are `sending`, `accepted`, `lost` and `answered`; closed ones are `saved`, `not_sent`, `refused`, `failed`,
    /// `cancelled` and `closed`.
    pub state: &'static str,
    /// When it was written, in milliseconds since 1970.
    pub created_ms: i64,
    /// The service that it went to.
    pub base: String,
    /// The batch that it belongs to.
    pub batch: Option<String>,
    /// Its key in that batch.
    pub batch_key: Option<String>,
    /// Where its files were saved.
    pub files: Vec<String>,
    /// Why it failed or was lost.
    pub note: Option<String>,
}

/// What the requests of one day to one endpoint cost, by the prices at their time.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct SpentRow {
    /// The day in UTC, `2026-01-31`.
    pub day: String,
    /// The endpoint's id.
    pub endpoint: String,
    /// How many have a result, and are billed.
    pub paid: u64,
    /// What those cost.
    pub paid_cost: CostRow,
    /// How many may be billed: their outcome is not known, or not yet, or was given up.
    pub unknown: u64,
    /// What those cost.
    pub unknown_cost: CostRow,
    /// How many of both have no price in the ledger.
    pub unpriced: u64,
}

/// What a batch asks for, and what came of it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct BatchRow {
    /// Requests that the rows ask for.
    pub requests: u64,
    /// Those that were to be bought when the run began.
    pub to_buy: u64,
    /// What those cost by the price list.
    pub cost: CostRow,
    /// Those that an earlier run had begun.
    pub begun_before: u64,
    /// Those that an earlier run had saved.
    pub saved_before: u64,
    /// Those that had failed in an earlier run and were left.
    pub failed_before: u64,
    /// Rows that ask for nothing that can be made.
    pub bad_rows: u64,
    /// Saved by this run; `null` where nothing was to be sent.
    pub saved: Option<u64>,
    /// Failed in this run.
    pub failed: Option<u64>,
    /// Of the failed, those that may have been billed.
    pub unknown: Option<u64>,
    /// Left to another process that works on them.
    pub elsewhere: Option<u64>,
    /// The page of `--gallery`, where one was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub gallery: Option<GalleryRow>,
}

/// A page of pictures.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct GalleryRow {
    /// The first page.
    pub index: String,
    /// How many pages there are.
    pub pages: u64,
    /// How many pictures are on them.
    pub pictures: u64,
    /// Pictures that are not there any more, or that a later request has replaced.
    pub missing: u64,
}

/// A line of a batch's `--results`: one request and what came of it.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct BatchResultRow {
    /// The line of the file that its row begins in.
    pub line: i64,
    /// Its key in the batch.
    pub key: String,
    /// The ledger's number of it, where it was begun.
    pub job: Option<i64>,
    /// Where it stands: [`State::as_str`](crate::ledger::State::as_str).
    pub state: Option<&'static str>,
    /// What was made.
    pub result: Option<ResultRow>,
    /// What went wrong.
    pub error: Option<ErrorRow>,
}

/// What went wrong.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ErrorRow {
    /// What kind of failure it is.
    pub kind: ErrorKind,
    /// The sentence that stderr has.
    pub message: String,
    /// The endpoint that was called.
    pub endpoint: Option<&'static str>,
    /// The service's id of the request, where one is known.
    pub request_id: Option<String>,
    /// HTTP status.
    pub status: Option<u16>,
    /// The service's own word for it.
    pub error_type: Option<String>,
    /// Whether the request may run and be charged all the same.
    pub may_have_been_accepted: bool,
    /// What the service found wrong with the input.
    pub details: Vec<ErrorDetailRow>,
}

/// One fault of an input.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ErrorDetailRow {
    /// The way to the value, for example `["body", "strength"]`.
    pub loc: Vec<Value>,
    /// The flag that sets it, where one does.
    pub flag: Option<String>,
    /// The service's sentence.
    pub msg: String,
    /// The service's word for the kind of fault.
    #[serde(rename = "type")]
    pub kind: String,
}

/// What one endpoint takes and gives.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct EndpointRow {
    /// The endpoint's id.
    pub id: &'static str,
    /// Its command.
    pub command: &'static str,
    /// One line: what it does.
    pub summary: &'static str,
    /// The list price, where the description has one.
    #[schemars(with = "Option<PriceOfOne>")]
    pub price: Option<Value>,
    /// The inputs that the command takes by position, in order.
    pub positional: &'static [&'static str],
    /// What sets each input on the command line: a flag, or the name of a positional.
    pub flags: BTreeMap<&'static str, String>,
    /// JSON Schema of the request's body.
    pub input: Value,
    /// JSON Schema of the answer's body.
    pub output: Value,
}

/// A JSON Schema.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct JsonSchemaRow {
    /// What it describes: `cli`, or an endpoint's id with `input` or `output` behind it.
    pub name: String,
    /// The schema, draft 2020-12.
    pub json_schema: Value,
}

/// A sandbox that serves.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct SandboxRow {
    /// The environment that points other programs to it.
    pub environment: BTreeMap<&'static str, String>,
    /// The page that shows what comes in.
    pub page: String,
    /// The base URL of each service.
    pub services: BTreeMap<String, String>,
}

/// A damaged ledger that was made whole.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct SalvageRow {
    /// Requests that could be read.
    pub rows: usize,
    /// How many of them are open.
    pub open: usize,
    /// The numbers of requests that could not be read, and may have been paid.
    pub missing: Vec<i64>,
    /// Where the damaged file is now.
    pub moved_to: Option<String>,
}

/// A document for people or shells.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct TextRow {
    /// The whole document.
    pub text: String,
}

#[cfg(test)]
mod tests {
    use super::Kind;
    use crate::document_of_workspace;
    use crate::exit::ErrorKind;

    #[test]
    fn the_page_of_the_documentation_has_every_kind_and_word() {
        let Some(page) = document_of_workspace("docs/JSON.md") else { return };
        for kind in Kind::ALL {
            let word = serde_json::to_value(kind).unwrap();
            assert!(page.contains(&format!("\n| `{}` | ", word.as_str().unwrap())), "{word}");
        }
        let words: Vec<String> = ErrorKind::ALL.iter().map(|kind| format!("`{}`", kind.as_str())).collect();
        let listed = page.split_once("`error.kind` is one of ").and_then(|(_, rest)| rest.split_once(';')).unwrap().0;
        assert_eq!(listed.split_whitespace().collect::<Vec<_>>().join(" "), words.join(", "));
    }
}
