//! What went wrong, in which file, at which JSON pointer, and what to do about it.

use std::fmt;
use std::path::{Path, PathBuf};

/// The result of every fallible step of the pipeline.
pub type Result<T> = std::result::Result<T, Error>;

/// One sentence a maintainer can act on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    file: Option<PathBuf>,
    pointer: Option<String>,
    message: String,
}

impl Error {
    /// What is wrong and what to do.
    pub fn new(message: impl Into<String>) -> Self {
        Self { file: None, pointer: None, message: message.into() }
    }

    /// The file it is wrong in; the innermost caller that knows it wins.
    #[must_use]
    pub fn in_file(mut self, file: impl AsRef<Path>) -> Self {
        self.file.get_or_insert_with(|| file.as_ref().to_path_buf());
        self
    }

    /// The JSON pointer (RFC 6901) of the place in that file; the innermost caller that knows it wins.
    #[must_use]
    pub fn at(mut self, pointer: impl fmt::Display) -> Self {
        self.pointer.get_or_insert_with(|| pointer.to_string());
        self
    }

    /// The file, where one is known.
    pub fn file(&self) -> Option<&Path> {
        self.file.as_deref()
    }

    /// The JSON pointer, where one is known.
    pub fn pointer(&self) -> Option<&str> {
        self.pointer.as_deref()
    }

    /// The message without file and pointer.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Error {
    /// `openapi/upstream/turbo.json#/components/schemas/X: message`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{}", file.display())?;
        }
        if let Some(pointer) = &self.pointer {
            write!(f, "#{pointer}")?;
        }
        if self.file.is_some() || self.pointer.is_some() {
            f.write_str(": ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
