use crate::{Answer, Bench, KEY, endpoint, quick};
use ideogram_sandbox::Service;
use serde_json::{Value, json};
use std::net::SocketAddr;

/// Calls by a `Host`, as a program behind a hosts file does.
async fn call(bench: &Bench, method: &str, host: &str, path: &str, body: Option<&Value>) -> Answer {
    let request = bench.client.request(method.parse().unwrap(), bench.url(path)).header("host", host);
    let request = request.header("authorization", KEY);
    bench
        .send(match body {
            Some(body) => request.json(body),
            None => request,
        })
        .await
}

fn urls(answer: &Value) -> [&str; 3] {
    ["status_url", "response_url", "cancel_url"].map(|name| answer[name].as_str().unwrap())
}

#[tokio::test]
async fn the_urls_of_an_answer_lead_back_by_the_host_that_was_called() {
    let bench = Bench::new(quick()).await;
    let id = endpoint("generate");
    let port = bench.sandbox.url().rsplit_once(':').unwrap().1.to_owned();
    for (host, path, queue, cdn) in [
        (
            "queue.fal.run".to_owned(),
            format!("/{id}"),
            "http://queue.fal.run".to_owned(),
            "http://v3.fal.media".to_owned(),
        ),
        (
            "queue.falrun.com:80".to_owned(),
            format!("/{id}"),
            "http://queue.falrun.com".to_owned(),
            "http://v3.fal.media".to_owned(),
        ),
        (
            format!("localhost:{port}"),
            format!("/queue/{id}"),
            format!("http://localhost:{port}/queue"),
            format!("http://localhost:{port}/cdn"),
        ),
    ] {
        let submitted = call(&bench, "POST", &host, &path, Some(&json!({ "prompt": "a" }))).await.json();
        for url in urls(&submitted) {
            assert!(url.starts_with(&format!("{queue}/fal-ai/ideogram/requests/")), "{url}");
        }
        let request = submitted["request_id"].as_str().unwrap();
        bench.until(request, "COMPLETED").await;
        let path = url::Url::parse(submitted["status_url"].as_str().unwrap()).unwrap().path().to_owned();
        let status = call(&bench, "GET", &host, &path, None).await.json();
        assert_eq!(urls(&status), urls(&submitted), "a handle read back equals the first one");
        let result = call(&bench, "GET", &host, path.strip_suffix("/status").unwrap(), None).await.json();
        let picture = result["images"][0]["url"].as_str().unwrap();
        assert!(picture.starts_with(&format!("{cdn}/files/b/")), "{picture}");
        // Whoever asks by another way is told of that way.
        let elsewhere = bench.result(request).await.json();
        assert!(elsewhere["images"][0]["url"].as_str().unwrap().starts_with(&bench.sandbox.cdn_url()));
    }
}

#[tokio::test]
async fn every_address_of_a_file_is_one_under_which_it_is_an_input() {
    let bench = Bench::new(quick().service_ports(true)).await;
    let output = bench.post(&format!("/run/{}", endpoint("generate")), &json!({ "prompt": "a" })).await.json();
    let url = output["images"][0]["url"].as_str().unwrap().to_owned();
    let path = url.strip_prefix(&bench.sandbox.cdn_url()).unwrap();
    let cdn = bench.sandbox.service_urls().iter().find(|(service, _)| *service == Service::Cdn).unwrap().1.clone();
    for origin in [
        bench.sandbox.cdn_url(),
        bench.sandbox.cdn_url().replace("127.0.0.1", "localhost"),
        format!("{}/_sandbox/cdn", bench.sandbox.url()),
        cdn,
        "https://v3.fal.media".to_owned(),
        "https://v3.fal.media:443".to_owned(),
        "https://v3b.fal.media".to_owned(),
        "http://host.containers.internal:8787/cdn".to_owned(),
    ] {
        let body = json!({ "prompt": "a", "image_url": format!("{origin}{path}") });
        let remix = bench.post(&format!("/run/{}", endpoint("remix")), &body).await;
        assert_eq!(remix.status, 200, "{origin}: {remix:?}");
    }
    let unknown = json!({ "prompt": "a", "image_url": "https://v3.fal.media/files/b/0/image.png" });
    assert_eq!(bench.post(&format!("/run/{}", endpoint("remix")), &unknown).await.status, 422);
}

#[tokio::test]
async fn a_client_that_resolves_fals_hosts_to_the_sandbox_needs_nothing_else() {
    let bench = Bench::new(quick().tls(true)).await;
    let address: SocketAddr = bench.sandbox.url().strip_prefix("https://").unwrap().parse().unwrap();
    let client = crate::client_with(bench.sandbox.authority_pem(), |builder| {
        Service::ALL
            .iter()
            .flat_map(|service| service.hosts())
            .fold(builder, |builder, host| builder.resolve(host, address))
    });
    let port = address.port();
    let get = async |url: &str| client.get(url).header("authorization", KEY).send().await.unwrap();
    let submit = client.post(format!("https://queue.fal.run:{port}/{}", endpoint("generate")));
    let submitted = submit.header("authorization", KEY).json(&json!({ "prompt": "a" })).send().await.unwrap();
    let submitted: Value = submitted.json().await.unwrap();
    bench.until(submitted["request_id"].as_str().unwrap(), "COMPLETED").await;
    // Each step goes where the one before said, over HTTP/2.
    let status: Value = get(submitted["status_url"].as_str().unwrap()).await.json().await.unwrap();
    let result: Value = get(status["response_url"].as_str().unwrap()).await.json().await.unwrap();
    let picture = result["images"][0]["url"].as_str().unwrap();
    assert!(picture.starts_with(&format!("https://v3.fal.media:{port}/files/b/")), "{picture}");
    let picture = get(picture).await;
    assert_eq!((picture.status().as_u16(), picture.version()), (200, http::Version::HTTP_2));
    let token = client.post(format!("https://rest.fal.ai:{port}/storage/auth/token?storage_type=fal-cdn-v3"));
    let token: Value = token.header("authorization", KEY).send().await.unwrap().json().await.unwrap();
    assert_eq!(token["base_url"], format!("https://v3.fal.media:{port}"));
}

#[tokio::test]
async fn a_service_on_its_own_port_names_the_ports_of_the_others() {
    let bench = Bench::new(quick().service_ports(true)).await;
    let urls = bench.sandbox.service_urls();
    let of = |service| &urls.iter().find(|(one, _)| *one == service).unwrap().1;
    let run = bench.client.post(format!("{}/{}", of(Service::Run), endpoint("generate"))).header("authorization", KEY);
    let output = bench.send(run.json(&json!({ "prompt": "a" }))).await.json();
    let picture = output["images"][0]["url"].as_str().unwrap();
    assert!(picture.starts_with(&format!("{}/files/b/", of(Service::Cdn))), "{picture}");
    assert!(bench.bytes(picture).await.starts_with(b"\x89PNG"));
}

#[tokio::test]
async fn through_the_proxy_calls_are_named_as_the_target_and_files_as_the_proxy() {
    let bench = Bench::new(quick()).await;
    let proxy = |target: String| bench.client.post(bench.url("/api/fal/proxy")).header("x-fal-target-url", target);
    let id = endpoint("generate");
    let request = proxy(format!("https://queue.fal.run/{id}")).json(&json!({ "prompt": "a" }));
    let submitted = bench.send(request).await.json();
    for url in urls(&submitted) {
        assert!(url.starts_with("https://queue.fal.run/fal-ai/ideogram/requests/"), "{url}");
    }
    let request = proxy(format!("https://fal.run/{id}")).json(&json!({ "prompt": "a" }));
    let output = bench.send(request).await.json();
    let picture = output["images"][0]["url"].as_str().unwrap();
    assert!(picture.starts_with(&bench.sandbox.cdn_url()), "a browser fetches it by itself: {picture}");
}
