//! `--dry-run`: the exact requests, as they would be sent.

use crate::args::input::ToUpload;
use crate::clean;
use crate::cost::cost_row;
use crate::data_uri;
use crate::envelope::{Envelope, Kind, RequestRow};
use crate::exit::Failure;
use crate::output::{Output, print_envelope, write_stdout};
use crate::settings::client;
use ideogram_client::{JsonInput, Submit};
use ideogram_schema::EndpointInfo;
use serde_json::{Map, Value};
use std::io::IsTerminal as _;

/// The most characters of a data URI that are shown to a person.
const SHOWN: usize = 60;

/// Prints the requests. Nothing is sent, uploaded or noted, and no key is needed.
pub(super) fn print(
    info: &'static EndpointInfo,
    sync: bool,
    webhook: Option<&String>,
    inputs: &[Map<String, Value>],
    uploads: &[ToUpload],
    output: Output,
) -> Result<(), Failure> {
    let client = client::for_showing()?;
    let url = if sync {
        format!("{}/{}", client.run_url().trim_end_matches('/'), info.id)
    } else {
        let input = JsonInput::sent_before(info, Map::new());
        webhook.into_iter().fold(client.submit(&input), Submit::with_webhook).url()
    };
    let rows = inputs.iter().map(|input| row(info, input, uploads, &url)).collect::<Result<Vec<_>, _>>()?;
    if output.json() {
        return print_envelope(&Envelope::new(Kind::Request, rows));
    }
    let mut text = String::new();
    for row in rows {
        let row = if std::io::stdout().is_terminal() { shortened(row)? } else { row };
        let body = clean_text(&row.body)?;
        let price =
            row.cost.as_ref().map_or_else(|| "not known beforehand".to_owned(), |cost| format!("${}", cost.amount));
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&format!("{} {}\n{body}\nprice: {price}\n", row.method, clean::line(&row.url)));
        for path in &row.uploads {
            text.push_str(&format!("uploaded first: {}\n", clean::line(path)));
        }
        text.push_str(&format!("\n{}\n", row.curl));
    }
    write_stdout(text.as_bytes())?;
    output.progress("nothing was sent");
    Ok(())
}

fn row(
    info: &'static EndpointInfo,
    input: &Map<String, Value>,
    uploads: &[ToUpload],
    url: &str,
) -> Result<RequestRow, Failure> {
    let mut body = input.clone();
    for file in uploads {
        file.fill(&mut body, &format!("<upload {}>", file.name));
    }
    let body = Value::Object(body);
    Ok(RequestRow {
        endpoint: info.id.to_owned(),
        method: "POST",
        url: url.to_owned(),
        uploads: uploads.iter().map(|file| file.name.clone()).collect(),
        curl: curl(url, &body)?,
        cost: cost_row(info, input),
        body,
    })
}

/// A command for a shell that sends the request: the key is the shell's to fill in.
fn curl(url: &str, body: &Value) -> Result<String, Failure> {
    Ok(format!(
        "curl '{}' \\\n  -H \"Authorization: Key $FAL_KEY\" \\\n  -H 'Content-Type: application/json' \\\n  --data-binary @- \
         <<'JSON'\n{}\nJSON",
        url.replace('\'', "%27"),
        clean_text(body)?
    ))
}

/// One line of JSON that is harmless to a terminal.
fn clean_text(body: &Value) -> Result<String, Failure> {
    let bytes = clean::json(body)
        .map_err(|error| Failure::failed(format!("the request cannot be written as JSON: {error}")))?;
    Ok(String::from_utf8_lossy(&bytes).trim_end().to_owned())
}

/// The same request for a person's eyes: no more than the beginning of a picture that travels inside it.
fn shortened(mut row: RequestRow) -> Result<RequestRow, Failure> {
    shorten(&mut row.body);
    row.curl = curl(&row.url, &row.body)?;
    Ok(row)
}

fn shorten(value: &mut Value) {
    match value {
        Value::String(text) if data_uri::is(text) => {
            if let Some((begin, rest)) = text.char_indices().nth(SHOWN).map(|(at, _)| text.split_at(at)) {
                *text = format!("{begin}… ({} more characters; `> FILE` has them)", rest.chars().count());
            }
        }
        Value::Array(values) => values.iter_mut().for_each(shorten),
        Value::Object(fields) => fields.values_mut().for_each(shorten),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::{curl, shorten};
    use serde_json::json;

    #[test]
    fn the_command_holds_the_words_as_they_are_and_no_quote_ends_it() {
        let text = curl("https://q/it's", &json!({"prompt": "it's $HOME `x`\n\u{202e}JSON"})).unwrap();
        assert_eq!(
            text,
            "curl 'https://q/it%27s' \\\n  -H \"Authorization: Key $FAL_KEY\" \\\n  -H 'Content-Type: application/json' \\\n  \
             --data-binary @- <<'JSON'\n{\"prompt\":\"it's $HOME `x`\\n\\u202eJSON\"}\nJSON"
        );
    }

    #[test]
    fn a_picture_is_not_shown_whole_to_a_person() {
        let mut body =
            json!({"prompt": "p".repeat(100), "image_url": format!("data:image/png;base64,{}", "A".repeat(100))});
        shorten(&mut body);
        assert_eq!(body["prompt"].as_str().unwrap().len(), 100);
        assert!(body["image_url"].as_str().unwrap().ends_with("… (62 more characters; `> FILE` has them)"), "{body}");
    }
}
