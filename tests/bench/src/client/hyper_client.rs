//! A minimal client on hyper: the least that an HTTP call costs.

use crate::by_hand::{Input, KEY, Output, PROMPT, Submitted, Urls, is_completed};
use crate::{Orders, Program, Result};
use bytes::Bytes;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, Response};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use serde::de::DeserializeOwned;
use std::path::Path;

pub(crate) struct HyperClient {
    http: Client<HttpConnector, Full<Bytes>>,
    authorization: HeaderValue,
    urls: Urls,
}

impl HyperClient {
    async fn send(&self, method: Method, url: &str, body: Bytes) -> Result<Response<Incoming>> {
        let request = Request::builder()
            .method(method)
            .uri(url)
            .header(AUTHORIZATION, &self.authorization)
            .header(CONTENT_TYPE, "application/json")
            .body(Full::new(body))?;
        let response = self.http.request(request).await?;
        if !response.status().is_success() {
            return Err(format!("{} from {url}", response.status()).into());
        }
        Ok(response)
    }

    async fn post<T: DeserializeOwned>(&self, url: &str) -> Result<T> {
        let body = serde_json::to_vec(&Input { prompt: PROMPT })?.into();
        read(self.send(Method::POST, url, body).await?).await
    }
}

async fn read<T: DeserializeOwned>(response: Response<Incoming>) -> Result<T> {
    Ok(serde_json::from_slice(&response.into_body().collect().await?.to_bytes())?)
}

impl Program for HyperClient {
    fn new(orders: &Orders) -> Result<Self> {
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        Ok(Self {
            http: Client::builder(TokioExecutor::new()).build(connector),
            authorization: HeaderValue::try_from(format!("Key {KEY}"))?,
            urls: Urls::new(&orders.base, &orders.endpoint),
        })
    }

    async fn run(&self) -> Result<i64> {
        let output: Output = self.post(&self.urls.run).await?;
        assert_eq!(output.images.len(), 1);
        Ok(output.seed)
    }

    async fn follow(&self) -> Result<i64> {
        let submitted: Submitted = self.post(&self.urls.submit).await?;
        let stream = self.send(Method::GET, &self.urls.stream(&submitted.request_id), Bytes::new()).await?;
        let mut body = stream.into_body();
        let mut events = Vec::new();
        while !is_completed(&events) {
            let frame = body.frame().await.ok_or("the stream ended early")??;
            events.extend_from_slice(frame.data_ref().map_or(&[], |data| data));
        }
        let result = self.send(Method::GET, &self.urls.result(&submitted.request_id), Bytes::new()).await?;
        Ok(read::<Output>(result).await?.seed)
    }

    async fn upload(&self, _: &Path) -> Result<()> {
        Err("files are measured on reqwest".into())
    }

    async fn download(&self, _: &Path) -> Result<()> {
        Err("files are measured on reqwest".into())
    }
}
