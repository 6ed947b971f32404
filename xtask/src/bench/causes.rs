//! Why goals are missed: what a profiler has shown, so that nobody has to look for it again.

/// A row's name, and a sentence on why a goal of it is missed. It is printed only while one is.
const CAUSES: &[(&str, &str)] = &[
    ("sync", "As `instructions`."),
    ("sync-tls", "As `instructions`."),
    ("sync-64", "As `sync-64-tls`."),
    (
        "sync-64-tls",
        "By DHAT a call asks for 27.2 KB in 62 pieces, against 19.3 KB in 53 by hand; 5.7 KB are its own future. Instructions are 6 % more.",
    ),
    (
        "instructions",
        "By callgrind, 5,000 more than by hand: the deadline's timer, the answer's headers, the allocator for nine more pieces of memory, and what decides about a repetition.",
    ),
    (
        "follow",
        "By callgrind, 290,000 instructions against 253,000 by hand: 15,000 read the answer to the submit and each status, which by hand is searched for one word, 6,000 cut the stream into events, 11,000 move futures, and the rest is spread over timers, permits and the allocator.",
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
