//! Which log lines of a job are new, and which were given before.
//!
//! A polled status has every line so far, an event of a stream only new ones, and a stream that is opened again may
//! begin anew. A line with a time was seen when an equal one was. Lines without one may well be equal, so they are
//! compared with those seen one by one from the first, until they differ.

use ideogram_schema::LogEntry;
use std::collections::HashSet;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

/// Lines remembered of one job; beyond them every line counts as new.
const LINES: usize = 100_000;

/// The lines seen so far, as hashes: a line may be long, and there may be many jobs.
#[derive(Debug, Default)]
pub(crate) struct SeenLogs {
    timed: HashSet<u64>,
    untimed: Vec<u64>,
}

impl SeenLogs {
    /// Leaves only the lines that were not seen before. `replay` is how many untimed lines of this source were recognised
    /// as seen; it starts at 0.
    pub(crate) fn keep_new(&mut self, logs: &mut Vec<LogEntry>, replay: &mut usize) {
        logs.retain(|entry| {
            let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one((
                &entry.timestamp,
                &entry.message,
                entry.level.as_ref().map(ideogram_schema::LogLevel::as_str),
            ));
            if entry.timestamp.is_some() {
                return if self.timed.len() < LINES { self.timed.insert(hash) } else { !self.timed.contains(&hash) };
            }
            if self.untimed.get(*replay) == Some(&hash) {
                *replay += 1;
                return false;
            }
            if self.untimed.len() < LINES {
                self.untimed.push(hash);
            }
            // From here on this source gives new lines.
            *replay = usize::MAX;
            true
        });
    }
}

#[cfg(test)]
mod tests {
    use super::SeenLogs;
    use ideogram_schema::LogEntry;

    fn lines(texts: &[&str]) -> Vec<LogEntry> {
        texts.iter().map(|text| LogEntry::new(*text)).collect()
    }

    fn new(seen: &mut SeenLogs, texts: &[&str], replay: &mut usize) -> Vec<String> {
        let mut logs = lines(texts);
        seen.keep_new(&mut logs, replay);
        logs.into_iter().map(|entry| entry.message).collect()
    }

    #[test]
    fn a_line_with_a_time_is_given_once_however_often_it_comes() {
        let mut seen = SeenLogs::default();
        let at = |time: &str| LogEntry::new("a").with_timestamp(time);
        let mut logs = vec![at("1"), at("1"), at("2")];
        seen.keep_new(&mut logs, &mut 0);
        assert_eq!(logs, [at("1"), at("2")]);
        let mut logs = vec![at("2"), at("3")];
        seen.keep_new(&mut logs, &mut 7);
        assert_eq!(logs, [at("3")]);
    }

    #[test]
    fn each_line_is_given_once_across_polls_streams_and_streams_opened_again() {
        let mut seen = SeenLogs::default();
        assert_eq!(new(&mut seen, &["a", "b"], &mut 0), ["a", "b"]);
        assert_eq!(new(&mut seen, &["a", "b", "b"], &mut 0), ["b"], "a poll repeats, and equal lines are lines");
        let mut stream = 0;
        assert_eq!(new(&mut seen, &["c"], &mut stream), ["c"], "a stream that does not repeat");
        assert_eq!(new(&mut seen, &["a"], &mut stream), ["a"]);
        let mut again = 0;
        assert!(new(&mut seen, &["a", "b"], &mut again).is_empty());
        assert_eq!(new(&mut seen, &["b", "c", "a", "d"], &mut again), ["d"], "a stream that begins anew");
    }
}
