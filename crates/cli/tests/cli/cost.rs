//! What a run costs: told beforehand, bounded, and nothing at all for a dry one.

use crate::server::{Server, queue};
use crate::support::{Place, Run, png};
use serde_json::json;

fn honest() -> Server {
    Server::start(|request| queue(request, &png(64, 48)))
}

#[test]
fn a_dry_run_prints_the_exact_request_and_its_price_and_needs_no_key() {
    let place = Place::new();
    let run = place.run(["generate", "it's a fox", "--seed", "7", "--style", "design", "--dry-run", "-o", "new/"]);
    let body = r#"{"prompt":"it's a fox","seed":7,"style":"design"}"#;
    let expected = format!(
        "POST https://queue.fal.run/fal-ai/ideogram/v2/turbo\n{body}\nprice: $0.05\n\n\
         curl 'https://queue.fal.run/fal-ai/ideogram/v2/turbo' \\\n  -H \"Authorization: Key $FAL_KEY\" \\\n  \
         -H 'Content-Type: application/json' \\\n  --data-binary @- <<'JSON'\n{body}\nJSON\n"
    );
    assert_eq!((run.code, run.text(), run.stderr.as_str()), (Some(0), expected.as_str(), ""));
    assert!(place.files().is_empty() && !place.ledger().exists());
}

#[test]
fn a_dry_run_sends_and_uploads_nothing_and_never_shows_the_key() {
    let (place, server) = (Place::new(), honest());
    place.write("image.png", &png(64, 64));
    let run = place.call(&server, "remix image.png fox --sync --dry-run --json --seed 7");
    let row = &run.json()["results"][0];
    assert_eq!((run.code, &run.json()["kind"]), (Some(0), &"request".into()));
    assert_eq!(row["url"], format!("{}/run/fal-ai/ideogram/v2/turbo/remix", server.origin()));
    assert_eq!(row["cost"], json!({"amount": "0.05", "currency": "USD"}));
    assert!(row["body"]["image_url"].as_str().unwrap().starts_with("data:image/png;base64,"), "{row}");
    // Noise does not get smaller, so this picture is too large to travel inside the request.
    let noise = image::RgbImage::from_fn(1024, 1024, |x, y| {
        let mixed = (x.wrapping_mul(0x9e37_79b9) ^ y.wrapping_mul(0x85eb_ca6b)).wrapping_mul(0xc2b2_ae35);
        let [red, green, blue, _] = mixed.to_le_bytes();
        image::Rgb([red, green, blue])
    });
    let noise = crate::support::encoded(noise);
    assert!(noise.len() > 2 << 20, "{}", noise.len());
    place.write("noise.png", &noise);
    let run = place.call(&server, "remix noise.png fox --dry-run --json --seed 7");
    let row = &run.json()["results"][0];
    assert_eq!((&row["body"]["image_url"], &row["uploads"]), (&"<upload noise.png>".into(), &json!(["noise.png"])));
    assert!(row["curl"].as_str().unwrap().contains("Key $FAL_KEY") && !run.text().contains("hunter2"));
    assert_eq!((server.count("POST", ""), server.count("PUT", "")), (0, 0));
    assert!(!place.ledger().exists());
}

#[test]
fn a_request_above_the_limit_is_not_sent() {
    let (place, server) = (Place::new(), honest());
    let run = place.call(&server, "generate fox --max-cost 0.049999 --json");
    let error = &run.json()["error"];
    assert_eq!((run.code, &error["kind"]), (Some(8), &"cost".into()));
    assert_eq!(error["message"], "that costs $0.05, and `--max-cost` allows $0.049999; nothing was sent");
    assert_eq!((server.count("POST", "turbo"), place.run(["jobs", "--all"]).text()), (0, ""));
    let run = place.call(&server, "generate fox --max-cost $0.05 --json");
    assert_eq!((run.code, &run.json()["results"][0]["cost"]["amount"]), (Some(0), &"0.05".into()));
}

#[test]
fn a_limit_is_an_amount_of_dollars() {
    for (given, why) in [("five", "five"), ("-1", "-1"), ("0.0000001", "0.0000001")] {
        let run: Run = Place::new().run(["generate", "fox", &format!("--max-cost={given}")]);
        assert_eq!(run.refused(2), format!("`--max-cost` cannot be `{why}`: it must be dollars, such as `0.25`"));
    }
}
