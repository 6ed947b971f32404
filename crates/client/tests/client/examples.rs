//! Every example runs against a sandbox.

#![allow(
    dead_code,
    missing_docs,
    unreachable_pub,
    clippy::duplicate_mod,
    clippy::indexing_slicing,
    clippy::missing_errors_doc,
    clippy::unwrap_used,
    reason = "the examples bring what they need to be programs"
)]

use ideogram_client::Client;
use ideogram_sandbox::Sandbox;

macro_rules! examples {
    ($($name:ident = $path:literal, $test:ident;)+) => {$(
        #[path = $path]
        mod $name;

        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $test() {
            let (client, sandbox) = sandbox().await;
            $name::run(client).await.unwrap();
            sandbox.shutdown().await;
        }
    )+};
}

examples! {
    quickstart = "../../examples/quickstart.rs", the_quickstart_runs;
    progress = "../../examples/progress.rs", the_example_of_progress_runs;
    remix = "../../examples/remix.rs", the_example_of_remix_runs;
    edit = "../../examples/edit.rs", the_example_of_edit_runs;
    many = "../../examples/many.rs", the_example_of_many_jobs_runs;
    webhook = "../../examples/webhook.rs", the_example_of_a_webhook_runs;
    errors = "../../examples/errors.rs", the_example_of_errors_runs;
}

#[path = "../../examples/blocking.rs"]
mod blocking;

#[test]
fn the_blocking_example_runs() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (client, sandbox) = runtime.block_on(sandbox());
    blocking::run(&ideogram_client::blocking::Client::new(client).unwrap()).unwrap();
    runtime.block_on(sandbox.shutdown());
}

async fn sandbox() -> (Client, Sandbox) {
    let sandbox = Sandbox::builder().start().await.unwrap();
    let client = Client::builder().with_key("sandbox:key").with_base_url(sandbox.url()).build().unwrap();
    (client, sandbox)
}
