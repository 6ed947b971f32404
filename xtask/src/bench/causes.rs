//! Why goals are missed: what a profiler has shown, so that nobody has to look for it again.

/// A row's name, and a sentence on why a goal of it is missed. It is printed only while one is.
const CAUSES: &[(&str, &str)] = &[];

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
