//! `ideogram mask`: what it makes is a mask, and what it looks at is told as it is.

use crate::support::{Place, Run, encoded, png};
use image::{GrayImage, RgbaImage};
use std::path::Path;

fn gray(path: &Path) -> GrayImage {
    image::open(path).unwrap().into_luma8()
}

#[test]
fn a_rectangle_of_a_pictures_size_is_black_on_white() {
    let place = Place::new();
    place.write("fox.png", &png(64, 48));
    let run = place.run(["mask", "rect", "--of", "fox.png", "--at", "8,8,50%,16", "-o", "mask.png"]);
    assert_eq!((run.code, run.text(), run.stderr.as_str()), (Some(0), "mask.png\n", ""));
    let mask = gray(&place.work().join("mask.png"));
    assert_eq!(mask.dimensions(), (64, 48));
    assert_eq!(mask.pixels().filter(|pixel| pixel.0 == [0]).count(), 32 * 16);
    assert_eq!((mask.get_pixel(8, 8).0, mask.get_pixel(39, 23).0, mask.get_pixel(40, 23).0), ([0], [0], [255]));
    let white = place.run(["mask", "rect", "--size", "4x2", "--at", "0,0,1,1", "--mask-edits", "white", "-o", "w.png"]);
    assert_eq!(white.code, Some(0));
    assert_eq!(gray(&place.work().join("w.png")).into_raw(), [255, 0, 0, 0, 0, 0, 0, 0]);
}

#[test]
fn nothing_is_overwritten_unasked_and_a_name_is_found_where_none_is_given() {
    let place = Place::new();
    for name in ["mask.png", "mask-2.png"] {
        assert_eq!(place.run(["mask", "ellipse", "--size", "9x9", "--at", "2,2,5,5"]).text(), format!("{name}\n"));
    }
    let again = ["mask", "ellipse", "--size", "9x9", "--at", "2,2,5,5", "-o", "mask.png"];
    place.run(again).refused(2);
    assert_eq!(place.run(again.into_iter().chain(["--overwrite"])).code, Some(0));
    assert_eq!(place.files(), ["mask-2.png", "mask.png"]);
}

#[test]
fn what_is_transparent_becomes_what_is_repainted() {
    let place = Place::new();
    let mut cut_out = RgbaImage::from_pixel(4, 1, image::Rgba([10, 200, 30, 255]));
    cut_out.put_pixel(1, 0, image::Rgba([0, 0, 0, 0]));
    place.write("cut.png", &encoded(cut_out));
    assert_eq!(place.run(["mask", "alpha", "cut.png", "-o", "mask.png"]).code, Some(0));
    assert_eq!(gray(&place.work().join("mask.png")).into_raw(), [255, 0, 255, 255]);
    assert_eq!(place.run(["mask", "invert", "mask.png", "-o", "back.png"]).code, Some(0));
    assert_eq!(gray(&place.work().join("back.png")).into_raw(), [0, 255, 0, 0]);
    let run = place.run(["mask", "alpha", "mask.png", "-o", "x.png"]);
    assert_eq!(run.refused(3), "`mask.png` has no transparency to make a mask of");
}

#[test]
fn a_preview_shows_the_picture_and_beside_it_what_is_repainted() {
    let place = Place::new();
    place.write("fox.png", &encoded(GrayImage::from_pixel(8, 4, image::Luma([200]))));
    let made = ["mask", "rect", "--of", "fox.png", "--at", "0,0,4,4", "-o", "mask.png", "--preview", "seen.png"];
    assert_eq!(place.run(made).text(), "mask.png\nseen.png\n");
    let seen = image::open(place.work().join("seen.png")).unwrap().into_rgb8();
    assert_eq!(seen.dimensions(), (16, 4));
    assert_eq!(
        (seen.get_pixel(0, 0).0, seen.get_pixel(8, 0).0, seen.get_pixel(15, 0).0),
        ([200; 3], [227, 100, 132], [200; 3])
    );
}

#[test]
fn a_mask_is_looked_at() {
    let place = Place::new();
    place.write("fox.png", &png(64, 48));
    place.run(["mask", "rect", "--of", "fox.png", "--at", "0,0,32,48", "-o", "mask.png"]);
    let run = place.run(["mask", "check", "mask.png", "--of", "fox.png"]);
    assert_eq!((run.code, run.text()), (Some(0), "64×48, 50 % black, 50 % white, 0 % grey\n"));
    let json = place.run(["mask", "check", "mask.png", "--json"]).json();
    assert_eq!((&json["kind"], &json["results"][0]["black"]), (&"mask".into(), &(32 * 48).into()));
    place.write("white.png", &encoded(GrayImage::from_pixel(4, 4, image::Luma([255]))));
    place.write("grey.png", &encoded(GrayImage::from_pixel(4, 4, image::Luma([128]))));
    place.write("small.png", &encoded(GrayImage::from_raw(2, 1, vec![0, 255]).unwrap()));
    place.write("text.png", b"not a picture");
    for (arguments, sentence) in [
        ("white.png", "the mask `white.png` has one colour only: the whole picture would be repainted, or none of it"),
        ("grey.png", "the mask `grey.png` has one colour only: the whole picture would be repainted, or none of it"),
        (
            "small.png --of fox.png",
            "the mask `small.png` is 2×1 pixels and the picture `fox.png` is 64×48: both must have the same size",
        ),
        ("text.png", "cannot read `text.png`: its content is no picture of a known format, such as PNG, JPEG or WebP"),
    ] {
        let run = place.run(["mask", "check"].into_iter().chain(arguments.split(' ')));
        assert_eq!(run.refused(3), sentence);
    }
}

#[test]
fn wrong_use_is_one_sentence() {
    let place = Place::new();
    for (arguments, sentence) in [
        ("rect --at 1,1,1,1", "say how large the mask is: `--of PICTURE`, or `--size 1024x1024`"),
        ("rect --size 9x9 --at 1,2", "`--at` cannot be `1,2`: it must be left, top, width and height: `10,10,200,50%`"),
        (
            "rect --size 0x9 --at 1,1,1,1",
            "`--size` cannot be `0x9`: it must be a width and a height of 1 to 8192 pixels, such as `1024x768`",
        ),
        (
            "rect --size 9x9 --at 1,1,1,1 --preview p.png -o m.png",
            "`--preview` shows the mask on its picture: name the picture with `--of`",
        ),
    ] {
        let run = place.run(["mask"].into_iter().chain(arguments.split(' ')));
        assert_eq!(run.refused(2), sentence, "{arguments}");
    }
}

#[test]
fn a_preview_that_cannot_be_saved_is_told_before_the_mask_is() {
    let place = Place::new();
    place.write("fox.png", &png(64, 48));
    place.write("seen.png", b"mine");
    let run = place.run("mask rect --of fox.png --at 0,0,8,8 -o mask.png --preview seen.png".split(' '));
    assert!(run.refused(2).starts_with("`seen.png` is there already"), "{run:?}");
    assert_eq!(place.files(), ["fox.png", "seen.png"]);
}

#[test]
fn a_mask_does_not_go_to_a_stdout_that_is_closed_or_wanted_for_json() {
    let place = Place::new();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let arguments = ["mask", "rect", "--size=8x8", "--at=0,0,4,8", "-o", "-"];
    let run = Run::of(place.command().args(arguments).stdout(writer).output().unwrap());
    assert_eq!(run.refused(2), "stdout is closed, so the picture has nowhere to go");
    let run = place.run(arguments.into_iter().chain(["--json"]));
    assert_eq!((run.code, run.json()["error"]["kind"].as_str()), (Some(2), Some("usage")));
}
