//! A service that says whatever a test wants it to, over real sockets.

use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, mpsc};

/// The id that the plain queue gives to every request.
pub(crate) const ID: &str = "764cabcf-b745-4b3e-ae38-1200304cf45b";

/// One request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Path and query.
    pub(crate) target: String,
    pub(crate) body: Vec<u8>,
    /// Where the service is: `http://127.0.0.1:port`.
    pub(crate) origin: String,
    /// The seed of the latest input, this request's own included.
    pub(crate) seed: i64,
}

/// What goes back.
pub(crate) enum Reply {
    Json(u16, Value),
    /// The same, with what the service's clock says.
    Dated(std::time::SystemTime, u16, Value),
    /// The same, with one more header: its name and its text.
    Headed(&'static str, String, u16, Value),
    /// Too many requests: come back in so many seconds.
    Busy(u32),
    Bytes(&'static str, Vec<u8>),
    /// The connection closes without an answer.
    Nothing,
    /// The connection stays open without an answer, until the other side closes it.
    Silence,
}

/// A running service.
pub(crate) struct Server {
    origin: String,
    requests: Arc<Mutex<Vec<Request>>>,
    told: mpsc::Receiver<Request>,
}

impl Server {
    pub(crate) fn start(answer: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        let (requests, answer) = (Arc::new(Mutex::new(Vec::new())), Arc::new(answer));
        let (tell, told) = mpsc::channel();
        let seed = Arc::new(AtomicI64::new(1));
        let server = Self { origin: origin.clone(), requests: Arc::clone(&requests), told };
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (requests, answer, tell) = (Arc::clone(&requests), Arc::clone(&answer), tell.clone());
                let (origin, seed) = (origin.clone(), Arc::clone(&seed));
                std::thread::spawn(move || {
                    while let Some(mut request) = read(&stream, &origin) {
                        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
                        if let Some(chosen) = body["seed"].as_i64() {
                            seed.store(chosen, Ordering::SeqCst);
                        }
                        request.seed = seed.load(Ordering::SeqCst);
                        requests.lock().expect("no test panicked here").push(request.clone());
                        let reply = answer(&request);
                        // A test that has ended listens no more.
                        let _ = tell.send(request);
                        if !write(&stream, reply) {
                            break;
                        }
                    }
                });
            }
        });
        server
    }

    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// How many requests came with this method and an end of the path like this.
    pub(crate) fn count(&self, method: &str, end: &str) -> usize {
        let requests = self.requests.lock().expect("no test panicked here");
        let path = |request: &Request| request.target.split('?').next().unwrap_or_default().to_owned();
        requests.iter().filter(|request| request.method == method && path(request).ends_with(end)).count()
    }

    /// Waits until such a request has come, and its answer is decided.
    pub(crate) fn wait_for(&self, method: &str, end: &str) -> Request {
        let patience = std::time::Duration::from_secs(20);
        loop {
            let request = self.told.recv_timeout(patience).expect("the request comes");
            if request.method == method && request.target.split('?').next().unwrap_or_default().ends_with(end) {
                return request;
            }
        }
    }
}

/// What an honest queue answers: accepted, completed at once, one picture at `/cdn/fox.png`.
pub(crate) fn queue(request: &Request, picture: &[u8]) -> Reply {
    let path = request.target.split('?').next().unwrap_or_default();
    let base = format!("{}/queue/fal-ai/ideogram/requests/{ID}", request.origin);
    let urls = json!({"request_id": ID, "response_url": base, "status_url": format!("{base}/status"),
        "cancel_url": format!("{base}/cancel")});
    let with = |status: &str| {
        let mut status = json!({"status": status});
        status.as_object_mut().unwrap().extend(urls.as_object().unwrap().clone());
        status
    };
    let output = json!({"images": [{"url": format!("{}/cdn/fox.png", request.origin)}], "seed": request.seed});
    match request.method.as_str() {
        "POST" if path.starts_with("/run/") => Reply::Json(200, output),
        "POST" => Reply::Json(200, with("IN_QUEUE")),
        "PUT" => Reply::Json(202, json!({"status": "CANCELLATION_REQUESTED"})),
        _ if path.starts_with("/cdn/") => Reply::Bytes("image/png", picture.to_vec()),
        _ if path.ends_with("/status/stream") => {
            Reply::Bytes("text/event-stream", format!("data: {}\n\n", with("COMPLETED")).into_bytes())
        }
        _ if path.ends_with("/status") => Reply::Json(200, with("COMPLETED")),
        _ => Reply::Json(200, output),
    }
}

fn read(stream: &TcpStream, origin: &str) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    reader.read_line(&mut first).ok().filter(|count| *count > 0)?;
    let mut words = first.split(' ').map(str::to_owned);
    let (method, target) = (words.next()?, words.next()?);
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|count| *count > 0)?;
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request { method, target, body, origin: origin.to_owned(), seed: 0 })
}

/// Whether the connection goes on.
fn write(mut stream: &TcpStream, reply: Reply) -> bool {
    let mut more = String::new();
    let (status, content_type, body) = match reply {
        Reply::Busy(seconds) => {
            more = format!("retry-after: {seconds}\r\n");
            (429, "application/json", b"{}".to_vec())
        }
        Reply::Dated(date, status, value) => {
            more = format!("date: {}\r\n", httpdate::fmt_http_date(date));
            (status, "application/json", value.to_string().into_bytes())
        }
        Reply::Headed(name, text, status, value) => {
            more = format!("{name}: {text}\r\n");
            (status, "application/json", value.to_string().into_bytes())
        }
        Reply::Json(status, value) => (status, "application/json", value.to_string().into_bytes()),
        Reply::Bytes(content_type, body) => (200, content_type, body),
        Reply::Nothing => return false,
        Reply::Silence => {
            let _ = stream.read(&mut [0]);
            return false;
        }
    };
    let head =
        format!("HTTP/1.1 {status} X\r\ncontent-type: {content_type}\r\ncontent-length: {}\r\n{more}\r\n", body.len());
    stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body)).is_ok()
}
