//! The pictures: their sizes, that they repeat, and what remix and edit leave of a source.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    clippy::expect_used,
    reason = "patterns made of wrapped coordinates, sums far below 2⁵³, and helpers that fail the test that calls them"
)]

use std::sync::Arc;

use ideogram_sandbox::draw::{
    Bitmap, DecodeError, DrawError, Face, Limits, MaskEdits, Operation, Picture, Ratio, Scene, decode, draw,
    example_image, example_mask,
};
use ideogram_schema::{AspectRatio, Style};

fn scene(style: &str, prompt: &str, seed: i64) -> Scene {
    let mut scene = Scene::new("test", prompt, seed);
    style.clone_into(&mut scene.style);
    scene
}

fn pixels(picture: &Picture) -> Bitmap {
    decode(&picture.png, &Limits::default()).expect("a picture of ours decodes")
}

/// The mean difference of two pictures of one size, over all channels.
fn distance(a: &Bitmap, b: &Bitmap) -> f64 {
    assert_eq!((a.width(), a.height()), (b.width(), b.height()));
    let sum: u64 = a.rgba().iter().zip(b.rgba()).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
    sum as f64 / a.rgba().len() as f64
}

/// A picture of one colour but for what `paint` sets.
fn bitmap(width: u32, height: u32, paint: impl Fn(u32, u32) -> [u8; 4]) -> Arc<Bitmap> {
    let rgba = (0..height).flat_map(|y| (0..width).map(move |x| (x, y))).flat_map(|(x, y)| paint(x, y)).collect();
    Arc::new(Bitmap::new(width, height, rgba).expect("four bytes a pixel"))
}

fn checkers(width: u32, height: u32) -> Arc<Bitmap> {
    bitmap(width, height, |x, y| [(x * 7 % 256) as u8, (y * 5 % 256) as u8, ((x / 16 + y / 16) % 2 * 200) as u8, 255])
}

#[test]
fn a_picture_of_any_size_is_drawn() {
    for size in [(1, 1), (1, 700), (700, 1), (17, 33), (4096, 40)] {
        let mut scene = Scene::new("test", "Some words to set", 3);
        scene.size = Some(size);
        let picture = draw(&scene).unwrap();
        assert_eq!((picture.width, picture.height), size);
    }
}

#[test]
fn every_ratio_of_the_api_gets_its_size() {
    for ratio in AspectRatio::ALL {
        let parsed: Ratio = ratio.as_str().parse().unwrap_or_else(|error| panic!("{ratio}: {error}"));
        let (width, height) = parsed.size();
        assert_eq!((width % 16, height % 16), (0, 0), "{ratio}");
        let megapixels = f64::from(width) * f64::from(height) / f64::from(1 << 20);
        assert!((0.85..1.15).contains(&megapixels), "{ratio} has {megapixels} megapixels");
        let (across, down) = ratio.as_str().split_once(':').expect("a ratio has a colon");
        let wanted = across.parse::<f64>().unwrap() / down.parse::<f64>().unwrap();
        assert!((f64::from(width) / f64::from(height) / wanted - 1.0).abs() < 0.001, "{ratio} became {width}x{height}");

        let mut scene = scene("auto", "A fox", 1);
        scene.ratio = parsed;
        let picture = draw(&scene).unwrap();
        assert_eq!((picture.width, picture.height), (width, height));
        let read = pixels(&picture);
        assert_eq!((read.width(), read.height()), (width, height), "{ratio}: the file has the size that it says");
    }
}

#[test]
fn a_ratio_is_two_whole_numbers_above_zero() {
    assert_eq!("16:9".parse(), Ok(Ratio::new(16, 9).unwrap()));
    for wrong in
        ["", ":", "1", "1:", ":1", "0:1", "1:0", "-1:1", "+1:1", "1.5:1", "1:1:1", " 1:1", "99999999999:1", "१:१"]
    {
        assert!(wrong.parse::<Ratio>().is_err(), "{wrong:?}");
    }
    for extreme in ["1:100", "100:1", "1:4294967295", "4294967295:1"] {
        let (width, height) = extreme.parse::<Ratio>().unwrap().size();
        assert!(width.min(height) >= 320 && width.max(height) <= 4096, "{extreme} became {width}x{height}");
    }
}

#[test]
fn the_same_scene_gives_the_same_bytes() {
    for style in Style::ALL {
        let scene = scene(style.as_str(), "An ice field in north atlantic", 12);
        assert_eq!(draw(&scene).unwrap(), draw(&scene).unwrap(), "{style}");
    }
}

#[test]
fn each_part_of_a_scene_shows() {
    let first = scene("design", "A fox", 1);
    let change = |change: fn(&mut Scene)| {
        let mut scene = first.clone();
        change(&mut scene);
        scene
    };
    let changed = [
        ("seed", change(|scene| scene.seed = 2)),
        ("prompt", change(|scene| scene.prompt.push('!'))),
        ("style", change(|scene| scene.style = "anime".to_owned())),
        ("negative_prompt", change(|scene| scene.negative_prompt = "blur".to_owned())),
        ("expand_prompt", change(|scene| scene.expand_prompt = false)),
        ("endpoint", change(|scene| scene.endpoint = "other".to_owned())),
    ];
    let picture = pixels(&draw(&first).unwrap());
    for (part, scene) in changed {
        assert!(distance(&picture, &pixels(&draw(&scene).unwrap())) > 0.0, "{part} changes nothing");
    }
}

#[test]
fn styles_differ_in_more_than_their_lettering() {
    let drawn: Vec<(&str, Bitmap)> = Style::ALL
        .iter()
        .map(|style| (style.as_str(), pixels(&draw(&scene(style.as_str(), "A fox", 3)).unwrap())))
        .collect();
    for (index, (style, picture)) in drawn.iter().enumerate() {
        for (other, another) in &drawn[index + 1..] {
            let distance = distance(picture, another);
            assert!(distance > 15.0, "{style} and {other} are {distance:.1} apart");
        }
    }
}

#[test]
fn an_unknown_style_is_drawn_all_the_same() {
    let picture = draw(&scene("watercolour of 2031", "A fox", 3)).unwrap();
    assert_eq!((picture.width, picture.height), (1024, 1024));
}

#[test]
fn the_more_strength_the_nearer_to_the_source() {
    let source = checkers(1024, 1024);
    for style in Style::ALL {
        let mut last = f64::MAX;
        for strength in [0.01, 0.6, 1.0] {
            let mut scene = scene(style.as_str(), "A fox", 5);
            scene.operation = Operation::Remix { source: source.clone(), strength };
            let distance = distance(&source, &pixels(&draw(&scene).unwrap()));
            assert!(distance < last, "{style} at {strength}: {distance:.2} is no nearer than {last:.2}");
            last = distance;
        }
        assert!(last < 40.0, "{style}: at full strength the source is {last:.2} away");
    }
}

#[test]
fn a_remix_has_the_ratio_asked_for_and_covers_it() {
    // Green everywhere: a bar of any other colour at an edge is the picture not covered.
    let source = bitmap(300, 90, |_, _| [0, 200, 0, 255]);
    let mut scene = scene("auto", "A fox", 5);
    scene.ratio = "9:16".parse().unwrap();
    scene.operation = Operation::Remix { source, strength: 1.0 };
    let picture = pixels(&draw(&scene).unwrap());
    assert_eq!((picture.width(), picture.height()), scene.ratio.size());
    let upper_half = &picture.rgba()[..picture.rgba().len() / 4];
    assert!(upper_half.chunks_exact(4).all(|pixel| pixel == [0, 200, 0, 255]));
}

#[test]
fn strengths_outside_their_range_are_brought_inside() {
    let source = checkers(64, 64);
    for strength in [f64::NAN, f64::NEG_INFINITY, -1.0, 2.0, f64::INFINITY] {
        let mut scene = scene("auto", "A fox", 5);
        scene.operation = Operation::Remix { source: source.clone(), strength };
        assert!(draw(&scene).is_ok(), "{strength}");
    }
}

/// A mask whose middle is of one colour and the rest of the other.
fn middle(width: u32, height: u32, inside: u8) -> Arc<Bitmap> {
    bitmap(width, height, |x, y| {
        let within = (width / 4..width * 3 / 4).contains(&x) && (height / 4..height * 3 / 4).contains(&y);
        let value = if within { inside } else { 255 - inside };
        [value, value, value, 255]
    })
}

#[test]
fn an_edit_changes_what_the_mask_selects_and_nothing_else() {
    let source = checkers(400, 260);
    for (mask_edits, inside) in [(MaskEdits::Black, 0), (MaskEdits::White, 255)] {
        for style in Style::ALL {
            let mask = middle(400, 260, inside);
            let mut scene = scene(style.as_str(), "A fox reading a map", 5);
            scene.operation = Operation::Edit { source: source.clone(), mask: mask.clone(), mask_edits };
            let edited = pixels(&draw(&scene).unwrap());
            assert_eq!((edited.width(), edited.height()), (400, 260));
            let (mut kept, mut changed, mut selected) = (0, 0, 0);
            let both = source.rgba().chunks_exact(4).zip(edited.rgba().chunks_exact(4));
            for ((old, new), mask) in both.zip(mask.rgba().chunks_exact(4)) {
                if mask[0] == inside {
                    selected += 1;
                    changed += usize::from(old != new);
                } else {
                    assert_eq!(old, new, "{style}: a pixel outside the mask changed");
                    kept += 1;
                }
            }
            assert!(
                kept > 0 && changed * 10 > selected * 9,
                "{style}: {changed} of {selected} selected pixels are new"
            );
        }
    }
}

#[test]
fn an_edit_keeps_transparency_outside_the_mask() {
    let source = bitmap(64, 64, |x, y| [x as u8, y as u8, 9, (x * 4) as u8]);
    let mut scene = scene("auto", "A fox", 5);
    scene.operation = Operation::Edit { source: source.clone(), mask: middle(64, 64, 0), mask_edits: MaskEdits::Black };
    let edited = pixels(&draw(&scene).unwrap());
    assert_eq!(edited.rgba()[..64 * 4 * 16], source.rgba()[..64 * 4 * 16]);
}

#[test]
fn a_mask_that_selects_nothing_changes_nothing() {
    let source = checkers(100, 80);
    for mask in [bitmap(100, 80, |_, _| [255; 4]), bitmap(100, 80, |_, _| [0; 4])] {
        let mut scene = scene("auto", "A fox", 5);
        scene.operation = Operation::Edit { source: source.clone(), mask, mask_edits: MaskEdits::Black };
        assert_eq!(pixels(&draw(&scene).unwrap()), *source);
    }
}

#[test]
fn masks_of_any_shape_are_followed() {
    let source = checkers(97, 61);
    let shapes: [fn(u32, u32) -> bool; 6] = [
        |_, _| true,
        |x, y| x == 0 && y == 0,
        |x, y| x == 96 && y == 60,
        |x, _| x == 50,
        |x, y| (x + y) % 2 == 0,
        |x, y| x.abs_diff(y) < 3,
    ];
    for shape in shapes {
        let mask = bitmap(97, 61, |x, y| if shape(x, y) { [0, 0, 0, 255] } else { [255; 4] });
        let mut scene = scene("realistic", "A fox", 5);
        scene.operation = Operation::Edit { source: source.clone(), mask, mask_edits: MaskEdits::Black };
        let edited = pixels(&draw(&scene).unwrap());
        let positions = (0..61).flat_map(|y| (0..97).map(move |x| (x, y)));
        for ((old, new), (x, y)) in source.rgba().chunks_exact(4).zip(edited.rgba().chunks_exact(4)).zip(positions) {
            assert!(shape(x, y) || old == new, "the pixel at {x}, {y} changed");
        }
    }
}

#[test]
fn a_mask_of_another_size_is_an_error() {
    let mut scene = scene("auto", "A fox", 5);
    scene.operation =
        Operation::Edit { source: checkers(64, 64), mask: checkers(64, 63), mask_edits: MaskEdits::Black };
    let error = draw(&scene).unwrap_err();
    assert_eq!(error, DrawError::MaskSize { image: (64, 64), mask: (64, 63) });
    assert_eq!(error.to_string(), "the mask has 64x63 pixels and the image 64x64; make them the same size");
}

#[test]
fn no_text_is_too_odd_to_set() {
    let heap = format!("Z{}", "\u{301}\u{489}".repeat(5000));
    let odd = [
        String::new(),
        " \t\r\n\u{3000} ".to_owned(),
        "\u{0}\u{1}\u{7f}\u{9b}".to_owned(),
        "\u{200b}\u{200d}\u{feff}\u{2060}".to_owned(),
        "\u{202e}desrever\u{202c} \u{2066}x\u{2069}".to_owned(),
        "שלום عليكم مرحبا".to_owned(),
        "👩‍👩‍👧‍👦🏳️‍🌈🇩🇪 ❤️‍🔥".to_owned(),
        "漢字かな交じり文、한국어".to_owned(),
        "a".repeat(10_000),
        "word ".repeat(10_000),
        "🦊".repeat(10_000),
        "\u{10ffff}\u{e000}\u{d7ff}".to_owned(),
        "ﬁ ffi Ĳ ǆ ß ſt".to_owned(),
        "\u{301}".repeat(300),
        "line\nbreak\r\nand\u{2028}more".to_owned(),
        heap,
    ];
    let ratios = [Ratio::SQUARE, "1:100".parse().unwrap(), "100:1".parse().unwrap()];
    for (index, text) in odd.iter().enumerate() {
        let style = &Style::ALL[index % Style::ALL.len()];
        let mut scene = scene(style.as_str(), text, [i64::MIN, -1, 0, i64::MAX][index % 4]);
        scene.ratio = ratios[index % ratios.len()];
        scene.negative_prompt.clone_from(text);
        scene.endpoint.clone_from(text);
        assert!(draw(&scene).is_ok(), "{:?}…", text.chars().take(20).collect::<String>());
    }
}

#[test]
fn a_long_prompt_is_drawn_in_every_style_and_shape() {
    let prompt = "A comic style illustration of a skeleton, with a text that says \"Just Waiting\". ".repeat(12);
    for style in Style::ALL {
        for ratio in ["1:3", "3:1"] {
            let mut scene = scene(style.as_str(), &prompt, 4);
            scene.ratio = ratio.parse().unwrap();
            assert!(draw(&scene).is_ok(), "{style} at {ratio}");
        }
    }
}

#[test]
fn tiny_sources_are_drawn_on() {
    for side in [1, 2, 7, 31] {
        for style in Style::ALL {
            let (source, mask) = (checkers(side, side), bitmap(side, side, |_, _| [0, 0, 0, 255]));
            let mut scene = scene(style.as_str(), "A fox", 5);
            scene.operation = Operation::Edit { source: source.clone(), mask, mask_edits: MaskEdits::Black };
            assert_eq!(draw(&scene).unwrap().width, side);
        }
        let mut scene = scene("general", "A fox", 5);
        scene.operation = Operation::Remix { source: checkers(side, side), strength: 0.5 };
        assert!(draw(&scene).is_ok());
    }
}

#[test]
fn the_stand_in_has_a_mask_that_fits_and_selects_its_shield() {
    let image = Arc::new(pixels(&example_image(320, 200).unwrap()));
    for (edits, colour) in [(MaskEdits::Black, 0), (MaskEdits::White, 255)] {
        let mask = Arc::new(pixels(&example_mask(320, 200, edits).unwrap()));
        let of_colour = mask.rgba().chunks_exact(4).filter(|pixel| pixel[0] == colour).count();
        let share = of_colour as f64 / (320.0 * 200.0);
        assert!((0.05..0.4).contains(&share), "{edits:?}: the mask selects {share:.2} of the picture");
        let mut scene = scene("auto", "A knight", 5);
        scene.operation = Operation::Edit { source: image.clone(), mask, mask_edits: edits };
        assert!(distance(&image, &pixels(&draw(&scene).unwrap())) > 1.0);
    }
    assert_eq!(example_image(0, 10).unwrap_err(), DrawError::Size { width: 0, height: 10 });
}

#[test]
fn what_is_no_picture_is_told_apart_from_one_that_is_damaged() {
    let png = example_image(64, 64).unwrap().png;
    let limits = Limits::default();
    assert_eq!(decode(b"", &limits), Err(DecodeError::UnknownFormat));
    assert_eq!(decode(b"<svg xmlns='http://www.w3.org/2000/svg'/>", &limits), Err(DecodeError::UnknownFormat));
    assert_eq!(decode(b"BM\0\0\0\0", &limits), Err(DecodeError::UnknownFormat));
    for end in [8, 20, 40, png.len() / 2] {
        assert!(matches!(decode(&png[..end], &limits), Err(DecodeError::Damaged(_))), "cut at {end}");
    }
    assert!(matches!(decode(b"GIF89a\x40\0\x40\0", &limits), Err(DecodeError::Damaged(_))));
    assert!(matches!(decode(b"\xff\xd8\xff\xe0", &limits), Err(DecodeError::Damaged(_))));
}

#[test]
fn a_flipped_byte_never_panics() {
    let png = example_image(32, 32).unwrap().png;
    for at in 0..png.len() {
        let mut damaged = png.clone();
        damaged[at] ^= 0x5a;
        // Damaged, or a picture still; both are fine.
        let _ = decode(&damaged, &Limits::default());
    }
}

#[test]
fn limits_hold_before_pixels_are_decoded() {
    let png = example_image(64, 32).unwrap().png;
    let with = |change: fn(&mut Limits)| {
        let mut limits = Limits::default();
        change(&mut limits);
        decode(&png, &limits)
    };
    assert!(with(|_| ()).is_ok());
    assert_eq!(with(|limits| limits.max_bytes = 100), Err(DecodeError::TooManyBytes { max_bytes: 100 }));
    assert_eq!(with(|limits| limits.max_width = 63), Err(DecodeError::TooLarge { max_width: 63, max_height: 8192 }));
    assert_eq!(with(|limits| limits.max_height = 31), Err(DecodeError::TooLarge { max_width: 8192, max_height: 31 }));
    assert!(matches!(with(|limits| limits.max_pixels = 64 * 32 - 1), Err(DecodeError::TooLarge { .. })));
    assert!(matches!(with(|limits| limits.max_alloc = 1000), Err(DecodeError::TooLarge { .. })));
    assert_eq!(with(|limits| limits.min_side = 33), Err(DecodeError::TooSmall { min_width: 33, min_height: 33 }));

    // A header that promises 60,000 by 60,000 pixels is refused for what it says, not for what is missing.
    let mut bomb = png;
    bomb[16..24].copy_from_slice(&[0, 0, 0xea, 0x60, 0, 0, 0xea, 0x60]);
    let crc = crc32(&bomb[12..29]);
    bomb[29..33].copy_from_slice(&crc.to_be_bytes());
    assert!(matches!(decode(&bomb, &Limits::default()), Err(DecodeError::TooLarge { .. })));
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
    })
}

#[test]
fn jpeg_webp_and_gif_are_read_as_well() {
    let image = image::RgbaImage::from_fn(40, 24, |x, y| image::Rgba([(x * 6) as u8, (y * 10) as u8, 80, 255]));
    let image = image::DynamicImage::ImageRgba8(image);
    for format in [image::ImageFormat::Jpeg, image::ImageFormat::WebP, image::ImageFormat::Gif] {
        let mut bytes = std::io::Cursor::new(Vec::new());
        let source = if format == image::ImageFormat::Jpeg { image.to_rgb8().into() } else { image.clone() };
        source.write_to(&mut bytes, format).unwrap();
        let decoded = decode(bytes.get_ref(), &Limits::default()).unwrap_or_else(|error| panic!("{format:?}: {error}"));
        assert_eq!((decoded.width(), decoded.height()), (40, 24), "{format:?}");
    }
}

#[test]
fn a_letter_that_no_built_in_face_has_is_taken_from_the_one_given() {
    // The Bashkir letter is in this face and not in those that stand in for others.
    let garamond = Face::new(include_bytes!("../assets/fonts/EBGaramond-SemiBold.ttf")).unwrap();
    let inter = Face::new(include_bytes!("../assets/fonts/Inter-Medium.ttf")).unwrap();
    assert_eq!(Face::new(b"nonsense"), None);
    let drawn = |face: Option<Face>| {
        let mut scene = scene("design", "\u{49f}", 1);
        let mask = bitmap(160, 120, |_, _| [0, 0, 0, 255]);
        scene.operation = Operation::Edit { source: checkers(160, 120), mask, mask_edits: MaskEdits::Black };
        scene.extra_face = face;
        draw(&scene).unwrap().png
    };
    let boxed = drawn(None);
    assert_eq!(drawn(Some(inter)), boxed, "a face that lacks it changes nothing");
    assert_ne!(drawn(Some(garamond)), boxed);
}
