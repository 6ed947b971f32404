#![allow(
    clippy::panic,
    dead_code,
    missing_docs,
    clippy::all,
    clippy::pedantic,
    clippy::unwrap_used,
    clippy::indexing_slicing
)]
#[path = "../tests/support/queue_server.rs"]
mod queue_server;
use ideogram_client::*;
use std::io::{Read, Write};
use std::time::Instant;
fn cpu() -> u64 {
    std::fs::read_to_string("/proc/thread-self/schedstat").unwrap().split(' ').next().unwrap().parse().unwrap()
}
fn server() -> String {
    let l = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let u = format!("http://{}", l.local_addr().unwrap());
    std::thread::spawn(move || {
        for s in l.incoming() {
            let mut s = s.unwrap();
            s.set_nodelay(true).unwrap();
            std::thread::spawn(move || {
                let mut b = vec![0u8; 8192];
                let mut have = 0;
                let body = r#"{"images":[{"url":"https://v3.fal.media/files/monkey/cNaoxPl0YAWYb-QVBvO9F_image.png","content_type":"image/png","file_name":"image.png","file_size":123456}],"seed":123456}"#;
                let resp = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\nx-fal-request-id: 764cabcf-b745-4b3e-ae38-1200304cf45b\r\ncontent-length: {}\r\n\r\n{body}",
                    body.len()
                );
                loop {
                    let n = s.read(&mut b[have..]).unwrap_or(0);
                    if n == 0 {
                        return;
                    }
                    have += n;
                    let t = String::from_utf8_lossy(&b[..have]).to_lowercase();
                    if let Some(h) = t.find("\r\n\r\n") {
                        let len: usize = t
                            .split("content-length: ")
                            .nth(1)
                            .map(|x| x.split("\r\n").next().unwrap().parse().unwrap())
                            .unwrap_or(0);
                        if have >= h + 4 + len {
                            have = 0;
                            s.write_all(resp.as_bytes()).unwrap();
                        }
                    }
                }
            });
        }
    });
    u
}
fn rss() -> String {
    std::fs::read_to_string("/proc/self/status").unwrap().lines().find(|l| l.starts_with("VmHWM")).unwrap().to_owned()
}
static HAND: std::sync::OnceLock<reqwest::Client> = std::sync::OnceLock::new();
fn follow(jobs: usize, lo: usize, hi: usize, h2: bool, wave: usize) {
    let (tx, rx) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
            let s = queue_server::QueueServer::start().await;
            tx.send(s).unwrap();
            std::future::pending::<()>().await
        })
    });
    let server = rx.recv().unwrap();
    let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut b = Client::builder().with_key("a:b").with_base_url(&server.url);
    if h2 {
        b = b.with_http(|h| h.http2_prior_knowledge());
    }
    let client = b.build().unwrap();
    let hand = std::env::var_os("HAND").is_some();
    let s2 = server.clone();
    let (t, c) = (Instant::now(), cpu());
    let mut lags: Vec<f64> = rt.block_on(async move {
        use futures_util::StreamExt;
        futures_util::stream::iter(0..jobs)
            .map(|i| {
                let client = client.clone();
                let s = s2.clone();
                tokio::spawn(async move {
                    let input = GenerateInput::new((lo + (i * 7919 % jobs) * (hi - lo) / jobs).to_string());
                    if hand {
                        let h = HAND.get_or_init(|| {
                            let _ = rustls::crypto::ring::default_provider().install_default();
                            reqwest::Client::builder().no_proxy().build().unwrap()
                        });
                        let q: serde_json::Value = h
                            .post(format!("{}/queue/fal-ai/ideogram/v2/turbo", s.url))
                            .header("authorization", "Key a:b")
                            .json(&input)
                            .send()
                            .await
                            .unwrap()
                            .json()
                            .await
                            .unwrap();
                        let id = q["request_id"].as_str().unwrap();
                        let mut st = h
                            .get(format!("{}/queue/fal-ai/ideogram/requests/{id}/status/stream", s.url))
                            .header("authorization", "Key a:b")
                            .send()
                            .await
                            .unwrap()
                            .bytes_stream();
                        while let Some(c) = st.next().await {
                            if c.unwrap().windows(9).any(|w| w == b"COMPLETED") {
                                break;
                            }
                        }
                        let o: Output = h
                            .get(format!("{}/queue/fal-ai/ideogram/requests/{id}", s.url))
                            .header("authorization", "Key a:b")
                            .send()
                            .await
                            .unwrap()
                            .json()
                            .await
                            .unwrap();
                        assert_eq!(o.seed, 7);
                        return s.done_at(id).elapsed().as_secs_f64() * 1e3;
                    }
                    let r = client.subscribe(&input).await.unwrap();
                    s.done_at(r.request_id().unwrap()).elapsed().as_secs_f64() * 1e3
                })
            })
            .buffer_unordered(wave)
            .map(|r| r.unwrap())
            .collect()
            .await
    });
    let (wall, cpu) = (t.elapsed(), cpu() - c);
    lags.sort_by(f64::total_cmp);
    println!(
        "jobs {jobs} h2 {h2} wave {wave}: wall {wall:?} (ideal {hi} ms a wave) lag p50 {:.2} p95 {:.2} max {:.1} ms; cpu a job {:.0} us; conns {}; requests a job {:.2}; {}",
        lags[jobs / 2],
        lags[jobs * 95 / 100],
        lags[jobs - 1],
        cpu as f64 / jobs as f64 / 1e3,
        server.most_open.load(std::sync::atomic::Ordering::SeqCst),
        server.requests.load(std::sync::atomic::Ordering::SeqCst) as f64 / jobs as f64,
        rss()
    );
}
fn main() {
    if let Some(a) = std::env::args().nth(1) {
        let v: Vec<usize> = a.split(',').map(|x| x.parse().unwrap()).collect();
        follow(v[0], v[1], v[2], v[3] == 1, v[4]);
        return;
    }

    let url = server();
    let rt = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let n = 20000u64;
    let t0 = Instant::now();
    let client = Client::builder().with_key("a:b").with_base_url(&url).build().unwrap();
    println!("build {:?}", t0.elapsed());
    let _ = rustls::crypto::ring::default_provider().install_default();
    let plain = reqwest::Client::builder().no_proxy().build();
    let plain = match plain {
        Ok(p) => p,
        Err(e) => panic!("{e:?}"),
    };
    let input = GenerateInput::new("A comic style illustration of a skeleton sitting on a toilet in a bathroom.");
    for _ in 0..3 {
        rt.block_on(async {
            let c = cpu();
            for _ in 0..n {
                let r = client.run(&input).await.unwrap();
                std::hint::black_box(&r.seed);
            }
            let ours = cpu() - c;
            let u = format!("{url}/run/fal-ai/ideogram/v2/turbo");
            let c = cpu();
            for _ in 0..n {
                let r: Output = plain
                    .post(&u)
                    .header("authorization", "Key a:b")
                    .json(&input)
                    .send()
                    .await
                    .unwrap()
                    .error_for_status()
                    .unwrap()
                    .json()
                    .await
                    .unwrap();
                std::hint::black_box(&r.seed);
            }
            let theirs = cpu() - c;
            println!("ours {} reqwest {} ratio {:.3}", ours / n, theirs / n, ours as f64 / theirs as f64);
        });
    }
}
