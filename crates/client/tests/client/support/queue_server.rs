//! A queue whose jobs take the time that their prompt says, over HTTP/1.1 and HTTP/2, that counts its connections.

#![allow(dead_code, missing_docs, unreachable_pub, clippy::unwrap_used, reason = "a support of tests")]

use bytes::Bytes;
use futures_util::stream;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::{Request, Response};
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::json;
use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::sync::Notify;

type Body = BoxBody<Bytes, Infallible>;

#[derive(Clone)]
pub struct QueueServer {
    pub url: String,
    pub begun: Instant,
    open: Arc<AtomicUsize>,
    pub most_open: Arc<AtomicUsize>,
    /// Connections that were ever opened.
    pub opened: Arc<AtomicUsize>,
    pub requests: Arc<AtomicUsize>,
    jobs: Arc<AtomicUsize>,
    /// When each request came.
    pub times: Arc<Mutex<Vec<Instant>>>,
    kill: Arc<Notify>,
}

impl QueueServer {
    pub async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Self {
            url: format!("http://{}", listener.local_addr().unwrap()),
            begun: Instant::now(),
            open: Arc::default(),
            most_open: Arc::default(),
            opened: Arc::default(),
            requests: Arc::default(),
            jobs: Arc::default(),
            times: Arc::default(),
            kill: Arc::default(),
        };
        let this = server.clone();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                socket.set_nodelay(true).unwrap();
                this.opened.fetch_add(1, Ordering::SeqCst);
                let open = this.open.fetch_add(1, Ordering::SeqCst) + 1;
                this.most_open.fetch_max(open, Ordering::SeqCst);
                let this = this.clone();
                tokio::spawn(async move {
                    let service = hyper::service::service_fn(|request| {
                        let this = this.clone();
                        async move { Ok::<_, Infallible>(this.answer(request).await) }
                    });
                    let mut builder = hyper_util::server::conn::auto::Builder::new(TokioExecutor::new());
                    builder.http2().max_concurrent_streams(100);
                    let serving = builder.serve_connection(TokioIo::new(socket), service);
                    tokio::select! {
                        _ = serving => {}
                        () = this.kill.notified() => {}
                    }
                    this.open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        server
    }

    /// When the job of that id is done, by the clock of [`begun`](Self::begun): the id says so.
    pub fn done_at(&self, id: &str) -> Instant {
        let micros = id.split('-').next().unwrap().parse().unwrap();
        self.begun + Duration::from_micros(micros)
    }

    /// Breaks every connection.
    pub fn kill_connections(&self) {
        self.kill.notify_waiters();
    }

    pub fn jobs(&self) -> usize {
        self.jobs.load(Ordering::SeqCst)
    }

    async fn answer(&self, request: Request<Incoming>) -> Response<Body> {
        self.requests.fetch_add(1, Ordering::SeqCst);
        self.times.lock().unwrap().push(Instant::now());
        let path = request.uri().path().to_owned();
        let Some((_, rest)) = path.split_once("/requests/") else {
            let input: serde_json::Value =
                serde_json::from_slice(&request.into_body().collect().await.unwrap().to_bytes()).unwrap();
            let takes: u64 = input["prompt"].as_str().unwrap().parse().unwrap();
            let number = self.jobs.fetch_add(1, Ordering::SeqCst);
            let done = self.begun.elapsed() + Duration::from_millis(takes);
            let id = format!("{}-{number}", done.as_micros());
            return whole(200, json!({"status": "IN_QUEUE", "request_id": id, "queue_position": 0}));
        };
        let (id, what) = rest.split_once('/').unwrap_or((rest, ""));
        let done = self.done_at(id);
        match what {
            "status/stream" => {
                let first = event(id, "IN_PROGRESS");
                let last = event(id, "COMPLETED");
                let events = stream::unfold(Some((first, Some(last))), move |state| async move {
                    let (event, next) = state?;
                    if next.is_none() {
                        tokio::time::sleep_until(done.into()).await;
                    }
                    Some((Ok(Frame::data(event)), next.map(|next| (next, None))))
                });
                let body = StreamBody::new(events).boxed();
                Response::builder().header("content-type", "text/event-stream").body(body).unwrap()
            }
            "status" if Instant::now() < done => whole(202, json!({"status": "IN_PROGRESS", "request_id": id})),
            "status" => whole(200, json!({"status": "COMPLETED", "request_id": id})),
            _ if Instant::now() < done => whole(400, json!({"detail": "Request is still in progress"})),
            _ => whole(200, json!({"images": [{"url": "https://v3.fal.media/files/a/b.png"}], "seed": 7})),
        }
    }
}

fn event(id: &str, state: &str) -> Bytes {
    format!("data: {}\n\n", json!({"status": state, "request_id": id})).into()
}

fn whole(status: u16, body: serde_json::Value) -> Response<Body> {
    let body = Full::new(Bytes::from(body.to_string())).boxed();
    Response::builder().status(status).header("content-type", "application/json").body(body).unwrap()
}
