//! Texts that somebody may send to do harm, or that are only unusual.

use proptest::collection::vec;
use proptest::prelude::{Strategy, any, prop_oneof};
use proptest::sample::select;

/// What texts are made of: the ways out of a folder, what moves a cursor, what turns letters round or hides them, names of
/// devices, letters with marks, letters of many bytes.
const PARTS: &[&str] = &[
    "a",
    "fox",
    " ",
    ".",
    "..",
    "/",
    "\\",
    "../",
    "..\\",
    "C:",
    ":",
    "*",
    "\0",
    "\n",
    "\r",
    "\t",
    "\u{1b}[31m",
    "\u{7f}",
    "\u{9b}2J",
    "\u{202e}",
    "\u{2066}",
    "\u{200b}",
    "\u{200f}",
    "\u{feff}",
    "\u{2028}",
    "\u{ad}",
    "\u{e0041}",
    "\u{fff9}",
    "con",
    "CON",
    "nul",
    "com1",
    "LPT9",
    ".png",
    ".tar.gz",
    ".exe",
    "狐",
    "न्",
    "e\u{301}",
    "\u{301}",
    "🦊",
    "ﬃ",
    "İ",
    "ß",
    "-",
    "_",
    "~",
    "%2e%2e%2f",
    "{",
    "}",
    "\"",
    "'",
    "`",
    "$(x)",
    "data:",
    ";base64,",
    "0",
    "7",
    "-1",
    "1e999",
    "\u{10ffff}",
    "\u{d7ff}",
];

/// A text of up to some dozens of such parts, seldom a very long one.
pub fn text() -> impl Strategy<Value = String> {
    let part = prop_oneof![4 => select(PARTS).prop_map(str::to_owned), 1 => any::<char>().prop_map(String::from)];
    (vec(part, 0..24), prop_oneof![15 => 1..2_usize, 1 => 2..400_usize])
        .prop_map(|(parts, times)| parts.concat().repeat(times))
}

/// Whether a text that was cleaned can neither move a cursor nor turn or part a line.
pub fn is_harmless(text: &str) -> bool {
    !text.chars().any(|character| {
        character.is_control() || matches!(character, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
    })
}
