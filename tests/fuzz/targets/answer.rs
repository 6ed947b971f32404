//! The reader of answers: the output of each endpoint, and the files in it.

use ideogram_client::fuzz::answer as read;
use ideogram_client::{Edit, Endpoint, Generate, OutputFile, Remix};
use ideogram_fuzz::{hold, json};
use serde_json::{Value, json as value};

#[test]
fn answer() {
    let image = value!({"url": "https://v3.fal.media/files/a/fox.png", "content_type": "image/png", "file_name": "fox.png", "file_size": 4_404_019});
    let right = vec![
        value!({"images": [image], "seed": 123_456}),
        value!({"images": [image, image, {"url": "data:image/png;base64,QQ=="}], "seed": 7, "later": {"more": [1]}}),
        value!({"images": [], "seed": 0}),
    ];
    hold("answer", &json(right), |body: Value| {
        each::<Generate>(&body);
        each::<Remix>(&body);
        each::<Edit>(&body);
    });
}

fn each<E: Endpoint>(body: &Value) {
    let text = serde_json::to_vec(body).unwrap();
    let files = OutputFile::all_in(E::INFO, body);
    match read::<E::Output>(&text) {
        Ok(output) => {
            let written = serde_json::to_vec(&output).unwrap();
            let again = read::<E::Output>(&written).unwrap();
            assert_eq!(serde_json::to_vec(&again).unwrap(), written, "it is not read again as it was written");
            let value: Value = serde_json::from_slice(&written).unwrap();
            assert!(OutputFile::all_in(E::INFO, &value).len() >= files.len(), "a file is lost");
        }
        Err(told) => {
            let is_whole = body.is_object() && serde_json::from_slice::<Value>(&text).is_ok();
            assert!(!is_whole || told.contains('`'), "it does not say which field: {told}");
        }
    }
    for found in files {
        assert!(text.len() >= found.file.url.len(), "a file that is not in the answer");
    }
}
