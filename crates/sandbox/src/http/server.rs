//! The server: listening, accepting, TLS, HTTP/1.1 and HTTP/2, and a graceful shutdown.

use crate::http::connection::{BreakableStream, ConnectionControl};
use crate::http::dispatch;
use crate::services::Service;
use crate::world::State;
use axum::Router;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto;
use rustls::ServerConfig;
use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_util::task::TaskTracker;

/// What every connection needs.
#[derive(Clone)]
pub(crate) struct Server {
    state: Arc<State>,
    router: Router,
    tls: Option<Arc<ServerConfig>>,
    pub(crate) connections: TaskTracker,
}

impl Server {
    /// One that is ready to listen.
    pub(crate) fn new(state: Arc<State>, tls: Option<Arc<ServerConfig>>) -> Self {
        Self { router: dispatch::router(Arc::clone(&state)), state, tls, connections: TaskTracker::new() }
    }

    /// Accepts connections until the sandbox closes. Requests on this listener whose path names no service are for this
    /// one.
    pub(crate) async fn listen(self, listener: TcpListener, service: Option<Service>) {
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = self.state.closing.cancelled() => return,
            };
            match accepted {
                Ok((stream, _)) => {
                    let server = self.clone();
                    self.connections.spawn(server.connection(stream, service));
                }
                // Out of file descriptors, most likely; some may come free.
                Err(_) => tokio::time::sleep(Duration::from_millis(10)).await,
            }
        }
    }

    async fn connection(self, stream: TcpStream, service: Option<Service>) {
        // Small answers must not be delayed. If this fails, they are only slower.
        let _ = stream.set_nodelay(true);
        let control = Arc::new(ConnectionControl::default());
        let stream = BreakableStream::new(stream, Arc::clone(&control));
        match self.tls.clone() {
            None => self.http(stream, control, service).await,
            Some(tls) => {
                let handshake =
                    tokio::time::timeout(self.state.config.read_timeout, TlsAcceptor::from(tls).accept(stream)).await;
                if let Ok(Ok(stream)) = handshake {
                    self.http(stream, control, service).await;
                }
            }
        }
    }

    async fn http<S>(self, stream: S, control: Arc<ConnectionControl>, service: Option<Service>)
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let has_asked = Arc::new(AtomicBool::new(false));
        let handler = {
            let (state, router, control) = (Arc::clone(&self.state), self.router.clone(), Arc::clone(&control));
            let has_asked = Arc::clone(&has_asked);
            service_fn(move |request| {
                has_asked.store(true, Ordering::Relaxed);
                let answer =
                    dispatch::serve(Arc::clone(&state), router.clone(), Arc::clone(&control), service, request);
                async move { Ok::<_, Infallible>(answer.await) }
            })
        };
        let mut builder = auto::Builder::new(TokioExecutor::new());
        builder.http1().timer(TokioTimer::new()).header_read_timeout(self.state.config.read_timeout);
        builder.http2().timer(TokioTimer::new()).max_concurrent_streams(10_000);
        let connection = builder.serve_connection(TokioIo::new(stream), handler);
        tokio::pin!(connection);
        // The protocols have a time limit for the head of a request, but only after its first byte.
        let first_request = tokio::time::sleep(self.state.config.read_timeout);
        tokio::pin!(first_request);
        let (mut closing, mut waiting) = (false, true);
        loop {
            tokio::select! {
                _ = connection.as_mut() => return,
                () = control.broken() => return,
                () = first_request.as_mut(), if waiting => {
                    waiting = false;
                    if !has_asked.load(Ordering::Relaxed) {
                        return;
                    }
                }
                () = self.state.closing.cancelled(), if !closing => {
                    closing = true;
                    connection.as_mut().graceful_shutdown();
                }
                () = self.state.stopping.cancelled() => return,
            }
        }
    }
}
