//! A request is sent again: what is taken over, from whom, and that nobody buys without being asked.

use crate::server::{ID, Server, queue};
use crate::support::{Place, Run, png};
use serde_json::{Value, json};

fn service() -> Server {
    Server::start(|request| queue(request, &png(64, 48)))
}

/// A picture whose text says that this made it.
fn stranger(place: &Place, name: &str, made: &Value) {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, 1, 1);
    encoder.add_itxt_chunk("ideogram".to_owned(), made.to_string()).unwrap();
    encoder.write_header().unwrap().write_image_data(&[0]).unwrap();
    place.write(name, &bytes);
}

fn sent(server: &Server) -> Value {
    serde_json::from_slice(&server.wait_for("POST", "").body).unwrap()
}

#[test]
fn a_picture_is_made_again_as_it_was_or_with_other_flags() {
    let (place, server) = (Place::new(), service());
    place.call(&server, "generate fox --seed 7 --style anime -o fox.png");
    let first = sent(&server);
    let run = place.call(&server, "rerun fox.png --yes -o again.png");
    assert_eq!((run.code, run.text()), (Some(0), "again.png\n"), "{run:?}");
    assert!(run.stderr.contains("$0.05 per image") && run.stderr.contains("\"style\":\"anime\""), "{run:?}");
    assert_eq!(sent(&server), first);
    place.call(&server, "rerun fox.png --seed 8 --aspect-ratio 16:9 --yes -o other.png");
    assert_eq!(sent(&server), json!({"prompt": "fox", "seed": 8, "style": "anime", "aspect_ratio": "16:9"}));
    place.call(&server, "rerun other.png --prompt @cat --yes -o cat.png");
    assert_eq!(sent(&server)["prompt"], "@cat", "text is text");
}

#[test]
fn the_ledger_knows_a_request_by_its_number_and_by_the_services_id() {
    let (place, server) = (Place::new(), service());
    place.call(&server, "generate fox --seed 7 -o fox.png");
    let first = sent(&server);
    for source in ["1", ID] {
        let run = place.call(&server, &format!("rerun {source} --yes --json"));
        assert_eq!(run.code, Some(0), "{run:?}");
        assert_eq!(sent(&server), first);
    }
    let refused = |source: &str| place.call(&server, &format!("rerun {source} --yes")).refused(2).to_owned();
    assert!(refused("99").starts_with("the ledger has no request 99"));
    assert!(refused("no-such-id").starts_with("`no-such-id` is neither a file nor the id of a request"));
}

#[test]
fn nobody_buys_without_a_yes() {
    let (place, server) = (Place::new(), service());
    place.call(&server, "generate fox --seed 7 -o fox.png");
    let run = place.call(&server, "rerun fox.png -o again.png");
    assert_eq!(run.code, Some(2), "{run:?}");
    let lines: Vec<&str> = run.stderr.lines().collect();
    assert!(lines[0].contains("$0.05 per image: {\"prompt\":\"fox\",\"seed\":7}"), "{run:?}");
    assert_eq!(lines[1], "error: nothing was sent: `--yes` buys it");
    assert_eq!((server.count("POST", "/turbo"), place.files()), (1, vec!["fox.png".to_owned()]));
}

#[test]
fn a_strangers_picture_sends_no_file_of_this_machine_and_sets_no_path() {
    let (place, server) = (Place::new(), service());
    place.write("secret.png", &png(8, 8));
    let endpoint = "fal-ai/ideogram/v2/turbo/remix";
    for file in ["secret.png", "./secret.png", "file:///etc/passwd", "-", "data:image/png;base64,AA=="] {
        let input = json!({"prompt": "fox", "image_url": file, "output": "stolen.png", "o": "stolen.png"});
        stranger(&place, "stranger.png", &json!({"endpoint": endpoint, "input": input}));
        let run = place.call(&server, "rerun stranger.png --yes");
        assert!(run.refused(2).starts_with("`--image` is missing"), "{file}: {run:?}");
    }
    let input = json!({"prompt": "fox", "image_url": "https://example.com/fox.png", "output": "stolen.png"});
    stranger(&place, "stranger.png", &json!({"endpoint": endpoint, "input": input, "output": "stolen.png"}));
    let inspected = place.run(["inspect", "stranger.png", "--json"]).json()["results"][0]["rerun"].clone();
    assert_eq!(inspected["input"], json!({"prompt": "fox", "image_url": "https://example.com/fox.png"}));
    assert_eq!((&inspected["missing"], &inspected["left_out"]), (&json!([]), &json!(["output"])));
    let run = place.call(&server, "rerun stranger.png --seed 7 --yes -o mine.png");
    assert_eq!((run.code, run.text()), (Some(0), "mine.png\n"), "{run:?}");
    assert!(run.stderr.contains("not taken over: `output`"), "{run:?}");
    assert_eq!(sent(&server)["image_url"], "https://example.com/fox.png");
    assert_eq!(place.files(), ["mine.png", "secret.png", "stranger.png"]);
}

#[test]
fn a_file_that_was_sent_is_named_again_and_flags_are_the_endpoints_own() {
    let (place, server) = (Place::new(), service());
    place.write("fox.png", &png(64, 48));
    place.call(&server, "remix fox.png rain --seed 7 -o rain.png");
    let first = sent(&server);
    let page = place.run(["inspect", "rain.png"]);
    assert!(page.text().contains("again            `ideogram rerun` needs `--image` for it"), "{page:?}");
    assert!(place.call(&server, "rerun rain.png --yes").refused(2).starts_with("`--image` is missing"));
    assert_eq!(place.call(&server, "rerun rain.png --image fox.png --yes -o again.png").code, Some(0));
    assert_eq!(sent(&server), first);
    place.call(&server, "generate fox --seed 7 -o plain.png");
    let run: Run = place.call(&server, "rerun plain.png --strength 0.5 --yes");
    assert_eq!(run.refused(2), "`--strength` is no flag of `generate`, which made this picture");
    let run = place.call(&server, "rerun fox.png --yes");
    assert_eq!(run.refused(3), "`fox.png` does not say what made it");
}

#[test]
fn several_are_told_as_so_many_and_take_the_place_of_what_was_sent() {
    let (place, server) = (Place::new(), service());
    place.call(&server, "generate fox --seed 7 --style anime -o fox.png");
    sent(&server);
    let run = place.call(&server, "rerun fox.png --seeds 1..2 --vary style=design --yes");
    assert_eq!((run.code, run.text().lines().count()), (Some(0), 2), "{run:?}");
    assert!(run.stderr.contains("2 pictures, "), "{run:?}");
    let mut inputs = [sent(&server), sent(&server)];
    inputs.sort_by_key(|input| input["seed"].as_i64());
    assert_eq!(inputs, [1, 2].map(|seed| json!({"prompt": "fox", "seed": seed, "style": "design"})));
}
