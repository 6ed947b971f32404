//! Removes keys, tokens and signatures from recorded requests, which may end up in a bug report.

use crate::config::Keys;
use crate::query;
use crate::world::recorder::Head;
use http::request::Parts;
use http::{HeaderName, header};
use std::borrow::Cow;

const REDACTED: &str = "redacted";
/// Headers whose values are not written down, beside those whose name says so.
const SECRET_HEADERS: [HeaderName; 3] = [header::AUTHORIZATION, header::PROXY_AUTHORIZATION, header::COOKIE];
/// The value of a query parameter, a header or a field of a body is a secret if its name contains one of these.
const SECRET_PARTS: [&str; 10] = [
    "token",
    "secret",
    "signature",
    "password",
    "passwd",
    "credential",
    "api_key",
    "api-key",
    "apikey",
    "authorization",
];
/// It is also a secret if its name is one of these.
const SECRET_NAMES: [&str; 3] = ["key", "sig", "auth"];
/// The parameter with the webhook's URL, whose query is a secret as a whole, because receivers recognise the sender by
/// it.
const WEBHOOK: &str = "fal_webhook";
/// Shorter texts are not replaced, since they may occur by accident.
const SHORTEST: usize = 6;

/// What must not be written down of one request.
pub(crate) struct Redactor {
    secrets: Vec<String>,
}

impl Redactor {
    /// The secrets are the keys that the sandbox accepts, and the credentials of the request itself.
    pub(crate) fn new(keys: &Keys, parts: &Parts) -> Self {
        let header = parts.headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
        let credential = header.map(|value| value.split_once(' ').map_or(value, |(_, credential)| credential));
        let token = parts.uri.query().and_then(|query| query::parameter(query, "fal_jwt_token"));
        let known = keys.all().iter().cloned().chain(credential.map(str::to_owned)).chain(token);
        // The second half of a key is the secret, so it is replaced also when it stands alone.
        let halves = |key: String| {
            let half = key.split_once(':').map(|(_, secret)| secret.to_owned());
            [Some(key), half].into_iter().flatten()
        };
        Self { secrets: known.flat_map(halves).filter(|secret| secret.len() >= SHORTEST).collect() }
    }

    /// The head of the request.
    pub(crate) fn head(&self, parts: &Parts) -> Head {
        let headers = parts.headers.iter().map(|(name, value)| {
            let value = if SECRET_HEADERS.contains(name) || is_secret(name.as_str()) {
                REDACTED.to_owned()
            } else {
                self.text(&String::from_utf8_lossy(value.as_bytes())).into_owned()
            };
            (name.as_str().to_owned(), value)
        });
        let uri = parts.uri.path_and_query().map_or("/", http::uri::PathAndQuery::as_str);
        Head { method: parts.method.as_str().to_owned(), uri: self.text(uri).into_owned(), headers: headers.collect() }
    }

    /// A text, with the request's secrets and all values that are named like secrets replaced.
    pub(crate) fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut text = Cow::Borrowed(text);
        for secret in &self.secrets {
            for form in [secret.clone(), encoded(secret), encoded(secret).to_ascii_lowercase()] {
                if text.contains(&form) {
                    text = Cow::Owned(text.replace(&form, REDACTED));
                }
            }
        }
        match by_name(&text) {
            Some(redacted) => Cow::Owned(redacted),
            None => text,
        }
    }
}

/// A text with all values that are named like secrets replaced; `None` if there are none.
pub(crate) fn by_name(text: &str) -> Option<String> {
    let redacted = members(&users(&pairs(text)));
    (redacted != text).then_some(redacted)
}

fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    SECRET_NAMES.contains(&name.as_str()) || SECRET_PARTS.iter().any(|part| name.contains(part))
}

/// The first of these texts, in either case, and where it begins.
fn find<'t>(text: &'t str, wanted: &[&str]) -> Option<(usize, &'t str)> {
    text.char_indices().find_map(|(at, _)| {
        let found = |one: &&str| Some(text.get(at..at + one.len())?).filter(|found| found.eq_ignore_ascii_case(one));
        Some((at, wanted.iter().find_map(found)?))
    })
}

/// What ends a value: the plain ones, then those that are percent-encoded.
const VALUE_ENDS: &[&str] = &["&", "\"", "'", "#", " ", "\n", "<", "\\", "%26", "%23", "%22"];
const PLAIN_ENDS: usize = 8;

/// `name=value` in queries, percent-encoded or not.
fn pairs(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((at, sign)) = find(rest, &["=", "%3d"]) {
        let (before, after) = rest.split_at(at);
        written.push_str(before);
        written.push_str(sign);
        rest = after.get(sign.len()..).unwrap_or_default();
        let name = last_name(before);
        let (ends, from) = if is_secret(&name) {
            (VALUE_ENDS, Some(0))
        } else if name == WEBHOOK {
            // The query of the webhook's URL is encoded, so the encoded separators do not end this value.
            let ends = VALUE_ENDS.split_at(PLAIN_ENDS).0;
            let (value, _) = rest.split_at(find(rest, ends).map_or(rest.len(), |(at, _)| at));
            (ends, find(value, &["?", "%3f"]).map(|(at, sign)| at + sign.len()))
        } else {
            continue;
        };
        let end = find(rest, ends).map_or(rest.len(), |(at, _)| at);
        if let Some(from) = from.filter(|from| *from < end) {
            written.push_str(rest.get(..from).unwrap_or_default());
            written.push_str(REDACTED);
            rest = rest.get(end..).unwrap_or_default();
        }
    }
    written.push_str(rest);
    written
}

/// The name that a text ends with, decoded.
fn last_name(text: &str) -> String {
    let is_part = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.' | '%' | '+');
    let start = text
        .rfind(|c: char| !is_part(c))
        .map_or(0, |at| at + text.get(at..).and_then(|t| t.chars().next()).map_or(1, char::len_utf8));
    let name = text.get(start..).unwrap_or_default();
    let decoded = url::form_urlencoded::parse(name.as_bytes()).next().map(|(name, _)| name.into_owned());
    let decoded = decoded.unwrap_or_default();
    decoded
        .rsplit(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.')))
        .next()
        .unwrap_or_default()
        .to_owned()
}

/// `//user:password@` in URLs, percent-encoded or not.
fn users(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((at, sign)) = find(rest, &["://", "%3a%2f%2f"]) {
        let (before, after) = rest.split_at(at + sign.len());
        written.push_str(before);
        rest = after;
        let end = find(rest, &["/", "?", "\"", " ", "%2f", "%3f"]).map_or(rest.len(), |(at, _)| at);
        let (authority, _) = rest.split_at(end);
        if let Some((at, _)) = find(authority, &["@", "%40"]) {
            written.push_str(REDACTED);
            rest = rest.get(at..).unwrap_or_default();
        }
    }
    written.push_str(rest);
    written
}

/// `"name": "value"` in JSON, also in one that was cut.
fn members(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('"') {
        written.push_str(before);
        written.push('"');
        let end = string_end(after);
        let (content, tail) = after.split_at(end);
        written.push_str(content);
        rest = tail;
        let Some(tail) = tail.strip_prefix('"') else { break };
        written.push('"');
        rest = tail;
        let Some(value) = tail.trim_start().strip_prefix(':').map(str::trim_start).and_then(|v| v.strip_prefix('"'))
        else {
            continue;
        };
        if is_secret(content) {
            let (sign, _) = tail.split_at(tail.len() - value.len());
            written.push_str(sign);
            written.push_str(REDACTED);
            let (_, tail) = value.split_at(string_end(value));
            rest = tail;
            if let Some(tail) = tail.strip_prefix('"') {
                written.push('"');
                rest = tail;
            }
        }
    }
    written.push_str(rest);
    written
}

/// Where a JSON string ends, after its opening quote.
fn string_end(text: &str) -> usize {
    let mut escaped = false;
    let end = text.char_indices().find(|(_, c)| {
        let is_end = *c == '"' && !escaped;
        escaped = *c == '\\' && !escaped;
        is_end
    });
    end.map_or(text.len(), |(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_named_like_a_secret_is_not_written_down() {
        for (text, expected) in [
            ("/q?fal_jwt_token=abc&logs=1", "/q?fal_jwt_token=redacted&logs=1"),
            ("/q?fal%5Fjwt%5Ftoken=abc&logs=1", "/q?fal%5Fjwt%5Ftoken=redacted&logs=1"),
            ("/u?signature=1f#x", "/u?signature=redacted#x"),
            (
                "/q?fal_webhook=https%3A%2F%2Fa.example%2Fh%3Ftoken%3Dabc%26n%3D1",
                "/q?fal_webhook=https%3A%2F%2Fa.example%2Fh%3Fredacted",
            ),
            ("/q?fal_webhook=https://me:pw@a.example/h", "/q?fal_webhook=https://redacted@a.example/h"),
            (
                "/q?fal_webhook=https%3a%2f%2fme%3apw%40a.example%2fh&x=1",
                "/q?fal_webhook=https%3a%2f%2fredacted%40a.example%2fh&x=1",
            ),
            (
                r#"{"image_url":"https://a.example/x.png?X-Amz-Signature=abc&v=1"}"#,
                r#"{"image_url":"https://a.example/x.png?X-Amz-Signature=redacted&v=1"}"#,
            ),
            (r#"{"api_key" : "a\"b", "n": 1}"#, r#"{"api_key" : "redacted", "n": 1}"#),
            (r#"{"token":"cut off"#, r#"{"token":"redacted"#),
        ] {
            assert_eq!(by_name(text).as_deref(), Some(expected), "{text}");
        }
        for text in [r#"{"prompt":"a key = b, a \"token\": none"}"#, "/q?logs=1&limit=3", "é=ü\"", "\"", "a\\\"b:"] {
            assert_eq!(by_name(text), None, "{text}");
        }
    }

    #[test]
    fn a_secret_of_the_request_is_found_wherever_it_stands() {
        let request = http::Request::get("/q").header("authorization", "Key id-1:s3cr3t/+").body(()).unwrap();
        let redactor = Redactor::new(&Keys::default(), &request.into_parts().0);
        assert_eq!(
            redactor.text("a id-1:s3cr3t/+ b s3cr3t/+ c s3cr3t%2F%2B d s3cr3t%2f%2b"),
            "a redacted b redacted c redacted d redacted"
        );
    }
}
