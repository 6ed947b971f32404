//! The bodies of failed calls: three documented shapes, and anything that a proxy in between may send.

use crate::limits;
use ideogram_schema::ValidationErrorDetail;
use serde_json::Value;

/// The body of a failed call. Whatever cannot be read is left out: an error about reading an error would help nobody.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Body {
    /// The text as it was received, up to a size limit.
    pub(crate) text: String,
    /// The message in it, if it has one.
    pub(crate) sentence: Option<String>,
    /// What is wrong with the input.
    pub(crate) details: Vec<ValidationErrorDetail>,
    /// Why the request failed.
    pub(crate) error_type: Option<String>,
    /// Whether it is a JSON object, as every answer of the API itself is.
    pub(crate) is_object: bool,
    /// Whether it has a `detail`, as the application's and the model's own answers have.
    pub(crate) has_detail: bool,
}

impl Body {
    pub(crate) fn parse(bytes: &[u8]) -> Self {
        let cut = bytes.get(..limits::ERROR_TEXT_BYTES).unwrap_or(bytes);
        let mut body = Self { text: String::from_utf8_lossy(cut).into_owned(), ..Self::default() };
        let Ok(Value::Object(mut object)) = serde_json::from_slice(bytes) else { return body };
        body.is_object = true;
        body.has_detail = object.get("detail").is_some_and(|detail| !detail.is_null());
        body.error_type = text(object.remove("error_type"));
        match object.remove("detail") {
            Some(Value::Array(list)) => {
                body.details = list.into_iter().filter_map(|entry| serde_json::from_value(entry).ok()).collect();
            }
            // Some applications wrap the message in an object.
            Some(Value::Object(mut detail)) => body.sentence = text(detail.remove("message")),
            detail => body.sentence = text(detail),
        }
        for key in ["message", "error", "status"] {
            let other = object.remove(key);
            body.sentence = body.sentence.or_else(|| text(other));
        }
        body
    }

    /// The model's own output, whole.
    pub(crate) fn of_output(bytes: &[u8]) -> Self {
        Self { text: String::from_utf8_lossy(bytes).into_owned(), ..Self::default() }
    }

    /// Whether it says that the job has not ended yet.
    pub(crate) fn says_in_progress(&self) -> bool {
        let sentence = self.sentence.as_deref().unwrap_or_default().trim().trim_end_matches('.');
        ["Request is still in progress", "IN_PROGRESS", "IN_QUEUE"]
            .iter()
            .any(|text| sentence.eq_ignore_ascii_case(text))
    }

    /// Whether it is exactly the error page of the ingress, nginx. A page that merely contains the word "nginx" does
    /// not count, because that may come from the prompt.
    pub(crate) fn is_of_ingress(&self) -> bool {
        self.text.len() < 1 << 10 && is_nginx_page(&self.text.replace(['\r', '\n'], "")).is_some()
    }

    /// Whether a 403 is about the account's balance, and not about the key.
    pub(crate) fn says_exhausted_balance(&self) -> bool {
        self.text.to_ascii_lowercase().contains("exhausted balance")
    }
}

/// ``<html><head><title>503 …</title></head><body><center><h1>503 …</h1></center><hr><center>nginx</center></body></html>``,
/// with nginx's version or without it.
fn is_nginx_page(page: &str) -> Option<()> {
    let (title, rest) = page.strip_prefix("<html><head><title>")?.split_once("</title></head><body><center><h1>")?;
    let rest = rest.strip_prefix(title)?.strip_prefix("</h1></center><hr><center>nginx")?;
    let version = rest.strip_suffix("</center></body></html>")?;
    let is_status = title.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" -'".contains(&byte));
    let is_version = version.bytes().all(|byte| byte.is_ascii_digit() || b"/.".contains(&byte));
    (title.starts_with("503 ") && is_status && is_version).then_some(())
}

fn text(value: Option<Value>) -> Option<String> {
    match value {
        Some(Value::String(text)) if !text.is_empty() => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Body;

    #[test]
    fn every_documented_shape_is_read() {
        let validation = Body::parse(br#"{"detail":[{"loc":["body",1],"msg":"m","type":"json_invalid"},7]}"#);
        assert_eq!(validation.details.len(), 1, "an entry that is none does not hide the others");
        let request = Body::parse(br#"{"detail":"Request timed out","error_type":"request_timeout"}"#);
        assert_eq!(request.error_type.as_deref(), Some("request_timeout"));
        assert_eq!(request.sentence.as_deref(), Some("Request timed out"));
        assert_eq!(Body::parse(br#"{"status":"NOT_FOUND"}"#).sentence.as_deref(), Some("NOT_FOUND"));
        assert_eq!(Body::parse(b"[]").text, "[]");
    }

    #[test]
    fn the_ingress_is_known_by_its_whole_page_and_not_by_a_word() {
        let page = |title: &str, name: &str| {
            let page = format!(
                "<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<center><h1>{title}</h1></center>\r\n\
                 <hr><center>{name}</center>\r\n</body>\r\n</html>\r\n"
            );
            Body::parse(page.as_bytes()).is_of_ingress()
        };
        for name in ["nginx", "nginx/1.27.4"] {
            assert!(page("503 Service Temporarily Unavailable", name), "{name}");
        }
        assert!(
            !page("503 Service Unavailable", "a fox before nginx") && !page("503 Service Unavailable", "nginx fox")
        );
        assert!(!page("a fox", "nginx") && !page("503 <b>nginx</b>", "nginx"));
        for other in [
            "<html><center>nginx</center></html>",
            "<html><body>The model is down. Your prompt: nginx</body></html>",
            "nginx",
            r#"{"detail":"nginx"}"#,
        ] {
            assert!(!Body::parse(other.as_bytes()).is_of_ingress(), "{other}");
        }
    }

    #[test]
    fn the_kept_text_is_bounded() {
        assert_eq!(Body::parse(&vec![b'x'; 1 << 20]).text.len(), crate::limits::ERROR_TEXT_BYTES);
    }
}
