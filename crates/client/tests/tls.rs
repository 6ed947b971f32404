//! Over TLS, with a certificate of one's own.

#![allow(clippy::unwrap_used, reason = "a test may")]

use futures_util::future::join_all;
use ideogram_client::{Client, ClientBuilder, GenerateInput, RetryPolicy};
use ideogram_sandbox::Sandbox;
use std::time::Duration;

async fn sandbox() -> (Sandbox, tempfile::NamedTempFile) {
    let sandbox = Sandbox::builder().tls(true).service_time(Duration::from_millis(5)).start().await.unwrap();
    let authority = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(authority.path(), sandbox.authority_pem().unwrap()).unwrap();
    (sandbox, authority)
}

fn builder(sandbox: &Sandbox) -> ClientBuilder {
    Client::builder().with_key("id:secret").with_base_url(sandbox.url()).with_retry_policy(RetryPolicy::never())
}

#[tokio::test]
async fn a_certificate_that_is_trusted_by_file_is_enough_for_every_call() {
    let (sandbox, authority) = sandbox().await;
    assert!(sandbox.url().starts_with("https://"));
    let client = builder(&sandbox).with_ca_file(authority.path()).build().unwrap();
    let input = GenerateInput::new("A fox").with_seed(7);
    assert_eq!(client.run(&input).await.unwrap().seed, 7);
    let responses = join_all((0..40).map(|_| async { client.subscribe(&input).await.unwrap() })).await;
    let file = responses.iter().flat_map(|response| &response.images).next().unwrap();
    assert!(client.image(file).bytes().await.unwrap().starts_with(b"\x89PNG"));
    sandbox.shutdown().await;
}

#[tokio::test]
async fn a_certificate_that_nobody_trusts_ends_before_anything_is_sent() {
    let (sandbox, _) = sandbox().await;
    let client = builder(&sandbox).build().unwrap();
    let error = client.run(&GenerateInput::new("A fox")).await.unwrap_err();
    assert!(error.is_connect() && !error.may_have_been_accepted(), "{error:?}");
    assert!(error.to_string().contains("certificate"), "{error}");
    sandbox.shutdown().await;
}

#[tokio::test]
async fn a_file_without_certificates_is_told_by_its_name() {
    let file = tempfile::NamedTempFile::new().unwrap();
    for text in ["", "no PEM at all", "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n"] {
        std::fs::write(file.path(), text).unwrap();
        let error = Client::builder().with_key("a:b").with_ca_file(file.path()).build().unwrap_err();
        assert!(error.is_configuration() && error.to_string().contains(&*file.path().to_string_lossy()), "{error}");
    }
    assert!(Client::builder().with_key("a:b").with_ca_file("/no/such.pem").build().unwrap_err().is_configuration());
}
