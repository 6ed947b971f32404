use super::{Answer, IDS, Server, Workspace};
use std::net::TcpListener;

#[test]
fn what_is_no_document_is_refused() {
    let workspace = Workspace::new();
    let remix = workspace.text("upstream/remix.json");
    for (answer, expected) in [
        (Answer::ok("<!DOCTYPE html><html>"), ": is a web page (it starts with `<`) where a JSON document should be"),
        (Answer::ok(""), ": is empty where a JSON document should be"),
        (Answer::ok(&remix[..remix.len() / 2]), ": is cut off: EOF while parsing"),
        (Answer::ok(remix.clone()).cut(), ": broke off after "),
        (
            Answer::ok(r#"{"detail":"Application not found"}"#),
            ": is no OpenAPI document of `fal-ai/ideogram/v2/turbo/remix` but says `{\"detail\":\"Application not found\"}`",
        ),
        (
            Answer::ok(workspace.text("upstream/edit.json")),
            "#/info/x-fal-metadata/endpointId: describes \"fal-ai/ideogram/v2/turbo/edit\", not \
             `fal-ai/ideogram/v2/turbo/remix`: this is the document of another endpoint",
        ),
        (
            Answer::status("503 Service Unavailable", "", "<h1>no\u{1b}[2J\r\nserver</h1>"),
            ": answers 503 Service Unavailable: <h1>no [2J server</h1>",
        ),
        (Answer::status("204 No Content", "", ""), ": answers 204 No Content: no text"),
    ] {
        let text = workspace.refusal(answer);
        assert!(text.starts_with(expected), "{text}");
    }
}

#[test]
fn a_gigabyte_of_spaces_is_not_read() {
    let workspace = Workspace::new();
    for told in [true, false] {
        let text = workspace.refusal(Answer::Spaces { told });
        assert_eq!(text, ": is larger than 8 MiB: no description of an endpoint is");
    }
}

#[test]
fn a_server_that_says_nothing_is_not_waited_for() {
    assert_eq!(Workspace::new().refusal(Answer::Silence), ": took too long: try again later");
}

#[test]
fn a_redirect_to_another_host_is_refused_and_not_followed() {
    let workspace = Workspace::new();
    let other = TcpListener::bind("127.0.0.1:0").unwrap();
    other.set_nonblocking(true).unwrap();
    let port = other.local_addr().unwrap().port();
    for (location, why) in [
        (format!("http://localhost:{port}/x"), "which is another host"),
        (format!("http://127.0.0.1:{port}/x"), "which is another port or scheme"),
        ("elsewhere".to_owned(), "which is no absolute path"),
    ] {
        let text = workspace.refusal(Answer::status("302 Found", &format!("location: {location}\r\n"), ""));
        assert!(text.starts_with(&format!(": redirects to `{location}`, {why}: nothing was sent there")), "{text}");
    }
    assert_eq!(other.accept().unwrap_err().kind(), std::io::ErrorKind::WouldBlock, "somebody came");
    let round = format!("location: /x?endpoint_id={}\r\n", IDS[1].0);
    let text = workspace.refusal(Answer::status("307 Temporary Redirect", &round, ""));
    assert_eq!(text, ": redirects more than 3 times");
}

#[test]
fn a_server_that_is_not_there_is_named() {
    let workspace = Workspace::new();
    let free = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let text = workspace.fetch(&format!("http://{free}"), false).unwrap_err();
    assert!(text.starts_with(&format!("http://{free}/api/")) && text.contains(": cannot be had: "), "{text}");
    let plain = Server::start(workspace.answers());
    let text = workspace.fetch(&plain.url().replace("http:", "https:"), false).unwrap_err();
    assert!(text.contains(": cannot be had: "), "TLS with a server that speaks none: {text}");
    let text = workspace.fetch("http://example.com", false).unwrap_err();
    assert_eq!(text, "`--from http://example.com`: documents are fetched over `https://` only, or from this machine");
}

#[test]
fn a_lock_that_is_none_stops_everything() {
    let workspace = Workspace::new();
    let server = Server::start(workspace.answers());
    std::fs::write(workspace.path("upstream.lock"), "[[document]]\nfile = 1\n").unwrap();
    let text = workspace.fetch(&server.url(), false).unwrap_err();
    assert!(text.starts_with("openapi/upstream.lock: "), "{text}");
    assert_eq!(server.asked(), [] as [String; 0]);
}
