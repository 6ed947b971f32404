//! The sandbox over real sockets, as a program that knows nothing of it sees it.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "the helpers of a test may panic as the test itself may"
)]

mod addresses;
mod browser;
mod faults;
mod memory;
mod platform;
mod queue;
mod records;
mod run;
mod shapes;
mod storage;
mod stream;
mod transport;
mod validation;
mod webhook;

use ideogram_sandbox::{Builder, Sandbox};
use reqwest::header::HeaderMap;
use reqwest::{Client, ClientBuilder, Method, StatusCode};
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;

const KEY: &str = "Key id:secret";
const APP: &str = "/queue/fal-ai/ideogram";

/// A sandbox and a client for it.
struct Bench {
    sandbox: Sandbox,
    client: Client,
}

/// An answer, read to its end.
#[derive(Debug)]
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

/// A client that waits for nothing but the sandbox; `authority` is trusted besides nobody.
fn client(authority: Option<&str>) -> Client {
    client_with(authority, |builder| builder)
}

fn client_with(authority: Option<&str>, configure: impl FnOnce(ClientBuilder) -> ClientBuilder) -> Client {
    use rustls::pki_types::CertificateDer;
    use rustls::pki_types::pem::PemObject;
    let mut roots = rustls::RootCertStore::empty();
    if let Some(pem) = authority {
        roots.add(CertificateDer::from_pem_slice(pem.as_bytes()).unwrap()).unwrap();
    }
    let mut tls = rustls::ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    tls.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    let builder = Client::builder()
        .tls_backend_preconfigured(tls)
        .no_proxy()
        .redirect(reqwest::redirect::Policy::none())
        .timeout(Duration::from_secs(20));
    configure(builder).build().unwrap()
}

/// A sandbox whose jobs take no time.
fn quick() -> Builder {
    Sandbox::builder().flat(false).service_time(Duration::ZERO).seed(7)
}

/// One runner, whose jobs run until they are cancelled.
fn slow() -> Builder {
    quick().runners(1usize)
}

impl Bench {
    async fn new(builder: Builder) -> Self {
        let sandbox = builder.start().await.unwrap();
        let client = client(sandbox.authority_pem());
        Self { sandbox, client }
    }

    fn url(&self, path: &str) -> String {
        if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.sandbox.url()) }
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, self.url(path)).header("authorization", KEY)
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        Answer { status, headers, text: String::from_utf8_lossy(&response.bytes().await.unwrap()).into_owned() }
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    async fn put(&self, path: &str) -> Answer {
        self.send(self.request(Method::PUT, path)).await
    }

    async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(self.request(Method::POST, path).json(body)).await
    }

    /// Submits to the queue; returns the request id.
    async fn submit(&self, endpoint: &str, body: &Value) -> String {
        let answer = self.post(&format!("/queue/{endpoint}"), body).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.json()["request_id"].as_str().unwrap().to_owned()
    }

    /// Asks for the status until it is the one given.
    async fn until(&self, id: &str, status: &str) -> Answer {
        for _ in 0..2000 {
            let answer = self.get(&format!("{APP}/requests/{id}/status?logs=1")).await;
            if answer.json()["status"] == status {
                return answer;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        panic!("request {id} never was {status}");
    }

    async fn result(&self, id: &str) -> Answer {
        self.get(&format!("{APP}/requests/{id}")).await
    }

    async fn cancel(&self, id: &str) -> Answer {
        self.put(&format!("{APP}/requests/{id}/cancel")).await
    }

    /// What the sandbox says of one job.
    async fn job(&self, id: &str) -> Value {
        let answer = self.get(&format!("/_sandbox/requests?request_id={id}")).await;
        answer.json()["jobs"][0].clone()
    }

    /// What the sandbox says of one job, as soon as it is as wanted.
    async fn job_when(&self, id: &str, wanted: impl Fn(&Value) -> bool) -> Value {
        for _ in 0..2000 {
            let job = self.job(id).await;
            if wanted(&job) {
                return job;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        panic!("job {id} never was as wanted: {}", self.job(id).await);
    }

    /// Waits until so many jobs run.
    async fn until_running(&self, jobs: usize) {
        for _ in 0..2000 {
            if self.get("/_sandbox/requests").await.json()["queue"]["running"] == jobs {
                return;
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        panic!("{jobs} jobs never ran at once");
    }

    async fn bytes(&self, url: &str) -> Vec<u8> {
        let response = self.client.get(self.url(url)).send().await.unwrap();
        assert_eq!(response.status(), 200, "{url}");
        response.bytes().await.unwrap().to_vec()
    }
}

/// The endpoint with that verb.
fn endpoint(verb: &str) -> &'static str {
    ideogram_schema::ENDPOINTS.iter().find(|info| info.verb == verb).unwrap().id
}
