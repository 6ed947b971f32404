//! Calls a server on this machine with its own `reqwest` and with the client, and prints what both got.

use ideogram_client::{Client, GenerateInput};
use std::error::Error;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

const ANSWER: &str = r#"{"images":[],"seed":7}"#;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}", listener.local_addr()?);
    tokio::spawn(serve(listener));

    let client = Client::builder().with_base_url(&url).with_key("id:secret").build()?;
    let own = reqwest::get(&url).await?.text().await?;
    let response = client.run(&GenerateInput::new("A fox reading a map, poster")).await?;
    println!("own {own}, seed {}", response.seed);
    Ok(())
}

/// Answers every request with the same JSON.
async fn serve(listener: TcpListener) {
    while let Ok((mut connection, _)) = listener.accept().await {
        tokio::spawn(async move {
            let mut request = [0; 4096];
            let _ = connection.read(&mut request).await;
            let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nconnection: close";
            let answer = format!("{head}\r\ncontent-length: {}\r\n\r\n{ANSWER}", ANSWER.len());
            let _ = connection.write_all(answer.as_bytes()).await;
            let _ = connection.shutdown().await;
        });
    }
}
