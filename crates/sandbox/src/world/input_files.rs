//! Loads the files of an input: from data URIs, the sandbox's own CDN, replacements for the documentation's examples,
//! loopback, and from other hosts only if that is allowed.

use crate::config::Config;
use crate::description::Endpoints;
use crate::draw::{DecodeError, MaskEdits, example_image, example_mask};
use crate::json::Json;
use crate::validate::Detail;
use crate::world::addresses::Addresses;
use crate::world::file_store::FileStore;
use crate::world::outbound::{self, Network};
use base64::Engine as _;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use ideogram_schema::FileRole;
use serde_json::json;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// The largest file that is loaded, in bytes.
const MAX_BYTES: usize = 20 << 20;
/// How long a file may take to load.
const TIMEOUT: Duration = Duration::from_secs(20);
/// Width and height of the replacements for example URLs, both masks and pictures.
const EXAMPLE_SIZE: (u32, u32) = (1024, 768);

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &base64::alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Why a file cannot be used.
#[derive(Debug)]
pub(crate) enum LoadError {
    Download,
    TooLarge,
    Picture(DecodeError),
}

impl From<DecodeError> for LoadError {
    fn from(error: DecodeError) -> Self {
        Self::Picture(error)
    }
}

impl LoadError {
    /// The answer that the model gives.
    pub(crate) fn detail(&self, field: &str) -> Detail {
        let (kind, message, context) = match self {
            Self::Download => ("file_download_error", "Failed to download the file.", None),
            Self::TooLarge => ("file_too_large", "The file is too large.", Some(json!({ "max_size": MAX_BYTES }))),
            Self::Picture(DecodeError::TooManyBytes { max_bytes }) => {
                ("file_too_large", "The file is too large.", Some(json!({ "max_size": max_bytes })))
            }
            Self::Picture(DecodeError::TooLarge { max_width, max_height }) => (
                "image_too_large",
                "The image is too large.",
                Some(json!({ "max_height": max_height, "max_width": max_width })),
            ),
            Self::Picture(DecodeError::TooSmall { min_width, min_height }) => (
                "image_too_small",
                "The image is too small.",
                Some(json!({ "min_height": min_height, "min_width": min_width })),
            ),
            Self::Picture(_) => ("image_load_error", "Failed to load the image.", None),
        };
        let mut detail = Detail::of_field(Some(field), kind, message);
        detail.ctx = context.map(Into::into);
        detail
    }
}

/// Loads files by URL.
#[derive(Debug)]
pub(crate) struct InputLoader {
    /// The example URLs of the description, and what each stands for.
    examples: HashMap<String, FileRole>,
    files: Arc<FileStore>,
    mask_edits: MaskEdits,
    allow_fetch: bool,
    image: OnceLock<Bytes>,
    mask: OnceLock<Bytes>,
    local_client: OnceLock<Option<reqwest::Client>>,
    internet_client: OnceLock<Option<reqwest::Client>>,
}

impl InputLoader {
    pub(crate) fn new(config: &Config, endpoints: &Endpoints, files: Arc<FileStore>) -> Self {
        let members = endpoints.iter().flat_map(|endpoint| &endpoint.input.members);
        let file_members = members.filter_map(|member| Some((member, member.file?)));
        let examples = file_members.flat_map(|(member, role)| {
            let urls = member.examples.iter().flat_map(|example| example.as_str().into_iter().chain(texts_of(example)));
            urls.map(move |url| (url.to_owned(), role))
        });
        Self {
            examples: examples.collect(),
            files,
            mask_edits: config.mask_edits,
            allow_fetch: config.allow_fetch,
            image: OnceLock::new(),
            mask: OnceLock::new(),
            local_client: OnceLock::new(),
            internet_client: OnceLock::new(),
        }
    }

    /// The bytes at a URL. Other programs on this machine are asked only if the caller may use them.
    ///
    /// # Errors
    /// [`LoadError`], for anything that does not lead to a file of a sensible size.
    pub(crate) async fn load(&self, url: &str, may_use_loopback: bool) -> Result<Bytes, LoadError> {
        if let Some(rest) = url.get(..5).filter(|scheme| scheme.eq_ignore_ascii_case("data:")).and(url.get(5..)) {
            return data(rest);
        }
        if let Some(role) = self.examples.get(url) {
            return self.example_image(*role).await;
        }
        let url = url::Url::parse(url).map_err(|_| LoadError::Download)?;
        if let Some(file) = match Addresses::file_id(&url) {
            Some(id) => self.files.fetch(id).await,
            None => None,
        } {
            return if file.bytes.len() > MAX_BYTES { Err(LoadError::TooLarge) } else { Ok(file.bytes) };
        }
        if !matches!(url.scheme(), "http" | "https") {
            return Err(LoadError::Download);
        }
        let client = if is_loopback(&url) {
            if !may_use_loopback {
                return Err(LoadError::Download);
            }
            self.local_client.get_or_init(|| outbound::client(TIMEOUT, Network::Local).ok())
        } else if self.allow_fetch {
            self.internet_client.get_or_init(|| outbound::client(TIMEOUT, Network::Internet).ok())
        } else {
            return Err(LoadError::Download);
        };
        fetch(client.as_ref().ok_or(LoadError::Download)?, url).await
    }

    async fn example_image(&self, role: FileRole) -> Result<Bytes, LoadError> {
        let (slot, edits) =
            if role == FileRole::Mask { (&self.mask, Some(self.mask_edits)) } else { (&self.image, None) };
        if let Some(bytes) = slot.get() {
            return Ok(bytes.clone());
        }
        let (width, height) = EXAMPLE_SIZE;
        let drawn = self.files.compute(move || match edits {
            Some(edits) => example_mask(width, height, edits),
            None => example_image(width, height),
        });
        let picture = drawn.await.and_then(Result::ok).ok_or(LoadError::Download)?;
        Ok(slot.get_or_init(|| picture.png.into()).clone())
    }
}

fn texts_of(list: &Json) -> impl Iterator<Item = &str> {
    list.items().iter().filter_map(Json::as_str)
}

fn is_loopback(url: &url::Url) -> bool {
    match url.host() {
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        Some(url::Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// The part of a data URI after its scheme.
fn data(rest: &str) -> Result<Bytes, LoadError> {
    let (head, payload) = rest.split_once(',').ok_or(LoadError::Download)?;
    if payload.len() / 4 * 3 > MAX_BYTES {
        return Err(LoadError::TooLarge);
    }
    if head.rsplit(';').next().is_some_and(|last| last.eq_ignore_ascii_case("base64")) {
        let compact: String = payload.split_ascii_whitespace().collect();
        return LENIENT.decode(compact).map(Bytes::from).map_err(|_| LoadError::Download);
    }
    Ok(percent_decoded(payload).into())
}

fn percent_decoded(text: &str) -> Vec<u8> {
    let mut bytes = text.as_bytes().iter();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(&byte) = bytes.next() {
        let pair = bytes.as_slice().get(..2).and_then(|pair| std::str::from_utf8(pair).ok());
        match pair.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(value) if byte == b'%' => {
                decoded.push(value);
                bytes.nth(1);
            }
            _ => decoded.push(byte),
        }
    }
    decoded
}

async fn fetch(client: &reqwest::Client, url: url::Url) -> Result<Bytes, LoadError> {
    let response = client.get(url).send().await.and_then(reqwest::Response::error_for_status);
    let mut response = response.map_err(|_| LoadError::Download)?;
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|_| LoadError::Download)? {
        if bytes.len() + chunk.len() > MAX_BYTES {
            return Err(LoadError::TooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn data_uris_are_read_in_both_encodings() {
        assert_eq!(data("text/plain;base64,aGk=").unwrap(), "hi");
        assert_eq!(data("text/plain;base64,aGk").unwrap(), "hi", "padding may be left out");
        assert_eq!(data("text/plain,a%20b%2").unwrap(), "a b%2");
        assert!(matches!(data("text/plain;base64"), Err(LoadError::Download)));
        assert!(matches!(data("image/png;base64,*"), Err(LoadError::Download)));
    }
}
