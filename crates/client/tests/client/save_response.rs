//! An answer's files are saved in one call, into a folder or under a name.

#![allow(clippy::unwrap_used, reason = "a test may")]

use ideogram_client::{Client, GenerateInput, JsonInput, RequestState};
use ideogram_sandbox::Sandbox;
use serde_json::{Value, json};

async fn sandbox() -> (Sandbox, Client) {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let client = Client::builder().with_key("id:secret").with_base_url(sandbox.url()).build().unwrap();
    (sandbox, client)
}

#[tokio::test]
async fn one_call_saves_the_pictures_of_an_answer_under_a_name_or_into_a_folder() {
    let (sandbox, client) = sandbox().await;
    let folder = tempfile::tempdir().unwrap();
    let response = client.run(&GenerateInput::new("A fox")).await.unwrap();
    let named = folder.path().join("fox.png");
    assert_eq!(response.save_to(&named).await.unwrap().first().unwrap().path(), named);
    let new = folder.path().join("new/");
    let saved = response.save_to(&new).await.unwrap();
    assert_eq!(saved.len(), 1);
    assert!(
        saved.iter().all(|file| file.path().starts_with(&new) && std::fs::read(file).unwrap().starts_with(b"\x89PNG"))
    );
    assert_eq!(std::fs::read(&named).unwrap(), std::fs::read(&saved[0]).unwrap());
    sandbox.shutdown().await;
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_does_not_hide_that_the_picture_is_paid_for() {
    let (sandbox, client) = sandbox().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    std::fs::write(&file, "in the way").unwrap();
    let response = client.subscribe(&GenerateInput::new("A fox")).await.unwrap();
    let error = response.save_to(file.join("below/")).await.unwrap_err();
    assert!(error.is_file() && error.to_string().contains("cannot be made"), "{error}");
    assert_eq!(error.state(), Some(RequestState::Answered), "{error}");
    assert_eq!(error.file_url(), Some(response.images[0].url.as_str()));
    assert_eq!(error.request_id(), response.request_id());
    sandbox.shutdown().await;
}

#[tokio::test]
async fn an_endpoint_known_at_run_time_is_called_like_any_other() {
    let (sandbox, client) = sandbox().await;
    let input = JsonInput::new("generate", json!({"prompt": "A fox", "seed": 7})).unwrap();
    let response = client.subscribe(&input).await.unwrap();
    assert_eq!(response.output()["seed"], json!(7));
    assert_eq!(&serde_json::from_slice::<Value>(response.body()).unwrap(), response.output());
    let job = client.job_of(response.endpoint(), response.request_id().unwrap()).unwrap();
    let again = client.restore_json(&job.save()).unwrap().result().await.unwrap();
    assert_eq!(again.output(), response.output());
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(again.save_to(folder.path()).await.unwrap().len(), 1);
    sandbox.shutdown().await;
}
