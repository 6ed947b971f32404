//! What a change is for programs, and where it is seen.

use serde::Serialize;

/// What a change is to programs that are already built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Wire {
    /// They go on as before.
    Compatible,
    /// They go on, with other results or at another price.
    Behaviour,
    /// They may fail.
    Breaking,
}

/// What a change is to programs that are compiled against the regenerated crates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Rust {
    /// Documentation, or nothing.
    Patch,
    /// Something new.
    Minor,
    /// They may not compile, or may do something else.
    Major,
    /// There is no such crate: `cargo xtask codegen` refuses it.
    Refused,
}

/// Where a change is seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Position {
    /// In no body and no parameter, or in a schema that nothing uses.
    None,
    /// In what is sent.
    Request,
    /// In what is received.
    Response,
    /// In both.
    Both,
}

impl Position {
    /// The position of what is in both of these.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (position, Self::None) | (Self::None, position) => position,
            (one, two) if one == two => one,
            _ => Self::Both,
        }
    }
}

/// The version bump that follows from a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Bump {
    /// There is nothing to release.
    None,
    /// The last number of a version.
    Patch,
    /// The middle number; the last while the first is 0.
    Minor,
    /// The first number; the middle while the first is 0.
    Major,
}
