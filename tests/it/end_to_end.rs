//! The whole way on real sockets: client, sandbox, pictures, for every endpoint, in one piece and through the queue.

use ideogram_client::{
    AspectRatio, CallInput, Client, Edit, EditInput, Endpoint, GenerateInput, Output, QueueState, RemixInput, Strength,
    Style, UnknownText,
};
use ideogram_sandbox::Sandbox;
use std::time::Duration;

async fn sandbox() -> (Sandbox, Client) {
    let sandbox = Sandbox::builder().service_time(Duration::from_millis(20)).start().await.unwrap();
    let client = Client::builder().with_base_url(sandbox.url()).with_key("id:secret").build().unwrap();
    (sandbox, client)
}

/// Width and height from a PNG's header.
fn png_size(bytes: &[u8]) -> (u32, u32) {
    assert_eq!(&bytes[..8], b"\x89PNG\r\n\x1a\n");
    let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap());
    (number(16), number(20))
}

/// Calls the endpoint both ways; the same input and seed must give the same bytes.
async fn both_ways(client: &Client, input: &impl CallInput<Output = Output>) -> Vec<u8> {
    let run = client.run(input).await.unwrap();
    assert!(run.request_id().is_some());
    let queued = client.subscribe(input).await.unwrap();
    assert_eq!((run.seed.get(), queued.seed.get()), (Some(7), Some(7)));
    let first = client.image(&run.images[0]).bytes().await.unwrap();
    let second = client.image(&queued.images[0]).bytes().await.unwrap();
    assert_eq!(first, second, "the same input and seed gave two pictures");
    first.to_vec()
}

#[tokio::test]
async fn generate_draws_the_shape_that_was_asked_for() {
    let (sandbox, client) = sandbox().await;
    for ratio in AspectRatio::ALL {
        let input = GenerateInput::new("a fox").with_aspect_ratio(ratio.clone()).with_seed(7);
        let output = client.run(&input).await.unwrap();
        let (width, height) = png_size(&client.image(&output.images[0]).bytes().await.unwrap());
        let (across, down) = ratio.as_str().split_once(':').unwrap();
        let asked = across.parse::<f64>().unwrap() / down.parse::<f64>().unwrap();
        let drawn = f64::from(width) / f64::from(height);
        assert!((drawn / asked - 1.0).abs() < 0.02, "{ratio}: {width} x {height}");
    }
    let input = GenerateInput::new("a fox").with_style(Style::Design).with_seed(7);
    assert_eq!(png_size(&both_ways(&client, &input).await), (1024, 1024));
    sandbox.shutdown().await;
}

#[tokio::test]
async fn remix_and_edit_start_from_a_picture() {
    let (sandbox, client) = sandbox().await;
    let source = client.run(&GenerateInput::new("the source").with_seed(7)).await.unwrap();
    let source = &source.images[0].url;
    let remix = RemixInput::new("another", source).with_strength(Strength::new(0.3).unwrap()).with_seed(7);
    assert_eq!(png_size(&both_ways(&client, &remix).await), (1024, 1024));
    // The documentation's own example, whose picture and mask the sandbox has stand-ins for.
    let example = |name: &str| -> String { serde_json::from_str(Edit::INFO.input(name).unwrap().examples[0]).unwrap() };
    let edit = EditInput::new("a shield", example("image_url"), example("mask_url")).with_seed(7);
    both_ways(&client, &edit).await;
    sandbox.shutdown().await;
}

#[tokio::test]
async fn a_job_can_be_looked_at_and_come_back_to() {
    let (sandbox, client) = sandbox().await;
    let job = client.submit(&GenerateInput::new("a fox").with_seed(7)).await.unwrap();
    let id = job.request_id().to_owned();
    assert!(job.status().await.unwrap().status.is_known());
    let output = job.wait().await.unwrap();
    assert_eq!(output.seed, 7);
    let again = client.job::<ideogram_client::Generate>(id).unwrap();
    assert_eq!(again.status().await.unwrap().status, QueueState::Completed);
    assert_eq!(again.result().await.unwrap().output(), output.output());
    sandbox.shutdown().await;
}

#[tokio::test]
async fn a_data_uri_is_an_image_like_any_other() {
    let (sandbox, client) = sandbox().await;
    let output = client.run(&GenerateInput::new("a fox").with_seed(7).with_sync_mode(true)).await.unwrap();
    assert!(output.images[0].url.starts_with("data:image/png;base64,"));
    assert_eq!(png_size(&client.image(&output.images[0]).bytes().await.unwrap()), (1024, 1024));
    sandbox.shutdown().await;
}

#[tokio::test]
async fn what_the_server_refuses_is_one_sentence_with_the_field() {
    let (sandbox, client) = sandbox().await;
    let input = GenerateInput::new("a fox").with_style(Style::from("watercolour"));
    let refused: Result<Style, UnknownText> = "watercolour".parse();
    assert!(refused.is_err());
    for error in [client.run(&input).await.unwrap_err(), client.subscribe(&input).await.unwrap_err()] {
        assert!(error.is_validation() && !error.may_have_been_accepted(), "{error}");
        assert_eq!(error.status().map(|status| status.as_u16()), Some(422));
        let sentence = error.to_string();
        assert!(sentence.contains("style") && sentence.contains("'auto'") && !sentence.contains('\n'), "{sentence}");
    }
    sandbox.shutdown().await;
}
