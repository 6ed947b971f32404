//! Answers to calls: a JSON object, as text and as structured content, and the pictures.

use crate::clean;
use crate::clock;
use crate::cost::cost;
use crate::exit::{ErrorKind, Failure};
use crate::ledger::Row;
use crate::pictures::{Source, decode};
use crate::price::amount;
use crate::summary::{sha256_of, summarised};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use ideogram_client::Format;
use ideogram_schema::ENDPOINTS;
use image::ImageFormat;
use rmcp::model::{CallToolResult, ContentBlock, Resource};
use serde_json::{Map, Value, json};
use std::io::Cursor;
use std::path::{Path, PathBuf};

/// The longest side of the small copy of a picture that is too large for an answer.
const SMALL: u32 = 512;

/// The most bytes of a file that are read for an answer.
pub(super) const MOST: u64 = 64 << 20;

/// The answer to a call.
pub(super) struct Reply {
    pub(super) result: CallToolResult,
    /// The row of the ledger whose result this is: delivered once it is written.
    pub(super) row: Option<i64>,
}

impl Reply {
    /// A JSON object, and pictures behind it.
    pub(super) fn new(value: &Value, pictures: Vec<ContentBlock>) -> Self {
        let text = clean::hidden(&value.to_string()).into_owned();
        let mut result = CallToolResult::success(Vec::new());
        result.structured_content = serde_json::from_str(&text).ok();
        result.content.push(ContentBlock::text(text));
        result.content.extend(pictures);
        Self { result, row: None }
    }

    /// What went wrong, its kind and what to do.
    pub(super) fn of_failure(failure: &Failure) -> Self {
        let row = serde_json::to_value(failure.row()).unwrap_or_default();
        let advice = match failure.kind() {
            ErrorKind::Usage | ErrorKind::File => "Change the arguments; nothing was sent.",
            ErrorKind::Credentials => "The user has to give the server a valid key.",
            ErrorKind::RateLimit | ErrorKind::Network => "The same call may be made again in a while.",
            ErrorKind::Balance => "The user has to top up the account.",
            ErrorKind::Cost => "The user has to start the server with a higher `--max-cost`; no call can raise it.",
            ErrorKind::Timeout | ErrorKind::Unknown => {
                "It may have been bought. Look with `job_list`; the same call looks for it, and buys nothing."
            }
            _ => "The same call buys a new try.",
        };
        let mut reply = Self::new(&json!({"error": row, "advice": advice}), Vec::new());
        reply.result.is_error = Some(true);
        reply
    }

    /// A job that goes on.
    pub(super) fn of_open(row: Option<&Row>) -> Self {
        let mut value = row.map_or_else(|| json!({"id": null, "state": "preparing"}), facts);
        if let Value::Object(value) = &mut value {
            let advice =
                "It goes on. `job_result` with this id waits for it; so does the same call. Neither buys anything.";
            value.insert("advice".to_owned(), advice.into());
        }
        Self::new(&json!({"job": value}), Vec::new())
    }

    /// A job that is done, with its pictures: whole up to so many bytes.
    pub(super) fn of_saved(row: &Row, most: u64) -> Self {
        let files: Vec<PathBuf> = row.files.iter().map(PathBuf::from).collect();
        let mut reply = Self::new(&json!({"job": facts(row), "files": described(&files)}), pictures(&files, most));
        reply.row = Some(row.id);
        reply
    }
}

/// What is known of a job.
pub(super) fn facts(row: &Row) -> Value {
    let input: Map<String, Value> = serde_json::from_str(&row.input).unwrap_or_default();
    let info = ENDPOINTS.iter().find(|info| info.id == row.endpoint);
    let price = info.and_then(|info| cost(info, &input));
    json!({
        "id": row.id,
        "state": row.state.as_str(),
        "endpoint": row.endpoint,
        "request_id": row.request_id,
        "seed": row.seed,
        "price": price.map(|micros| json!({"amount": amount(micros), "currency": "USD"})),
        "seconds": clock::now_ms().saturating_sub(row.created_ms).max(0) / 1_000,
        "input": summarised(&input),
        "note": row.note,
    })
}

fn described(files: &[PathBuf]) -> Value {
    let one = |path: &PathBuf| {
        json!({
            "path": path.display().to_string(),
            "bytes": std::fs::metadata(path).ok().map(|found| found.len()),
            "sha256": sha256_of(path).ok(),
        })
    };
    files.iter().map(one).collect()
}

/// Pictures as a client shows them: those that are small enough as they are, a link and a small copy of the others.
pub(super) fn pictures(files: &[PathBuf], most: u64) -> Vec<ContentBlock> {
    files.iter().flat_map(|path| picture(path, most).unwrap_or_default()).collect()
}

/// None where the file has gone, or is no picture; its path is told all the same.
fn picture(path: &Path, most: u64) -> Option<Vec<ContentBlock>> {
    let size = std::fs::metadata(path).ok().filter(|found| found.len() <= MOST)?.len();
    let bytes = std::fs::read(path).ok()?;
    let content_type = Format::of(&bytes)?.content_type();
    if size <= most {
        return Some(vec![ContentBlock::image(STANDARD.encode(&bytes), content_type)]);
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let link = Resource::new(uri(path), name).with_mime_type(content_type).with_size(size);
    let link = link.with_description("The whole picture; a small copy follows.");
    Some([ContentBlock::resource_link(link)].into_iter().chain(small(&bytes, most)).collect())
}

fn small(bytes: &[u8], most: u64) -> Option<ContentBlock> {
    let picture = decode(Source::Bytes(bytes), true).ok()?.picture;
    let mut jpeg = Cursor::new(Vec::new());
    picture.thumbnail(SMALL, SMALL).into_rgb8().write_to(&mut jpeg, ImageFormat::Jpeg).ok()?;
    let jpeg = jpeg.into_inner();
    (jpeg.len() as u64 <= most).then(|| ContentBlock::image(STANDARD.encode(jpeg), "image/jpeg"))
}

/// The `file:` URI of a file.
pub(super) fn uri(path: &Path) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
    let encode = |byte: &u8| if plain(*byte) { char::from(*byte).to_string() } else { format!("%{byte:02X}") };
    let path: String = path.as_os_str().as_encoded_bytes().iter().map(encode).collect();
    format!("file://{path}")
}

#[cfg(test)]
mod tests {
    use super::uri;
    use std::path::Path;

    #[test]
    fn a_path_is_a_uri_whatever_is_in_it() {
        assert_eq!(uri(Path::new("/a b/ü%#?.png")), "file:///a%20b/%C3%BC%25%23%3F.png");
    }
}
