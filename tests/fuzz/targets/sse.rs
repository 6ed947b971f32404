//! The reader of status streams.

use ideogram_client::fuzz::events;
use ideogram_fuzz::{bytes, hold, pieces};
use proptest::collection::vec;
use proptest::prelude::any;
use proptest::sample::Index;

const RIGHT: &[&str] = &[
    "data: {\"status\":\"IN_QUEUE\",\"request_id\":\"r\",\"queue_position\":2}\n\ndata: {\"status\":\"COMPLETED\"}\n\n",
    ": ping\r\n\r\nevent: status\r\nid: 7\r\ndata: a\r\ndata: b\r\n\r\nretry: 10\r\n\r\ndata\r\n\r\n",
    "data:a\r\rdata: b\rdata:  c\r\r\u{feff}data: d\n\n",
    "data: cut",
];
const TOKENS: &[&str] =
    &["\n", "\r", "\r\n", "\n\n", "data", "data:", "data: ", ":", "\0", "\u{feff}", "event: x\n", "\u{2028}"];
/// The bound on an event here.
const LIMIT: usize = 200;

#[test]
fn sse() {
    hold("sse", &(bytes(RIGHT, TOKENS), vec(any::<Index>(), 0..12)), |(bytes, cuts)| {
        let whole = events(std::slice::from_ref(&bytes), LIMIT);
        let parted = events(&pieces(&bytes, &cuts), LIMIT);
        for (found, _) in [&whole, &parted] {
            assert!(found.iter().all(|event| event.len() <= LIMIT), "an event is larger than the bound");
            assert!(found.iter().all(|event| !event.contains(&b'\r')), "a line end stands in an event");
        }
        let common = whole.0.len().min(parted.0.len());
        assert_eq!(whole.0[..common], parted.0[..common], "the pieces in which it comes make other events");
        if whole.1 && parted.1 {
            assert_eq!(whole.0.len(), parted.0.len(), "the pieces in which it comes make more or fewer events");
            assert_eq!(whole.0, model(&bytes), "it is not what the format says");
        }
    });
}

/// The format as its specification has it, for a text that is there as a whole.
fn model(bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut lines = vec![Vec::new()];
    let mut rest = bytes;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'\r' => {
                rest = rest.strip_prefix(b"\n").unwrap_or(rest);
                lines.push(Vec::new());
            }
            b'\n' => lines.push(Vec::new()),
            byte => lines.last_mut().unwrap().push(*byte),
        }
    }
    // The last line has no end, so it is none.
    lines.pop();
    let (mut found, mut data): (Vec<Vec<u8>>, Option<Vec<u8>>) = (Vec::new(), None);
    for line in lines {
        if line.is_empty() {
            found.extend(data.take());
            continue;
        }
        let colon = line.iter().position(|byte| *byte == b':');
        let (name, value) = colon.map_or((&line[..], &b""[..]), |at| (&line[..at], &line[at + 1..]));
        if name == b"data" {
            let value = value.strip_prefix(b" ").unwrap_or(value);
            data = Some(match data {
                Some(before) => [&before[..], b"\n", value].concat(),
                None => value.to_vec(),
            });
        }
    }
    found
}
