//! The stub that every client is measured against: it answers as fal does, does no work, and counts what it was asked.
//!
//! Its only argument is a JSON object, see [`Settings`]. It prints its addresses as one line of JSON, serves until its
//! stdin is closed, and then prints what it has counted.

#[path = "../file_limit.rs"]
mod file_limit;
mod jobs;
mod routes;
mod tls;

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use jobs::Jobs;
use serde::{Deserialize, Serialize};
use std::error::Error;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite};
use tokio::net::TcpListener;

/// How the server behaves.
#[derive(Deserialize)]
pub(crate) struct Settings {
    /// What the shortest job takes, in milliseconds.
    job_ms: u64,
    /// What the longest job takes; jobs between them are spread evenly.
    job_max_ms: u64,
    /// Every request is answered this much later, in milliseconds: a long way to the server.
    rtt_ms: u64,
    /// The size of the picture that it serves, in bytes.
    picture_bytes: usize,
    /// Where the certificate goes that clients have to trust.
    ca_file: PathBuf,
}

/// What the server was asked so far.
#[derive(Default, Serialize)]
pub(crate) struct Counts {
    connections: AtomicUsize,
    requests: AtomicUsize,
    jobs: AtomicUsize,
}

pub(crate) struct State {
    settings: Settings,
    counts: Counts,
    jobs: Jobs,
    picture: bytes::Bytes,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    file_limit::raise()?;
    let settings: Settings = serde_json::from_str(&std::env::args().nth(1).ok_or("the settings are missing")?)?;
    let acceptor = tls::acceptor(&settings.ca_file)?;
    let picture = picture(settings.picture_bytes);
    let state = Arc::new(State { settings, counts: Counts::default(), jobs: Jobs::default(), picture });

    let plain = TcpListener::bind("127.0.0.1:0").await?;
    let secure = TcpListener::bind("127.0.0.1:0").await?;
    let addresses = serde_json::json!({
        "http": format!("http://{}", plain.local_addr()?),
        "https": format!("https://localhost:{}", secure.local_addr()?.port()),
    });
    println!("{addresses}");

    let accepting = state.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = plain.accept().await {
            let _ = stream.set_nodelay(true);
            tokio::spawn(serve(stream, "http", accepting.clone()));
        }
    });
    let accepting = state.clone();
    tokio::spawn(async move {
        while let Ok((stream, _)) = secure.accept().await {
            let _ = stream.set_nodelay(true);
            let (acceptor, state) = (acceptor.clone(), accepting.clone());
            tokio::spawn(async move {
                if let Ok(stream) = acceptor.accept(stream).await {
                    serve(stream, "https", state).await;
                }
            });
        }
    });

    tokio::io::stdin().read_to_end(&mut Vec::new()).await?;
    println!("{}", serde_json::to_string(&state.counts)?);
    // Reading stdin keeps a thread of the runtime busy.
    std::process::exit(0)
}

async fn serve(stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, scheme: &'static str, state: Arc<State>) {
    state.counts.connections.fetch_add(1, Ordering::Relaxed);
    let service = service_fn(move |request| {
        let state = state.clone();
        async move {
            state.counts.requests.fetch_add(1, Ordering::Relaxed);
            if state.settings.rtt_ms > 0 {
                tokio::time::sleep(Duration::from_millis(state.settings.rtt_ms)).await;
            }
            routes::answer(&state, scheme, request).await
        }
    });
    let mut builder = Builder::new(TokioExecutor::new());
    // As many streams on a connection as servers usually allow.
    builder.http2().max_concurrent_streams(128);
    drop(builder.serve_connection(TokioIo::new(stream), service).await);
}

/// The head and the end of a PNG, and between them as much as is asked for. Without the end it would be taken for a picture that
/// was cut, and be downloaded once more.
fn picture(bytes: usize) -> bytes::Bytes {
    const HEAD: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x04\0\0\0\x04\0\x08\x06\0\0\0\x7f\x1d\x2b\x83";
    const END: &[u8] = b"\0\0\0\0IEND\xae\x42\x60\x82";
    let filler = (0..bytes.saturating_sub(HEAD.len() + END.len())).map(|index| (index % 251) as u8);
    HEAD.iter().copied().chain(filler).chain(END.iter().copied()).collect()
}
