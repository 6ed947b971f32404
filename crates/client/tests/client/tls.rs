//! Over TLS, with a certificate of one's own.

#![allow(clippy::unwrap_used, reason = "a test may")]

use futures_util::future::join_all;
use ideogram_client::{Client, ClientBuilder, GenerateInput, RetryPolicy};
use ideogram_sandbox::Sandbox;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::AsyncWriteExt;

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
async fn a_fault_of_tls_that_lasts_is_tried_once_and_says_what_to_do() {
    let (sandbox, _) = sandbox().await;
    let plain = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = plain.local_addr().unwrap();
    let connections = Arc::new(AtomicUsize::new(0));
    let seen = connections.clone();
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = plain.accept().await {
            seen.fetch_add(1, Ordering::SeqCst);
            let _ = socket.write_all(b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\n\r\n").await;
        }
    });
    for (url, said) in [
        (sandbox.url().to_owned(), "`IDEOGRAM_CA_FILE` names a file of certificates to trust"),
        (format!("https://{address}"), "the server does not speak TLS there; check the base URLs"),
    ] {
        let repeated = Arc::new(AtomicUsize::new(0));
        let count = repeated.clone();
        let client = Client::builder().with_key("id:secret").with_base_url(url);
        let client = client.on_retry(move |_, _| {
            count.fetch_add(1, Ordering::SeqCst);
        });
        let client = client.build().unwrap();
        for error in [
            client.run(&GenerateInput::new("A fox")).await.unwrap_err(),
            client.submit(&GenerateInput::new("A fox")).await.unwrap_err(),
        ] {
            assert!(error.is_connect() && !error.is_retryable() && !error.may_have_been_accepted(), "{error:?}");
            assert_eq!(error.attempts(), 1, "{error}");
            assert!(error.to_string().contains(said), "{error}");
        }
        assert_eq!(repeated.load(Ordering::SeqCst), 0);
    }
    assert_eq!(connections.load(Ordering::SeqCst), 2, "one a call");
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
