//! What made a picture stands in it, and no more than that.

use crate::server::{ID, Reply, Server, queue};
use crate::support::{Place, Run, as_it_came, png};
use serde_json::{Value, json};

fn service() -> Server {
    Server::start(|request| queue(request, &png(64, 48)))
}

#[test]
fn a_picture_says_what_made_it_and_the_envelope_is_of_the_file_on_disk() {
    let (place, server) = (Place::new(), service());
    place.write("secret-folder-name.png", &png(64, 48));
    let run = place.call(&server, "remix secret-folder-name.png fox --style anime -o fox.png --json");
    let image = run.json()["results"][0]["images"][0].clone();
    let inspected = place.run(["inspect", "fox.png", "--json"]).json();
    assert_eq!(inspected["kind"], "file");
    let file = &inspected["results"][0];
    for field in ["sha256", "bytes", "width", "height", "content_type"] {
        assert_eq!(file[field], image[field], "{field}");
    }
    let made = &file["made"];
    assert_eq!((&made["endpoint"], &made["request_id"]), (&"fal-ai/ideogram/v2/turbo/remix".into(), &ID.into()));
    assert_eq!((&made["input"]["prompt"], &made["input"]["style"]), (&"fox".into(), &"anime".into()));
    assert_eq!(made["input"]["image_url"]["bytes"], png(64, 48).len());
    assert_eq!((&made["price"]["currency"], &made["seed"]), (&"USD".into(), &run.json()["results"][0]["seed"]));
    assert_eq!(file["texts"]["Description"], "fox");
    let bytes = std::fs::read(place.work().join("fox.png")).unwrap();
    assert!(!String::from_utf8_lossy(&bytes).contains("secret-folder"), "no local path is in it");
    assert_eq!(as_it_came(&bytes), png(64, 48), "the service's bytes stay");
}

#[test]
fn inspect_is_a_page_for_people() {
    let (place, server) = (Place::new(), service());
    place.call(&server, "generate fox --seed 7 -o fox.png");
    let run = place.run(["inspect", "fox.png"]);
    let lines: Vec<&str> = run.text().lines().collect();
    assert_eq!(
        lines[0],
        format!("fox.png: image/png, 64×48, {} bytes", std::fs::read(place.work().join("fox.png")).unwrap().len())
    );
    for line in ["  endpoint         fal-ai/ideogram/v2/turbo", "  seed             7", "  prompt           fox"] {
        assert!(lines.contains(&line), "{line} in {lines:?}");
    }
    place.write("text.txt", b"words");
    assert_eq!(place.run(["inspect", "text.txt"]).refused(3), "`text.txt` is no picture of a known format");
}

#[test]
fn a_strangers_text_does_nothing_to_a_terminal() {
    let place = Place::new();
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 1, 1);
    encoder
        .add_itxt_chunk(
            "ideogram".to_owned(),
            "{\"endpoint\": \"\u{1b}[31m\", \"input\": {\"a\u{1b}b\": 1}}".to_owned(),
        )
        .unwrap();
    encoder.write_header().unwrap().write_image_data(&[0]).unwrap();
    place.write("stranger.png", &bytes);
    let run = place.run(["inspect", "stranger.png"]);
    assert_eq!(run.code, Some(0));
    assert!(!run.text().contains('\u{1b}') && run.text().contains("\u{fffd}[31m"), "{run:?}");
}

#[test]
fn without_metadata_the_file_is_the_services_byte_for_byte_and_a_sidecar_has_it() {
    let (place, server) = (Place::new(), service());
    let run = place.call(&server, "generate fox --seed 7 -o fox.png --no-metadata --sidecar");
    assert_eq!((run.code, run.text()), (Some(0), "fox.png\n"));
    assert_eq!(std::fs::read(place.work().join("fox.png")).unwrap(), png(64, 48));
    assert_eq!(place.files(), ["fox.png", "fox.png.json"]);
    let sidecar: Value = serde_json::from_slice(&std::fs::read(place.work().join("fox.png.json")).unwrap()).unwrap();
    assert_eq!(
        (&sidecar["file"], &sidecar["made"]["input"]),
        (&"fox.png".into(), &json!({"prompt": "fox", "seed": 7}))
    );
}

#[cfg(target_os = "linux")]
#[test]
fn what_can_be_read_once_only_is_not_inspected() {
    let place = Place::new();
    let (reader, mut writer) = std::io::pipe().unwrap();
    std::io::Write::write_all(&mut writer, &png(64, 48)).unwrap();
    drop(writer);
    let run = Run::of(place.command().args(["inspect", "/dev/stdin"]).stdin(reader).output().unwrap());
    let told = "cannot read `/dev/stdin`: it is a folder, a device or a pipe; save it to a file first";
    assert_eq!(run.refused(3), told);
}

#[test]
fn a_jpeg_is_saved_as_it_came() {
    let jpeg = b"\xff\xd8\xff\xe0 a picture \xff\xd9".to_vec();
    let body = jpeg.clone();
    let server = Server::start(move |request| match request.target.as_str() {
        "/cdn/fox.png" => Reply::Bytes("image/jpeg", body.clone()),
        _ => queue(request, &[]),
    });
    let place = Place::new();
    assert_eq!(place.call(&server, "generate fox -o fox.jpg").code, Some(0));
    assert_eq!(std::fs::read(place.work().join("fox.jpg")).unwrap(), jpeg);
}
