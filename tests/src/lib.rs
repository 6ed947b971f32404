//! Integration tests live in `tests/`; this library is empty.

/// The program of the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
