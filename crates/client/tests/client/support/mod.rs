//! A server on a raw socket that does as it is told, misbehaviour included, and keeps what it was sent.

#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::format_push_string,
    clippy::needless_pass_by_value,
    reason = "a support of tests, of which each test binary uses a part"
)]

pub mod faults;
pub mod queue_server;

use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Request {
    pub method: String,
    /// Path and query.
    pub target: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// `POST /path`, without the query.
    pub fn line(&self) -> String {
        format!("{} {}", self.method, self.target.split('?').next().unwrap())
    }
}

/// One thing to do on the connection.
#[derive(Clone, Debug)]
pub enum Act {
    Send(Vec<u8>),
    Pause(Duration),
    /// Ends the connection in an orderly way.
    Close,
    /// Ends it with a reset.
    Reset,
    /// Says nothing more and keeps the connection open.
    Stall,
}

/// What to do about a request.
pub type Reply = Vec<Act>;

/// A whole answer.
pub fn answer(status: u16, headers: &[(&str, &str)], body: impl AsRef<[u8]>) -> Reply {
    let body = body.as_ref();
    let mut head = format!("HTTP/1.1 {status} Status\r\ncontent-length: {}\r\n", body.len());
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    head += "\r\n";
    vec![Act::Send([head.as_bytes(), body].concat())]
}

pub fn json(status: u16, body: serde_json::Value) -> Reply {
    answer(status, &[("content-type", "application/json")], body.to_string())
}

/// The page of an ingress that has nobody to pass a request to.
pub const INGRESS: &str = "<html>\r\n<head><title>503 Service Temporarily Unavailable</title></head>\r\n<body>\r\n\
    <center><h1>503 Service Temporarily Unavailable</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n";

/// The head of an event stream; its events follow as chunks.
pub fn stream(acts: impl IntoIterator<Item = Act>) -> Reply {
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
    let mut reply = vec![Act::Send(head.into())];
    reply.extend(acts);
    reply
}

pub fn chunk(text: &str) -> Act {
    Act::Send(format!("{:x}\r\n{text}\r\n", text.len()).into())
}

pub fn event(body: serde_json::Value) -> Act {
    chunk(&format!("data: {body}\n\n"))
}

/// The end of a chunked body.
pub fn end() -> Act {
    Act::Send(b"0\r\n\r\n".to_vec())
}

type Handler = dyn Fn(&Request) -> Reply + Send + Sync;

/// The server.
pub struct Stub {
    pub url: String,
    seen: Arc<Mutex<Vec<Request>>>,
    connections: Arc<Mutex<usize>>,
}

impl Stub {
    pub async fn start(handler: impl Fn(&Request) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (seen, connections) = (Arc::<Mutex<Vec<Request>>>::default(), Arc::<Mutex<usize>>::default());
        let handler: Arc<Handler> = Arc::new(handler);
        tokio::spawn({
            let (seen, connections) = (seen.clone(), connections.clone());
            async move {
                while let Ok((socket, _)) = listener.accept().await {
                    *connections.lock().unwrap() += 1;
                    socket.set_nodelay(true).unwrap();
                    tokio::spawn(serve(socket, handler.clone(), seen.clone()));
                }
            }
        });
        Self { url, seen, connections }
    }

    pub fn requests(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }

    /// `POST /path` of each request, in order.
    pub fn lines(&self) -> Vec<String> {
        self.requests().iter().map(Request::line).collect()
    }

    pub fn count(&self, line: &str) -> usize {
        self.lines().iter().filter(|seen| *seen == line).count()
    }

    pub fn connections(&self) -> usize {
        *self.connections.lock().unwrap()
    }

    /// A client set up against this server, quick to retry.
    pub fn client(&self) -> ideogram_client::Client {
        self.builder().build().unwrap()
    }

    pub fn builder(&self) -> ideogram_client::ClientBuilder {
        ideogram_client::Client::builder().with_key("id:hush").with_base_url(&self.url).with_retry_policy(
            ideogram_client::RetryPolicy::default()
                .with_max_attempts(3)
                .with_base_delay(Duration::from_millis(2))
                .with_max_delay(Duration::from_millis(5)),
        )
    }
}

async fn serve(socket: TcpStream, handler: Arc<Handler>, seen: Arc<Mutex<Vec<Request>>>) {
    let mut socket = BufReader::new(socket);
    while let Some(request) = read(&mut socket).await {
        seen.lock().unwrap().push(request.clone());
        for act in handler(&request) {
            match act {
                Act::Send(bytes) => {
                    if socket.get_mut().write_all(&bytes).await.is_err() {
                        return;
                    }
                }
                Act::Pause(time) => tokio::time::sleep(time).await,
                Act::Close => return,
                Act::Reset => {
                    socket.get_ref().set_zero_linger().unwrap();
                    return;
                }
                Act::Stall => {
                    // Until the client goes.
                    let _ = socket.read_u8().await;
                    return;
                }
            }
        }
    }
}

async fn read(socket: &mut BufReader<TcpStream>) -> Option<Request> {
    use tokio::io::AsyncBufReadExt;
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if socket.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        if line == "\r\n" {
            break;
        }
        lines.push(line.trim_end().to_owned());
    }
    let mut first = lines.first()?.split(' ');
    let (method, target) = (first.next()?.to_owned(), first.next()?.to_owned());
    let headers: Vec<(String, String)> = lines[1..]
        .iter()
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    let header = |name: &str| headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
    let mut body = Vec::new();
    if let Some(length) = header("content-length") {
        body = vec![0; length.parse().ok()?];
        socket.read_exact(&mut body).await.ok()?;
    } else if header("transfer-encoding").is_some() {
        loop {
            let mut size = String::new();
            socket.read_line(&mut size).await.ok()?;
            let mut piece = vec![0; usize::from_str_radix(size.trim(), 16).ok()? + 2];
            socket.read_exact(&mut piece).await.ok()?;
            if piece.len() == 2 {
                break;
            }
            body.extend_from_slice(&piece[..piece.len() - 2]);
        }
    }
    Some(Request { method, target, headers, body })
}

/// A request by hand: the body of the answer.
pub async fn get(url: &str) -> String {
    let (host, target) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut socket = TcpStream::connect(host).await.unwrap();
    let request =
        format!("GET /{target} HTTP/1.1\r\nhost: {host}\r\nauthorization: Key id:secret\r\nconnection: close\r\n\r\n");
    socket.write_all(request.as_bytes()).await.unwrap();
    let mut text = String::new();
    socket.read_to_string(&mut text).await.unwrap();
    let body = text.split_once("\r\n\r\n").unwrap().1;
    // Whether it is chunked or not.
    body[body.find('{').unwrap()..=body.rfind('}').unwrap()].to_owned()
}

/// Bodies of a queue with one job, `ID`.
pub mod queue {
    use serde_json::{Value, json};

    pub const ID: &str = "764cabcf-b745-4b3e-ae38-1200304cf45b";
    pub const SUBMIT: &str = "POST /queue/fal-ai/ideogram/v2/turbo";
    pub const STATUS: &str = "GET /queue/fal-ai/ideogram/requests/764cabcf-b745-4b3e-ae38-1200304cf45b/status";
    pub const STREAM: &str = "GET /queue/fal-ai/ideogram/requests/764cabcf-b745-4b3e-ae38-1200304cf45b/status/stream";
    pub const RESULT: &str = "GET /queue/fal-ai/ideogram/requests/764cabcf-b745-4b3e-ae38-1200304cf45b";
    pub const CANCEL: &str = "PUT /queue/fal-ai/ideogram/requests/764cabcf-b745-4b3e-ae38-1200304cf45b/cancel";

    pub fn accepted() -> Value {
        json!({"status": "IN_QUEUE", "request_id": ID, "queue_position": 0})
    }

    pub fn in_progress() -> Value {
        json!({"status": "IN_PROGRESS", "request_id": ID, "logs": null})
    }

    pub fn completed() -> Value {
        json!({"status": "COMPLETED", "request_id": ID, "logs": null, "metrics": {"inference_time": 1.5}})
    }

    pub fn output() -> Value {
        json!({"images": [{"url": "https://v3.fal.media/files/a/b.png"}], "seed": 7})
    }
}
