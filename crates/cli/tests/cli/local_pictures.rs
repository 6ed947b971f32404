//! Local pictures are looked at before anything is paid: turned upright, refused, scaled, or sent as they are.

use crate::server::{Server, queue};
use crate::support::{Place, encoded, png};
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, GrayImage, ImageEncoder as _, RgbaImage};

/// EXIF data that says: turn this picture a quarter to the right.
const LIES_ON_ITS_SIDE: &[u8] = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0";

fn service() -> Server {
    Server::start(|request| queue(request, &png(64, 48)))
}

/// 48 wide and 64 high as one sees it: its upper half is white.
fn photo() -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut encoder = JpegEncoder::new(&mut bytes);
    encoder.set_exif_metadata(LIES_ON_ITS_SIDE.to_vec()).unwrap();
    let stored = GrayImage::from_fn(64, 48, |x, _| image::Luma([if x < 32 { 255 } else { 0 }]));
    encoder.write_image(&stored, 64, 48, image::ExtendedColorType::L8).unwrap();
    bytes
}

/// The picture in the field of the one request to this endpoint.
fn sent(server: &Server, verb: &str, field: &str) -> (String, DynamicImage) {
    let body: serde_json::Value = serde_json::from_slice(&server.wait_for("POST", verb).body).unwrap();
    let uri = data_url::DataUrl::process(body[field].as_str().unwrap()).unwrap();
    let (bytes, _) = uri.decode_to_vec().unwrap();
    (uri.mime_type().to_string(), image::load_from_memory(&bytes).unwrap())
}

#[test]
fn a_photo_is_turned_as_its_exif_data_says_and_its_mask_is_compared_to_what_one_sees() {
    let (place, server) = (Place::new(), service());
    place.write("photo.jpg", &photo());
    place.write("mask.png", &png(48, 64));
    let run = place.call(&server, "edit photo.jpg hat --mask mask.png -o fox.png");
    let note = "note: `photo.jpg` is turned upright, as its EXIF data says, and sent as PNG; `--no-rotate` sends it as it is\n";
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), note));
    let (kind, picture) = sent(&server, "/edit", "image_url");
    assert_eq!((kind.as_str(), picture.width(), picture.height()), ("image/png", 48, 64));
    let picture = picture.into_luma8();
    assert!(picture.get_pixel(24, 2).0[0] > 200 && picture.get_pixel(24, 61).0[0] < 50);

    let raw = service();
    place.call(&raw, "edit photo.jpg hat --mask mask.png --no-rotate -o b.png").refused(2);
    assert_eq!(raw.count("POST", "/edit"), 0);
    assert_eq!(place.call(&raw, "remix photo.jpg hat --no-rotate -o b.png").code, Some(0));
    assert_eq!(sent(&raw, "/remix", "image_url").0, "image/jpeg");
}

#[test]
fn a_mask_that_repaints_nothing_is_stopped_and_any_mask_sends_it() {
    let (place, server) = (Place::new(), service());
    place.write("fox.png", &png(8, 4));
    place.write("white.png", &encoded(GrayImage::from_pixel(8, 4, image::Luma([255]))));
    let clear = RgbaImage::from_fn(8, 4, |x, _| image::Rgba([0, 0, 0, if x < 4 { 0 } else { 255 }]));
    place.write("clear.png", &encoded(clear));
    for (mask, sentence) in [
        (
            "white.png",
            "the mask `white.png` has one colour only: the whole picture would be repainted, or none of it; `--any-mask` \
             sends it all the same",
        ),
        (
            "clear.png",
            "the shape of the mask `clear.png` is in its transparency only, which a service may not look at; `ideogram \
             mask alpha clear.png -o mask.png` makes it black and white; `--any-mask` sends it all the same",
        ),
    ] {
        let run = place.call(&server, &format!("edit fox.png hat --mask {mask} -o hat.png"));
        assert_eq!(run.refused(3), sentence);
    }
    assert_eq!(server.count("POST", "/edit"), 0);
    assert_eq!(place.call(&server, "edit fox.png hat --mask white.png --any-mask -o hat.png").code, Some(0));
    assert_eq!(server.count("POST", "/edit"), 1);
}

#[test]
fn a_mask_of_another_size_is_scaled_on_request() {
    let (place, server) = (Place::new(), service());
    place.write("fox.png", &png(64, 48));
    place.write("mask.png", &png(32, 24));
    let run = place.call(&server, "edit fox.png hat --mask mask.png --fit-mask -o hat.png");
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), "note: the mask `mask.png` is scaled from 32×24 to 64×48\n"));
    let (_, mask) = sent(&server, "/edit", "mask_url");
    assert_eq!((mask.width(), mask.height()), (64, 48));
    assert_eq!(mask.into_luma8().pixels().filter(|pixel| pixel.0 == [0]).count(), 32 * 48);
}

#[test]
fn what_is_damaged_is_refused_and_what_cannot_be_decoded_here_is_named() {
    let (place, server) = (Place::new(), service());
    let whole = png(64, 48);
    place.write("cut.png", &whole[..whole.len() / 2]);
    let run = place.call(&server, "remix cut.png hat -o hat.png");
    assert!(run.refused(3).starts_with("cannot read `cut.png`, given as `IMAGE`: "), "{run:?}");
    assert_eq!(server.count("POST", "/remix"), 0);
    place.write("photo.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic");
    let run = place.call(&server, "remix photo.heic hat -o hat.png");
    let note = "note: `photo.heic` is image/heif, which the service may not take; PNG and JPEG are safe\n";
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), note));
}

#[test]
fn soft_edges_are_a_note() {
    let (place, server) = (Place::new(), service());
    place.write("fox.png", &png(4, 1));
    place.write("soft.png", &encoded(GrayImage::from_raw(4, 1, vec![0, 0, 128, 255]).unwrap()));
    let run = place.call(&server, "edit fox.png hat --mask soft.png -o hat.png");
    let note = "note: 25 % of the mask is grey, such as soft edges; what a service makes of grey is not documented\n";
    assert_eq!((run.code, run.stderr.as_str()), (Some(0), note));
}
