//! Errors: what went wrong, in which file, at which JSON pointer, and what to do about it.

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

/// Everything that is wrong, in the order in which it was found; never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems(Vec<Error>);

impl Problems {
    /// `Ok` if there is no problem.
    ///
    /// # Errors
    /// The problems, each once.
    pub fn none(problems: Vec<Error>) -> std::result::Result<(), Self> {
        let mut once: Vec<Error> = Vec::new();
        for problem in problems {
            if !once.contains(&problem) {
                once.push(problem);
            }
        }
        if once.is_empty() { Ok(()) } else { Err(Self(once)) }
    }

    /// Each of them.
    pub fn iter(&self) -> std::slice::Iter<'_, Error> {
        self.0.iter()
    }

    /// The same, all in this file where they name none.
    #[must_use]
    pub fn in_file(self, file: impl AsRef<Path>) -> Self {
        Self(self.0.into_iter().map(|error| error.in_file(&file)).collect())
    }
}

impl<'a> IntoIterator for &'a Problems {
    type Item = &'a Error;
    type IntoIter = std::slice::Iter<'a, Error>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl IntoIterator for Problems {
    type Item = Error;
    type IntoIter = std::vec::IntoIter<Error>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl From<Error> for Problems {
    fn from(error: Error) -> Self {
        Self(vec![error])
    }
}

impl fmt::Display for Problems {
    /// Each on a line of its own.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, error) in self.iter().enumerate() {
            if index > 0 {
                writeln!(f)?;
            }
            write!(f, "{error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for Problems {}
