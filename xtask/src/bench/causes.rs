//! Why goals are missed: what a profiler has shown, so that nobody has to look for it again.

/// A row's name, and a sentence on why a goal of it is missed. It is printed only while one is.
const CAUSES: &[(&str, &str)] = &[
    ("sync", "As `instructions`."),
    ("sync-tls", "As `instructions`."),
    ("sync-64", "As `instructions`."),
    ("sync-64-tls", "As `instructions`."),
    (
        "instructions",
        "By callgrind: of 22,000 more than by hand, 7,400 are in the allocator, which is asked for 25 more pieces of memory a call, ten of them too large for its fast path; 2,900 move futures; the rest is spread over the answer's headers and date, the timers of the deadline, and what decides about a repetition.",
    ),
    ("cli-picture", "13.6 MiB are what `--version` takes: the program itself."),
];

/// What is known of a row.
pub(super) fn of(row: &str) -> Option<&'static str> {
    CAUSES.iter().find(|(name, _)| *name == row).map(|(_, cause)| *cause)
}

#[cfg(test)]
mod tests {
    use super::super::rows::rows;
    use super::CAUSES;

    #[test]
    fn causes_are_sentences_on_rows_that_are_there() {
        let rows = rows(false);
        for (name, cause) in CAUSES {
            assert!(rows.iter().any(|row| row.name == *name), "{name}");
            assert!(cause.ends_with('.'), "{cause}");
        }
    }
}
