//! Texts that are added to a picture: another program reads them, and the pixels are the service's.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    reason = "tests may end where they fail"
)]

use crate::support;

use ideogram_client::File;
use sha2::{Digest, Sha256};
use std::io::{BufReader, Cursor};
use support::{Stub, answer};

fn picture() -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let picture = image::RgbImage::from_fn(64, 48, |x, y| image::Rgb([x.to_le_bytes()[0], y.to_le_bytes()[0], 7]));
    picture.write_to(&mut bytes, image::ImageFormat::Png).unwrap();
    bytes.into_inner()
}

#[tokio::test]
async fn a_text_is_read_back_and_the_facts_are_of_the_file_with_it() {
    let stub = Stub::start(|_| answer(200, &[("content-type", "image/png")], picture())).await;
    let folder = tempfile::tempdir().unwrap();
    let image = stub.client().image(&File::new(format!("{}/cdn/a.png", stub.url)));
    let mut download = image.download_in(folder.path()).await.unwrap();
    assert!(download.add_png_texts(&[("Description", "A fox \u{1f98a}"), ("Software", "test")]).await.unwrap());
    let saved = download.replace("fox.png").await.unwrap();

    let file = std::fs::read(saved.path()).unwrap();
    let sha256: String = Sha256::digest(&file).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!((saved.bytes(), saved.sha256()), (file.len() as u64, sha256.as_str()));
    let mut reader = png::Decoder::new(BufReader::new(Cursor::new(&file))).read_info().unwrap();
    reader.finish().unwrap();
    let texts = &reader.info().utf8_text;
    let texts: Vec<_> = texts.iter().map(|text| (text.keyword.as_str(), text.get_text().unwrap())).collect();
    assert_eq!(texts, [("Description", "A fox \u{1f98a}".to_owned()), ("Software", "test".to_owned())]);
    let pixels = |bytes: &[u8]| image::load_from_memory(bytes).unwrap().into_rgb8();
    assert_eq!(pixels(&file), pixels(&picture()));
}

#[tokio::test]
async fn what_is_no_png_stays_as_it_came() {
    let jpeg = b"\xff\xd8\xff a picture \xff\xd9";
    let stub = Stub::start(move |_| answer(200, &[("content-type", "image/jpeg")], jpeg)).await;
    let folder = tempfile::tempdir().unwrap();
    let image = stub.client().image(&File::new(format!("{}/cdn/a.jpg", stub.url)));
    let mut download = image.download_in(folder.path()).await.unwrap();
    assert!(!download.add_png_texts(&[("Description", "A fox")]).await.unwrap());
    assert!(download.add_png_texts(&[("", "A fox")]).await.is_ok(), "no keyword is looked at where nothing is added");
    let saved = download.replace("fox.jpg").await.unwrap();
    assert_eq!(std::fs::read(saved.path()).unwrap(), jpeg);
}
