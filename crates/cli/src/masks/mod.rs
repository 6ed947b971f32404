//! Makes and checks masks for `edit`, before anything is paid.

mod command;
mod preview;
mod shape;
mod survey;

pub(crate) use command::{make, run};
pub(crate) use shape::{Area, Corners};
pub(crate) use survey::Survey;

/// The colour of a mask that is repainted. fal's page does not say which one it is; the model's vendor documents black for
/// its own API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Edits {
    Black,
    White,
}

impl Edits {
    /// The words that `--mask-edits` takes.
    pub(crate) const WORDS: [&str; 2] = ["black", "white"];

    /// The colour that a word names; black where it is none of [`WORDS`](Self::WORDS).
    pub(crate) fn named(word: &str) -> Self {
        if word == "white" { Self::White } else { Self::Black }
    }

    /// The grey value of what is repainted.
    fn repainted(self) -> u8 {
        match self {
            Self::Black => 0,
            Self::White => 255,
        }
    }

    /// The grey value of what is kept.
    fn kept(self) -> u8 {
        255 - self.repainted()
    }
}
