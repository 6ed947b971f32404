//! The table of faults: every fault that a network, a proxy or a server can cause, and what comes of it.

#![allow(dead_code, missing_docs, unreachable_pub, clippy::unwrap_used, reason = "a support of tests")]

use super::{Act, INGRESS, Reply, answer, json};
use serde_json::json;
use std::time::Duration;

/// What may become of a call whose first attempt meets a fault, and whose later ones do not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Outcome {
    /// It is repeated, and succeeds.
    Healed,
    /// It ends in an error, and nothing can have been accepted.
    Refused,
    /// It ends in an error that says that it may have been accepted; a reading call has nothing to accept.
    InDoubt,
}
use Outcome::{Healed, InDoubt, Refused};

/// One row: a fault, whether the server has accepted the job by then, and what comes of it.
pub struct Fault {
    pub name: &'static str,
    pub reply: fn(&Reply) -> Reply,
    pub accepts: bool,
    pub paid: Outcome,
    pub reading: Outcome,
}

/// `reply` gets the answer that would have been right.
pub const FAULTS: &[Fault] = &[
    Fault {
        name: "reset before the work",
        reply: |_| vec![Act::Reset],
        accepts: false,
        paid: InDoubt,
        reading: Healed,
    },
    Fault { name: "lost reply", reply: |_| vec![Act::Reset], accepts: true, paid: InDoubt, reading: Healed },
    Fault { name: "closed without a word", reply: |_| vec![Act::Close], accepts: true, paid: InDoubt, reading: Healed },
    Fault { name: "cut headers", reply: |right| cut(right, 20), accepts: true, paid: InDoubt, reading: Healed },
    Fault {
        name: "cut body",
        reply: |right| cut(right, length(right) - 5),
        accepts: true,
        paid: InDoubt,
        reading: Healed,
    },
    Fault {
        name: "no HTTP",
        reply: |_| vec![Act::Send(b"\x00\x01\x02 hello\r\n\r\n".into()), Act::Close],
        accepts: true,
        paid: InDoubt,
        reading: Healed,
    },
    Fault { name: "stall", reply: |_| vec![Act::Stall], accepts: true, paid: InDoubt, reading: Healed },
    Fault {
        name: "stall in the body",
        reply: |right| [cut(right, length(right) - 5), vec![Act::Stall]].concat(),
        accepts: true,
        paid: InDoubt,
        reading: Healed,
    },
    Fault { name: "endless drip", reply: |_| drip(), accepts: true, paid: InDoubt, reading: Healed },
    Fault {
        name: "408",
        reply: |_| json(408, json!({"detail": "Request Timeout"})),
        accepts: true,
        paid: InDoubt,
        reading: Healed,
    },
    Fault {
        name: "409",
        reply: |_| json(409, json!({"detail": "Conflict"})),
        accepts: true,
        paid: InDoubt,
        reading: Healed,
    },
    Fault {
        name: "425",
        reply: |_| json(425, json!({"detail": "Too Early"})),
        accepts: false,
        paid: Refused,
        reading: Healed,
    },
    Fault {
        name: "429",
        reply: |_| json(429, json!({"detail": "Too many requests"})),
        accepts: false,
        paid: Healed,
        reading: Healed,
    },
    Fault {
        name: "429, Retry-After: 0",
        reply: |_| answer(429, &[("retry-after", "0")], "{}"),
        accepts: false,
        paid: Healed,
        reading: Healed,
    },
    Fault {
        name: "429, Retry-After: a past date",
        reply: |_| answer(429, &[("retry-after", "Sun, 06 Nov 1994 08:49:37 GMT")], "{}"),
        accepts: false,
        paid: Healed,
        reading: Healed,
    },
    Fault {
        name: "429, Retry-After: an hour",
        reply: |_| answer(429, &[("retry-after", "3600")], "{}"),
        accepts: false,
        paid: Refused,
        reading: Refused,
    },
    Fault {
        name: "429, Retry-After: nonsense",
        reply: |_| answer(429, &[("retry-after", "soon")], "{}"),
        accepts: false,
        paid: Healed,
        reading: Healed,
    },
    Fault {
        name: "429, told not to",
        reply: |_| answer(429, &[("x-fal-needs-retry", "0")], "{}"),
        accepts: false,
        paid: Refused,
        reading: Refused,
    },
    Fault {
        name: "500",
        reply: |_| json(500, json!({"detail": "Internal Server Error"})),
        accepts: true,
        paid: InDoubt,
        reading: Healed,
    },
    Fault {
        name: "502, HTML",
        reply: |_| answer(502, &[("content-type", "text/html")], "<html><h1>502 Bad Gateway</h1></html>"),
        accepts: true,
        paid: InDoubt,
        reading: Healed,
    },
    Fault {
        name: "503 of the ingress",
        reply: |_| answer(503, &[("content-type", "text/html")], INGRESS),
        accepts: false,
        paid: Healed,
        reading: Healed,
    },
    Fault {
        name: "503 with a request id",
        reply: |_| answer(503, &[("content-type", "text/html"), ("x-fal-request-id", "r")], INGRESS),
        accepts: true,
        paid: InDoubt,
        reading: Healed,
    },
    Fault {
        name: "503 of an application that echoes the prompt",
        reply: |_| answer(503, &[("content-type", "text/html")], "<html><p>No luck with: a fox, nginx</p></html>"),
        accepts: true,
        paid: InDoubt,
        reading: Healed,
    },
    Fault {
        name: "503 with the ingress's page as text",
        reply: |_| answer(503, &[("content-type", "text/plain")], INGRESS),
        accepts: true,
        paid: InDoubt,
        reading: Healed,
    },
    Fault {
        name: "503, JSON",
        reply: |_| json(503, json!({"detail": "Service Unavailable"})),
        accepts: true,
        paid: InDoubt,
        reading: Healed,
    },
    Fault {
        name: "504 of the gateway",
        reply: |_| json(504, json!({"detail": "Gateway Timeout"})),
        accepts: true,
        paid: InDoubt,
        reading: Healed,
    },
    Fault {
        name: "200 with HTML",
        reply: |_| answer(200, &[("content-type", "text/html")], "<html>Log in</html>"),
        accepts: true,
        paid: InDoubt,
        reading: Healed,
    },
    Fault {
        name: "200 with other JSON",
        reply: |_| json(200, json!([1, 2])),
        accepts: true,
        paid: InDoubt,
        reading: Healed,
    },
    Fault { name: "200 with nothing", reply: |_| answer(200, &[], ""), accepts: true, paid: InDoubt, reading: Healed },
    Fault {
        name: "redirect",
        reply: |_| answer(302, &[("location", "http://10.0.0.1/")], ""),
        accepts: true,
        paid: InDoubt,
        reading: Refused,
    },
    Fault {
        name: "401",
        reply: |_| json(401, json!({"detail": "No user found for Key ID and Secret"})),
        accepts: false,
        paid: Refused,
        reading: Refused,
    },
    Fault {
        name: "403, exhausted",
        reply: |_| json(403, json!({"detail": "User is locked. Reason: Exhausted balance."})),
        accepts: false,
        paid: Refused,
        reading: Refused,
    },
    Fault {
        name: "404",
        reply: |_| json(404, json!({"detail": "Path /nope not found"})),
        accepts: false,
        paid: Refused,
        reading: Refused,
    },
    Fault {
        name: "422",
        reply: |_| {
            json(422, json!({"detail": [{"loc": ["body", "prompt"], "msg": "Field required", "type": "missing"}]}))
        },
        accepts: false,
        paid: Refused,
        reading: Refused,
    },
];

fn length(reply: &Reply) -> usize {
    reply.iter().map(|act| if let Act::Send(bytes) = act { bytes.len() } else { 0 }).sum()
}

/// The first bytes of an answer, and then the end of the connection.
fn cut(reply: &Reply, length: usize) -> Reply {
    let mut bytes: Vec<u8> =
        reply.iter().flat_map(|act| if let Act::Send(bytes) = act { bytes.clone() } else { vec![] }).collect();
    bytes.truncate(length);
    vec![Act::Send(bytes), Act::Close]
}

fn drip() -> Reply {
    let mut reply = vec![Act::Send(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n".into())];
    for _ in 0..500 {
        reply.extend([Act::Send(b" ".into()), Act::Pause(Duration::from_millis(5))]);
    }
    reply
}
