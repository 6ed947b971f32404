//! Pictures that come out: downloaded without the key, up to a size limit, and saved completely or not at all.

pub(crate) mod address;
pub(crate) mod data_uri;
pub(crate) mod dns;
pub(crate) mod download;
pub(crate) mod file_name;
pub(crate) mod format;
pub(crate) mod image;
pub(crate) mod save;
