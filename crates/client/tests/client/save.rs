//! Files that were paid for: saved whole or not at all, whatever the server and the disk do.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests may end where they fail"
)]

use crate::support;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ideogram_client::{DownloadWarning, File, Format, Image};
use sha2::{Digest, Sha256};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use support::{Act, Reply, Stub, answer};

type Answer = fn() -> Reply;
type Handler = dyn Fn() -> Reply + Send + Sync;

const PICTURE: &str = "GET /cdn/a.png";

/// A picture with both its ends, of so many bytes.
fn png(bytes: usize) -> Vec<u8> {
    let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x40\0\0\0\x30\x08\x02\0\0\0____".to_vec();
    png.resize(bytes - 12, 0xab);
    png.extend(b"\0\0\0\0IEND\xae\x42\x60\x82");
    png
}

fn image(stub: &Stub) -> Image {
    stub.client().image(&File::new(format!("{}/cdn/a.png", stub.url))).with_request_id("request-7")
}

/// A body that ends with its connection: nobody says how long it is.
fn unannounced(body: &[u8]) -> Reply {
    vec![
        Act::Send(b"HTTP/1.1 200 OK\r\ncontent-type: image/png\r\nconnection: close\r\n\r\n".into()),
        Act::Send(body.into()),
        Act::Close,
    ]
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[tokio::test]
async fn a_picture_is_saved_and_its_facts_are_told() {
    let whole = png(3 << 20);
    let body = whole.clone();
    let stub = Stub::start(move |_| answer(200, &[("content-type", "image/png")], &body)).await;
    let folder = tempfile::tempdir().unwrap();
    let come = Arc::new(Mutex::new(Vec::new()));
    let list = come.clone();
    let image = image(&stub).on_progress(move |progress| list.lock().unwrap().push((progress.bytes, progress.total)));
    let saved = image.save_to(folder.path().join("fox.png")).await.unwrap();
    let come = come.lock().unwrap().clone();
    assert!(come.is_sorted() && come.len() > 1, "{come:?}");
    assert_eq!(come.last(), Some(&(3 << 20, Some(3 << 20))));
    assert_eq!(saved.path(), folder.path().join("fox.png"));
    assert!(std::fs::read(saved.path()).unwrap() == whole);
    assert_eq!((saved.bytes(), saved.format(), saved.warnings().len()), (3 << 20, Some(Format::Png), 0));
    let sha256: String = Sha256::digest(&whole).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(saved.sha256(), sha256);
    #[cfg(feature = "media")]
    assert_eq!(saved.dimensions().unwrap().to_string(), "64×48");
    assert_eq!((names(folder.path()), stub.count(PICTURE)), (vec!["fox.png".to_owned()], 1));
}

#[tokio::test]
async fn in_a_folder_nothing_is_replaced_and_under_a_path_all_is() {
    let stub = Stub::start(|_| answer(200, &[], png(100))).await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.png"), "mine").unwrap();
    let saved = image(&stub).save_in(folder.path()).await.unwrap();
    assert_eq!(saved.into_path(), folder.path().join("a-2.png"));
    assert_eq!(std::fs::read(folder.path().join("a.png")).unwrap(), b"mine");
    image(&stub).save_to(folder.path().join("a.png")).await.unwrap();
    assert_eq!(std::fs::read(folder.path().join("a.png")).unwrap(), png(100));
    assert_eq!(names(folder.path()), ["a-2.png", "a.png"]);
}

#[tokio::test]
async fn what_is_not_the_picture_is_not_saved() {
    let cases: [(&str, Answer); 7] = [
        ("a part", || answer(206, &[("content-type", "image/png"), ("content-range", "bytes 0-99/900")], png(100))),
        ("no content", || answer(204, &[], "")),
        ("an error page", || answer(200, &[("content-type", "text/html")], "<html>sorry")),
        ("an error page that calls itself a picture", || answer(200, &[("content-type", "image/png")], "<html>sorry")),
        ("an error in JSON", || answer(200, &[("content-type", "application/json")], r#"{"detail":"no"}"#)),
        ("an empty file", || answer(200, &[("content-type", "image/png")], "")),
        ("less than was announced", || {
            let head = b"HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: 200\r\n\r\n";
            vec![Act::Send([&head[..], &png(100)].concat()), Act::Close]
        }),
    ];
    for (case, reply) in cases {
        let stub = Stub::start(move |_| reply()).await;
        let folder = tempfile::tempdir().unwrap();
        let error = image(&stub).save_in(folder.path()).await.unwrap_err();
        assert!(error.is_decode() || error.to_string().contains("the connection broke"), "{case}: {error}");
        assert!(names(folder.path()).is_empty(), "{case}");
        assert_eq!(stub.count(PICTURE), 3, "{case}: it is tried again as the policy says");
    }
}

#[tokio::test]
async fn text_is_a_file_where_the_server_calls_it_one() {
    let stub = Stub::start(|_| answer(200, &[("content-type", "text/plain")], "a caption")).await;
    let folder = tempfile::tempdir().unwrap();
    let mut file = File::new(format!("{}/cdn/a.txt", stub.url));
    file.content_type = Some("text/plain".to_owned());
    let saved = stub.client().image(&file).save_in(folder.path()).await.unwrap();
    assert_eq!(names(folder.path()), ["a.txt"]);
    assert!(saved.warnings().is_empty());
    image(&stub).with_any_content().save_to(folder.path().join("b")).await.unwrap();
}

#[tokio::test]
async fn what_is_odd_is_downloaded_once_more_and_saved_with_a_warning_when_it_comes_again() {
    let sha256 = STANDARD.encode(Sha256::digest(png(100)));
    let right = format!("sha-256=:{sha256}:");
    let wrong = |headers: &'static [(&'static str, &'static str)]| move || answer(200, headers, png(100));
    let cases: Vec<(Box<Handler>, i64, Vec<DownloadWarning>)> = vec![
        (Box::new(move || answer(200, &[("repr-digest", right.as_str())], png(100))), 100, vec![]),
        (
            Box::new(wrong(&[("content-md5", "AAAAAAAAAAAAAAAAAAAAAA==")])),
            100,
            vec![DownloadWarning::Checksum { header: "content-md5" }],
        ),
        (Box::new(wrong(&[("digest", "sha-256=AAAA")])), 100, vec![DownloadWarning::Checksum { header: "digest" }]),
        (Box::new(wrong(&[])), 99, vec![DownloadWarning::Size { announced: 99, received: 100 }]),
        (Box::new(|| unannounced(&png(100)[..90])), 90, vec![DownloadWarning::NoEnd { format: Format::Png }]),
        (Box::new(|| answer(200, &[], b"\x89PNG\r\n\x1a\n")), 8, vec![DownloadWarning::NoEnd { format: Format::Png }]),
        (Box::new(|| answer(200, &[], b"\0unheard of")), 11, vec![DownloadWarning::UnknownFormat]),
        (Box::new(wrong(&[("content-encoding", "br")])), 100, vec![DownloadWarning::Encoded { encoding: "br".into() }]),
    ];
    for (reply, size, warnings) in cases {
        let stub = Stub::start(move |_| reply()).await;
        let folder = tempfile::tempdir().unwrap();
        let mut file = File::new(format!("{}/cdn/a.png", stub.url));
        file.file_size = Some(size.into());
        let saved = stub.client().image(&file).save_to(folder.path().join("fox.png")).await.unwrap();
        assert_eq!(saved.warnings(), warnings);
        assert_eq!(stub.count(PICTURE), if warnings.is_empty() { 1 } else { 2 }, "{warnings:?}");
        assert_eq!(names(folder.path()), ["fox.png"]);
    }
}

#[tokio::test]
async fn what_comes_whole_the_second_time_is_saved_without_a_warning() {
    let count = AtomicUsize::new(0);
    let stub = Stub::start(move |_| match count.fetch_add(1, Ordering::SeqCst) {
        0 => unannounced(&png(100)[..50]),
        _ => unannounced(&png(100)),
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let saved = image(&stub).save_in(folder.path()).await.unwrap();
    assert_eq!((saved.bytes(), saved.warnings().len()), (100, 0));
    assert_eq!(std::fs::read(saved.path()).unwrap(), png(100));
}

#[tokio::test]
async fn what_comes_cut_otherwise_each_time_is_not_saved_unless_there_is_no_more_of_it() {
    for gone in [false, true] {
        let count = AtomicUsize::new(0);
        let stub = Stub::start(move |_| match count.fetch_add(1, Ordering::SeqCst) {
            number if gone && number == 2 => answer(410, &[], ""),
            number => unannounced(&png(100)[..50 + number]),
        })
        .await;
        let folder = tempfile::tempdir().unwrap();
        let outcome = image(&stub).save_in(folder.path()).await;
        if gone {
            let saved = outcome.unwrap();
            assert_eq!((saved.bytes(), saved.warnings()), (51, &[DownloadWarning::NoEnd { format: Format::Png }][..]));
            assert_eq!(std::fs::read(saved.path()).unwrap(), png(100)[..51]);
        } else {
            assert!(outcome.unwrap_err().is_decode());
            assert_eq!((names(folder.path()).len(), stub.count(PICTURE)), (0, 4));
        }
    }
}

#[tokio::test]
async fn a_place_that_cannot_be_written_is_told_before_anything_is_fetched() {
    let stub = Stub::start(|_| answer(200, &[], png(100))).await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("file"), "").unwrap();
    let error = image(&stub).save_in(folder.path().join("none")).await.unwrap_err();
    assert!(error.is_file() && error.to_string().starts_with("no file can be written in `"), "{error}");
    for path in ["none/fox.png", "file/fox.png", ".", "..", ""] {
        let error = image(&stub).save_to(folder.path().join(path)).await.unwrap_err();
        assert!(error.is_file(), "{path:?}: {error}");
        assert!(error.may_have_been_accepted() && error.request_id() == Some("request-7"), "{path:?}: {error}");
    }
    assert_eq!(stub.requests().len(), 0);
    assert_eq!(names(folder.path()), ["file"]);
}

#[tokio::test]
async fn an_endless_body_ends_at_its_bound_and_leaves_nothing() {
    let stub = Stub::start(|_| {
        let mut reply = vec![Act::Send(b"HTTP/1.1 200 OK\r\ncontent-type: image/png\r\n\r\n".into())];
        reply.extend((0..64).map(|_| Act::Send(vec![b'x'; 1 << 16])));
        reply
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let error = image(&stub).with_max_bytes(1 << 20).save_in(folder.path()).await.unwrap_err();
    assert!(error.is_too_large(), "{error}");
    assert_eq!((names(folder.path()).len(), stub.requests().len()), (0, 1));
}

#[tokio::test]
async fn a_save_that_is_dropped_in_the_middle_leaves_nothing() {
    let (tell, told) = tokio::sync::watch::channel(false);
    let stub = Stub::start(move |_| {
        tell.send_replace(true);
        let head = b"HTTP/1.1 200 OK\r\ncontent-type: image/png\r\ncontent-length: 9000000\r\n\r\n";
        vec![Act::Send(head.into()), Act::Send(png(2 << 20)), Act::Stall]
    })
    .await;
    let folder = tempfile::tempdir().unwrap();
    let image = image(&stub).with_part_name(".row-7.part");
    let mut begun = told.clone();
    tokio::select! {
        outcome = image.save_to(folder.path().join("fox.png")) => panic!("{outcome:?}"),
        () = async {
            begun.wait_for(|begun| *begun).await.unwrap();
            tokio::time::sleep(Duration::from_millis(50)).await;
        } => {}
    }
    assert!(names(folder.path()).is_empty());
}

#[tokio::test]
async fn the_error_says_that_the_picture_is_paid_and_where_it_is() {
    let cases = [(403, "failed (403 Forbidden)"), (401, "failed (401 Unauthorized)"), (500, "failed (500 Internal")];
    for (status, words) in cases {
        let stub = Stub::start(move |_| answer(status, &[], "")).await;
        let folder = tempfile::tempdir().unwrap();
        let url = format!("{}/cdn/a.png", stub.url);
        for error in [
            image(&stub).save_in(folder.path()).await.unwrap_err(),
            image(&stub).bytes().await.unwrap_err(),
            image(&stub).stream().await.err().unwrap(),
        ] {
            let sentence = error.to_string();
            assert!(sentence.contains(words), "{sentence}");
            assert!(sentence.contains(&format!("it is paid for, and can be fetched from `{url}`")), "{sentence}");
            assert!(sentence.contains("request-7") && !sentence.to_lowercase().contains("key"), "{sentence}");
            assert_eq!((error.file_url(), error.request_id()), (Some(url.as_str()), Some("request-7")));
            assert!(error.may_have_been_accepted() && !error.is_auth() && !error.is_expired());
            assert_eq!(error.is_retryable(), status == 500, "{status}: a download costs nothing more");
        }
    }
}

#[tokio::test]
async fn a_picture_that_has_expired_is_said_to_be_that() {
    for status in [404, 410] {
        let stub = Stub::start(move |_| answer(status, &[], "")).await;
        let folder = tempfile::tempdir().unwrap();
        let error = image(&stub).save_in(folder.path()).await.unwrap_err();
        assert!(error.is_expired() && error.is_not_found() && error.may_have_been_accepted());
        assert!(error.to_string().contains("the server keeps it no longer"), "{error}");
        assert_eq!(stub.requests().len(), 1);
    }
}

#[tokio::test]
async fn a_picture_in_the_answer_itself_is_saved_the_same_way() {
    let stub = Stub::start(|_| answer(500, &[], "")).await;
    let folder = tempfile::tempdir().unwrap();
    let inline = |bytes: &[u8]| {
        let uri = format!("data:image/png;base64,{}", STANDARD.encode(bytes));
        stub.client().image(&File::new(uri)).with_request_id("request-7")
    };
    let saved = inline(&png(300_000)).save_in(folder.path()).await.unwrap();
    assert_eq!(saved.path(), folder.path().join("image.png"));
    assert!(std::fs::read(saved.path()).unwrap() == png(300_000));
    let cut = inline(&png(300)[..200]).save_in(folder.path()).await.unwrap();
    assert_eq!(cut.warnings(), [DownloadWarning::NoEnd { format: Format::Png }]);
    assert!(inline(&png(300_000)).with_max_bytes(1000).save_in(folder.path()).await.unwrap_err().is_decode());
    let error = inline(b"<html>").save_in(folder.path()).await.unwrap_err();
    assert!(error.is_decode() && error.file_url().is_none() && error.request_id() == Some("request-7"));
    let sentence = error.to_string();
    assert!(sentence.contains("is in the answer itself") && !sentence.contains("data:"), "{sentence}");
    assert_eq!((stub.requests().len(), names(folder.path()).len()), (0, 2));
}

#[tokio::test]
async fn a_download_gets_its_name_afterwards_and_tells_it_first() {
    let stub = Stub::start(|_| answer(200, &[], png(100))).await;
    let folder = tempfile::tempdir().unwrap();
    let download = image(&stub).download_in(folder.path()).await.unwrap();
    assert_eq!((download.bytes(), download.warnings().len()), (100, 0));
    let mut told = Vec::new();
    let saved = download.save_new("fox.png", |path| told.push(path.to_owned())).await.unwrap();
    assert_eq!(told, [saved.path()]);
    for name in ["", ".", "..", "a/b", "/fox.png"] {
        let download = image(&stub).download_in(folder.path()).await.unwrap();
        assert!(download.save_new(name, |path| panic!("{path:?}")).await.unwrap_err().is_file(), "{name:?}");
        let download = image(&stub).download_in(folder.path()).await.unwrap();
        assert!(download.replace(name).await.unwrap_err().is_file(), "{name:?}");
    }
    let mut read = Vec::new();
    let download = image(&stub).download_in(folder.path()).await.unwrap();
    std::io::Read::read_to_end(&mut download.into_reader().unwrap(), &mut read).unwrap();
    assert_eq!(read, png(100));
    assert_eq!(names(folder.path()), ["fox.png"]);
}
