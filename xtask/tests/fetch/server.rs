//! A server that gives each endpoint's document, or whatever it is told to give instead.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

#[derive(Clone)]
pub(crate) enum Answer {
    /// Status line, further header lines, body, and the length that is claimed for it.
    Whole { status: &'static str, headers: String, body: String, length: usize },
    /// Spaces, as many as are read, up to 1 GiB; the length is told or not.
    Spaces { told: bool },
    /// Nothing until the other side hangs up.
    Silence,
}

impl Answer {
    pub(crate) fn ok(body: impl Into<String>) -> Self {
        Self::status("200 OK", "", body)
    }

    pub(crate) fn status(status: &'static str, headers: &str, body: impl Into<String>) -> Self {
        let body = body.into();
        Self::Whole { status, headers: headers.to_owned(), length: body.len(), body }
    }

    /// Claims more than it sends.
    pub(crate) fn cut(self) -> Self {
        match self {
            Self::Whole { status, headers, body, length } => {
                Self::Whole { status, headers, body: body[..length / 2].to_owned(), length }
            }
            other => other,
        }
    }
}

pub(crate) struct Server {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Answers by endpoint id; ends with the test's process.
    pub(crate) fn start(answers: BTreeMap<String, Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        let answers = Arc::new(answers);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answers, log) = (Arc::clone(&answers), Arc::clone(&log));
                std::thread::spawn(move || serve(&stream, &answers, &log));
            }
        });
        Self { address, asked }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The paths and queries that were asked for.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

/// Serves one request and closes; a client that hangs up early is what some tests want.
fn serve(stream: &TcpStream, answers: &BTreeMap<String, Answer>, log: &Mutex<Vec<String>>) -> Option<()> {
    let mut request = BufReader::new(stream);
    let mut first = String::new();
    request.read_line(&mut first).ok()?;
    let mut line = String::new();
    while request.read_line(&mut line).ok()? > 2 {
        line.clear();
    }
    let target = first.split(' ').nth(1)?.to_owned();
    log.lock().unwrap().push(target.clone());
    let id = target.split_once("endpoint_id=")?.1;
    let mut out = stream;
    match answers.get(id) {
        Some(Answer::Whole { status, headers, body, length }) => {
            write!(out, "HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}")
                .ok()
        }
        Some(Answer::Spaces { told }) => {
            let length = if *told { format!("content-length: {}\r\n", 1 << 30) } else { String::new() };
            write!(out, "HTTP/1.1 200 OK\r\n{length}connection: close\r\n\r\n").ok()?;
            let spaces = vec![b' '; 1 << 16];
            (0..1 << 14).try_for_each(|_| out.write_all(&spaces)).ok()
        }
        Some(Answer::Silence) => {
            stream.set_read_timeout(Some(Duration::from_secs(20))).ok()?;
            request.read_line(&mut line).ok().map(|_| ())
        }
        None => write!(out, "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").ok(),
    }
}
