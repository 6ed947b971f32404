//! An endpoint that this workspace does not know, called through models that `cargo xtask codegen --document` made of its
//! document: by the client's own methods, over a real socket.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may")]

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use ideogram_client::{Client, Endpoint, JsonInput, LostReply, RequestState};
use ideogram_from_document::{
    ImageSize, ImageSizeHeight, ImageSizeWidth, Input, Output, PicturePart, ScenePart, StudioCompose,
    StudioComposeInputFrameRate, StudioComposeInputPartsItem as Part, StudioComposeInputSizeEnum as Size, TextPart,
};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What was submitted, in order.
type Seen = Arc<Mutex<Vec<Value>>>;

/// A service that has one job: it speaks fal's protocol as far as it is called here.
struct Service {
    url: String,
    seen: Seen,
}

impl Service {
    /// Starts one whose first submit is accepted and answered by a gateway that knows nothing of it, where `loses` says so.
    async fn start(loses: bool) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let seen = Seen::default();
        let submit = move |State(seen): State<Seen>, Json(input): Json<Value>| async move {
            seen.lock().unwrap().push(input);
            if loses && seen.lock().unwrap().len() == 1 {
                return StatusCode::BAD_GATEWAY.into_response();
            }
            Json(json!({"status": "IN_QUEUE", "request_id": "7"})).into_response()
        };
        let base = url.clone();
        let result = move |State(seen): State<Seen>| async move { result(&seen.lock().unwrap()[0], &base) };
        let status = || async { Json(json!({"status": "COMPLETED", "request_id": "7"})) };
        let history = |State(seen): State<Seen>| async move {
            let inputs = seen.lock().unwrap().clone();
            let items = inputs.iter().map(|input| json!({"request_id": "7", "json_input": input}));
            Json(json!({"items": items.collect::<Vec<_>>(), "has_more": false}))
        };
        let file = |Path(name): Path<String>| async move { ([(header::CONTENT_TYPE, "text/plain")], name) };
        let jobs = "/queue/fal-ai/studio/requests/7";
        let router = Router::new()
            .route("/queue/fal-ai/studio/compose", post(submit))
            .route(&format!("{jobs}/status"), get(status))
            .route(jobs, get(result))
            .route("/platform/v1/models/requests/by-endpoint", get(history))
            .route("/files/{name}", get(file))
            .with_state(seen.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, seen }
    }

    fn client(&self) -> Client {
        Client::builder().with_key("id:secret").with_base_url(&self.url).build().unwrap()
    }
}

/// The answer to an input: a film of a scene a part; a film of nothing is refused.
fn result(input: &Value, base: &str) -> Response {
    if input["prompt"] == "nothing" {
        let detail = json!([{"loc": ["body", "parts", 0, "text"], "msg": "String should have at least 1 character",
            "type": "string_too_short", "ctx": {"min_length": 1}}]);
        return (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({"detail": detail}))).into_response();
    }
    let file = |name: &str| json!({"url": format!("{base}/files/{name}"), "content_type": "text/plain"});
    let parts = input["parts"].as_array().cloned().unwrap_or_default();
    let scenes = parts.iter().map(|part| json!({"title": "A scene", "cover": file("cover.txt"), "part": part}));
    let scenes: Vec<Value> = scenes.collect();
    Json(json!({"scenes": scenes, "film": file("film.txt"), "extras": {"script": file("script.txt")}, "seed": 7}))
        .into_response()
}

fn input() -> Input {
    let parts = vec![
        Part::from(TextPart::new("text", "Once upon a time")),
        Part::from(PicturePart::new("picture", "https://example.com/fox.png").with_seconds(2.5)),
    ];
    Input::new("A fox")
        .with_size(ImageSize::new(ImageSizeWidth::new(1280).unwrap(), ImageSizeHeight::new(720).unwrap()))
        .with_parts(parts)
        .with_frame_rate(StudioComposeInputFrameRate::from(30))
        .with_seed(7)
}

#[tokio::test]
async fn it_is_submitted_followed_and_its_files_saved() {
    let service = Service::start(false).await;
    let client = service.client();
    let response = client.subscribe(&input()).await.unwrap();
    let output: &Output = response.output();
    assert_eq!(output.seed, 7);
    let parts: Vec<&ScenePart> = output.scenes.iter().filter_map(|scene| scene.part.as_ref()).collect();
    assert!(matches!(parts[0], ScenePart::TextPart(part) if part.text == "Once upon a time"), "{parts:?}");
    assert!(matches!(parts[1], ScenePart::PicturePart(part) if part.seconds == Some(2.5)), "{parts:?}");
    let sent = json!({"prompt": "A fox", "size": {"width": 1280, "height": 720}, "frame_rate": 30, "seed": 7, "parts": [
        {"kind": "text", "text": "Once upon a time"},
        {"kind": "picture", "picture_url": "https://example.com/fox.png", "seconds": 2.5},
    ]});
    assert_eq!(*service.seen.lock().unwrap(), [sent]);

    let folder = tempfile::tempdir().unwrap();
    let saved = response.save_to(format!("{}/", folder.path().display())).await.unwrap();
    let texts: Vec<String> = saved.iter().map(|file| std::fs::read_to_string(file.path()).unwrap()).collect();
    assert_eq!(texts, ["cover.txt", "cover.txt", "film.txt", "script.txt"]);

    let job = client.submit(&Input::new("A fox").with_size(Size::SquareHd)).await.unwrap();
    assert_eq!(
        client.job::<StudioCompose>(job.request_id()).unwrap().wait().await.unwrap().film.content_type.as_deref(),
        Some("text/plain")
    );
}

#[tokio::test]
async fn what_the_model_refuses_names_the_field() {
    let service = Service::start(false).await;
    let error = service.client().subscribe(&Input::new("nothing")).await.unwrap_err();
    assert_eq!(error.status().map(|status| status.as_u16()), Some(422), "{error}");
    let detail = &error.details()[0];
    assert_eq!(detail.location().to_string(), "body.parts[0].text");
    assert_eq!(detail.type_.as_str(), "string_too_short");
}

#[tokio::test]
async fn a_lost_reply_is_found_again_in_the_history() {
    let service = Service::start(true).await;
    let error = service.client().submit(&input()).await.unwrap_err();
    assert_eq!(error.state(), Some(RequestState::Unknown), "{error}");

    let service = Service::start(true).await;
    let patience = LostReply::look_up(Duration::from_secs(10));
    let response = service.client().subscribe(&input()).on_lost_reply(patience).await.unwrap();
    assert_eq!((response.request_id(), response.film.url.ends_with("film.txt")), (Some("7"), true));
    assert_eq!(service.seen.lock().unwrap().len(), 1, "nothing is bought twice");
}

#[tokio::test]
async fn an_input_as_json_and_a_local_path_are_checked_by_its_table() {
    let service = Service::start(false).await;
    let misspelled = JsonInput::of(StudioCompose::INFO, json!({"prompt": "A fox", "part": []})).unwrap_err();
    assert!(misspelled.is_input() && misspelled.to_string().contains("did you mean `parts`"), "{misspelled}");
    let path = Input::new("A fox").with_image_urls(vec!["fox.png".to_owned()]);
    let error = service.client().submit(&path).await.unwrap_err();
    assert!(error.is_input() && error.to_string().contains("image_urls[0]"), "{error}");
    assert_eq!(service.seen.lock().unwrap().len(), 0);
}
