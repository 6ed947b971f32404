//! Server-sent events: the few lines of that format that a status stream needs, with a bound on what is kept.

use bytes::BytesMut;

/// An event is larger than the bound.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TooLarge;

/// Cuts a byte stream into events. Lines end with LF, CR or both; comments and every field but `data` are ignored.
#[derive(Debug)]
pub(crate) struct Events {
    limit: usize,
    buffer: BytesMut,
    /// How many bytes of the buffer are known to contain no line end, so that data that arrives slowly is not searched
    /// repeatedly.
    searched: usize,
    data: Vec<u8>,
    has_data: bool,
    after_cr: bool,
}

impl Events {
    pub(crate) fn new(limit: usize) -> Self {
        Self { limit, buffer: BytesMut::new(), searched: 0, data: Vec::new(), has_data: false, after_cr: false }
    }

    /// Takes the next bytes.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.buffer.extend_from_slice(bytes);
    }

    /// The data of the next whole event, if there is one yet.
    pub(crate) fn next(&mut self) -> Result<Option<Vec<u8>>, TooLarge> {
        loop {
            let Some(line) = self.next_line() else {
                let pending = self.buffer.len().saturating_add(self.data.len());
                return if pending > self.limit { Err(TooLarge) } else { Ok(None) };
            };
            if line.is_empty() {
                if std::mem::take(&mut self.has_data) {
                    return Ok(Some(std::mem::take(&mut self.data)));
                }
            } else if let Some(value) = field(&line, b"data") {
                if self.has_data {
                    self.data.push(b'\n');
                }
                self.has_data = true;
                self.data.extend_from_slice(value);
                if self.data.len() > self.limit {
                    return Err(TooLarge);
                }
            }
        }
    }

    fn next_line(&mut self) -> Option<BytesMut> {
        if self.after_cr && !self.buffer.is_empty() {
            self.after_cr = false;
            if self.buffer.first() == Some(&b'\n') {
                let _ = self.buffer.split_to(1);
                self.searched = self.searched.saturating_sub(1);
            }
        }
        let unsearched = self.buffer.get(self.searched..).unwrap_or_default();
        let Some(found) = unsearched.iter().position(|byte| matches!(byte, b'\n' | b'\r')) else {
            self.searched = self.buffer.len();
            return None;
        };
        let line = self.buffer.split_to(self.searched + found);
        self.searched = 0;
        let end = self.buffer.split_to(1);
        self.after_cr = end.first() == Some(&b'\r');
        Some(line)
    }
}

/// The value of a line `name: value`, its one leading space dropped.
fn field<'a>(line: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let rest = line.strip_prefix(name)?;
    if rest.is_empty() {
        return Some(rest);
    }
    let value = rest.strip_prefix(b":")?;
    Some(value.strip_prefix(b" ").unwrap_or(value))
}

#[cfg(test)]
mod tests {
    use super::{Events, TooLarge};

    /// Feeds the text in pieces of `size` bytes.
    fn events(text: &str, size: usize) -> Vec<String> {
        let mut parser = Events::new(1000);
        let mut found = Vec::new();
        for piece in text.as_bytes().chunks(size) {
            parser.push(piece);
            while let Some(event) = parser.next().unwrap() {
                found.push(String::from_utf8(event).unwrap());
            }
        }
        found
    }

    #[test]
    fn events_are_the_same_however_the_bytes_arrive() {
        let text = ": ping\n\ndata: a\n\nevent: x\r\nid: 3\r\ndata:b\r\ndata: c\r\n\r\ndata: d\r\rdata\n\ndatum: e\n\ndata: cut";
        for size in 1..text.len() {
            assert_eq!(events(text, size), ["a", "b\nc", "d", ""], "{size}");
        }
    }

    #[test]
    fn an_event_without_end_is_refused_at_the_bound() {
        for text in ["data: ", "xxxxx", "data: y\n"] {
            let mut parser = Events::new(50);
            let refused = (0..40).any(|_| {
                parser.push(text.as_bytes());
                parser.next() == Err(TooLarge)
            });
            assert!(refused, "{text:?}");
        }
    }
}
