//! A minimal client on reqwest, as one would write it by hand.

use crate::by_hand::{Input, KEY, Output, PROMPT, Submitted, Urls, is_completed};
use crate::{Orders, Program, Result};
use futures_util::StreamExt;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderValue};
use std::path::Path;
use tokio::io::AsyncWriteExt;
use tokio_util::io::ReaderStream;

pub(crate) struct ReqwestClient {
    http: reqwest::Client,
    urls: Urls,
}

impl ReqwestClient {
    async fn post(&self, url: &str) -> Result<reqwest::Response> {
        Ok(self.http.post(url).json(&Input { prompt: PROMPT }).send().await?.error_for_status()?)
    }
}

impl Program for ReqwestClient {
    fn new(orders: &Orders) -> Result<Self> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, HeaderValue::try_from(format!("Key {KEY}"))?);
        let builder = reqwest::Client::builder().default_headers(headers);
        let builder = if orders.base.starts_with("https") {
            builder.tls_certs_only([reqwest::Certificate::from_pem(&std::fs::read(&orders.ca_file)?)?])
        } else {
            builder.tls_certs_only([])
        };
        Ok(Self { http: builder.build()?, urls: Urls::new(&orders.base, &orders.endpoint) })
    }

    async fn run(&self) -> Result<i64> {
        let output: Output = self.post(&self.urls.run).await?.json().await?;
        assert_eq!(output.images.len(), 1);
        assert!(output.images[0].url.starts_with("http"));
        Ok(output.seed)
    }

    async fn follow(&self) -> Result<i64> {
        let submitted: Submitted = self.post(&self.urls.submit).await?.json().await?;
        let stream = self.http.get(self.urls.stream(&submitted.request_id)).send().await?.error_for_status()?;
        let mut chunks = stream.bytes_stream();
        let mut events = Vec::new();
        while !is_completed(&events) {
            events.extend_from_slice(&chunks.next().await.ok_or("the stream ended early")??);
        }
        let result = self.http.get(self.urls.result(&submitted.request_id)).send().await?;
        Ok(result.error_for_status()?.json::<Output>().await?.seed)
    }

    async fn upload(&self, file: &Path) -> Result<()> {
        let token = self.http.post(&self.urls.token).send().await?.error_for_status()?;
        token.bytes().await?;
        let file = tokio::fs::File::open(file).await?;
        let length = file.metadata().await?.len();
        let body = reqwest::Body::wrap_stream(ReaderStream::with_capacity(file, 64 << 10));
        let request = self.http.post(&self.urls.upload).header(CONTENT_TYPE, "image/png").body(body);
        let request = request.header(reqwest::header::CONTENT_LENGTH, length);
        request.send().await?.error_for_status()?.bytes().await?;
        Ok(())
    }

    async fn download(&self, file: &Path) -> Result<()> {
        let mut chunks = self.http.get(&self.urls.picture).send().await?.error_for_status()?.bytes_stream();
        let mut file = tokio::fs::File::create(file).await?;
        while let Some(chunk) = chunks.next().await {
            file.write_all(&chunk?).await?;
        }
        file.flush().await?;
        Ok(())
    }
}
