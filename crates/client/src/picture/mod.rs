//! Pictures that come out: downloaded without the key, up to a size limit, and saved completely or not at all.

pub(crate) mod address;
pub(crate) mod announced;
pub(crate) mod data_uri;
#[cfg(feature = "media")]
pub(crate) mod dimensions;
pub(crate) mod dns;
pub(crate) mod download;
pub(crate) mod draft;
pub(crate) mod facts;
pub(crate) mod file_name;
pub(crate) mod format;
pub(crate) mod image;
pub(crate) mod part;
#[cfg(feature = "media")]
pub(crate) mod png_text;
pub(crate) mod progress;
pub(crate) mod save;
pub(crate) mod saved;
pub(crate) mod sink;
mod unnamed;
