//! Telling new log lines from those given before.
//!
//! A polled status has every line so far, an event of a stream only new ones, and a stream that is opened again may
//! begin anew. So each source is compared with what was seen, line by line from the first, until it differs.

use crate::LogEntry;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};

/// Lines remembered of one job; beyond them every line counts as new.
const LINES: usize = 100_000;

/// The lines seen so far, as hashes: a line may be long, and there may be many jobs.
#[derive(Debug, Default)]
pub(crate) struct Trail(Vec<u64>);

impl Trail {
    /// Leaves only the lines that were not seen before. `replay` is how many lines of this source were recognised as
    /// seen; it starts at 0.
    pub(crate) fn keep_new(&mut self, logs: &mut Vec<LogEntry>, replay: &mut usize) {
        logs.retain(|entry| {
            let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one((
                &entry.timestamp,
                &entry.message,
                entry.level.as_ref().map(crate::LogLevel::as_str),
            ));
            if self.0.get(*replay) == Some(&hash) {
                *replay += 1;
                return false;
            }
            if self.0.len() < LINES {
                self.0.push(hash);
            }
            // From here on this source gives new lines.
            *replay = usize::MAX;
            true
        });
    }
}

#[cfg(test)]
mod tests {
    use super::Trail;
    use crate::LogEntry;

    fn lines(texts: &[&str]) -> Vec<LogEntry> {
        texts.iter().map(|text| LogEntry::new(*text)).collect()
    }

    fn new(trail: &mut Trail, texts: &[&str], replay: &mut usize) -> Vec<String> {
        let mut logs = lines(texts);
        trail.keep_new(&mut logs, replay);
        logs.into_iter().map(|entry| entry.message).collect()
    }

    #[test]
    fn each_line_is_given_once_across_polls_streams_and_streams_opened_again() {
        let mut trail = Trail::default();
        assert_eq!(new(&mut trail, &["a", "b"], &mut 0), ["a", "b"]);
        assert_eq!(new(&mut trail, &["a", "b", "b"], &mut 0), ["b"], "a poll repeats, and equal lines are lines");
        let mut stream = 0;
        assert_eq!(new(&mut trail, &["c"], &mut stream), ["c"], "a stream that does not repeat");
        assert_eq!(new(&mut trail, &["a"], &mut stream), ["a"]);
        let mut again = 0;
        assert!(new(&mut trail, &["a", "b"], &mut again).is_empty());
        assert_eq!(new(&mut trail, &["b", "c", "a", "d"], &mut again), ["d"], "a stream that begins anew");
    }
}
