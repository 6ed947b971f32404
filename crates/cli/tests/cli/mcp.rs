//! Sessions of an MCP client: what is bought once, what is refused, and that stdout carries the protocol alone.

use crate::server::{Reply, Server, queue};
use crate::support::{Place, png, until};
use crate::uploads::{large, storage};
use ideogram_cli::ledger::{Ledger, Row, State};
use serde_json::{Value, json};
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// A client that has shaken hands.
struct Client {
    child: Child,
    stdin: Option<ChildStdin>,
    stdout: BufReader<ChildStdout>,
    id: u64,
    /// The progress that came.
    progress: Vec<String>,
}

impl Client {
    fn start(place: &Place, server: &Server, arguments: &str) -> Self {
        let mut command = place.calling(server);
        command.arg("mcp").args(arguments.split_whitespace()).stdin(Stdio::piped());
        let mut child = command.spawn().expect("the binary starts");
        let stdout = BufReader::new(child.stdout.take().expect("its stdout"));
        let stdin = child.stdin.take();
        let mut client = Self { child, stdin, stdout, id: 0, progress: Vec::new() };
        let hello = json!({"protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"}});
        let answer = client.ask("initialize", &hello);
        assert_eq!(answer["result"]["serverInfo"]["name"], "ideogram", "{answer}");
        client.send(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        client
    }

    fn send(&mut self, message: &Value) {
        writeln!(self.stdin.as_mut().expect("its stdin is open"), "{message}").expect("it reads");
    }

    /// Sends a request without waiting for its answer.
    fn begin(&mut self, method: &str, parameters: &Value) -> u64 {
        self.id += 1;
        let id = self.id;
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": parameters}));
        id
    }

    fn answer(&mut self, id: u64) -> Value {
        loop {
            let mut line = String::new();
            assert!(self.stdout.read_line(&mut line).expect("its stdout") > 0, "it has ended");
            let message: Value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
            if message["method"] == "notifications/progress" {
                self.progress.push(message["params"]["message"].as_str().expect("words").to_owned());
            }
            if message["id"] == id {
                return message;
            }
        }
    }

    fn ask(&mut self, method: &str, parameters: &Value) -> Value {
        let id = self.begin(method, parameters);
        self.answer(id)
    }

    fn begin_call(&mut self, tool: &str, arguments: &Value) -> u64 {
        self.begin("tools/call", &json!({"name": tool, "arguments": arguments, "_meta": {"progressToken": 1}}))
    }

    /// The result of a tool.
    fn call(&mut self, tool: &str, arguments: &Value) -> Value {
        let id = self.begin_call(tool, arguments);
        self.answer(id)["result"].clone()
    }

    /// What a call was refused with: kind and message.
    fn refused(&mut self, tool: &str, arguments: &Value) -> (String, String) {
        let result = self.call(tool, arguments);
        assert_eq!(result["isError"], true, "{result}");
        let error = &result["structuredContent"]["error"];
        (error["kind"].as_str().unwrap().to_owned(), error["message"].as_str().unwrap().to_owned())
    }

    fn end(self) {
        self.ended_by(None, 0);
    }

    /// Ends it by a signal, or else by the end of its input, and waits until it has ended with that code.
    fn ended_by(mut self, signal: Option<&str>, code: i32) {
        match signal {
            Some(name) => {
                let id = self.child.id().to_string();
                assert!(Command::new("kill").args([name, &id]).status().expect("`kill` runs").success());
            }
            None => drop(self.stdin.take()),
        }
        assert_eq!(self.child.wait().expect("it ends").code(), Some(code));
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // A test that has failed leaves it running.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn prompt(words: &str) -> Value {
    json!({ "prompt": words })
}

/// A service whose jobs end when `done` says so, each request with an id of its own.
fn slow() -> (Server, Arc<AtomicBool>) {
    let done = Arc::new(AtomicBool::new(false));
    let ended = Arc::clone(&done);
    let server = Server::start(move |request| {
        let path = request.target.split('?').next().unwrap_or_default().to_owned();
        if ended.load(Ordering::SeqCst) || request.method != "GET" {
            return queue(request, &png(64, 48));
        }
        match path.as_str() {
            path if path.ends_with("/status/stream") => Reply::Json(404, json!({"detail": "Not found"})),
            path if path.ends_with("/status") => {
                Reply::Json(200, json!({"status": "IN_PROGRESS", "request_id": crate::server::ID}))
            }
            _ => Reply::Json(400, json!({"detail": "Request is still in progress"})),
        }
    });
    (server, done)
}

#[test]
fn a_picture_is_bought_delivered_and_bought_again_only_then() {
    let (place, server) = (Place::new(), Server::start(|request| queue(request, &png(64, 48))));
    let mut client = Client::start(&place, &server, "--root .");
    let result = client.call("generate", &prompt("fox"));
    assert_eq!(result["isError"], false, "{result}");
    assert_eq!(result["structuredContent"]["job"]["price"], json!({"amount": "0.05", "currency": "USD"}));
    assert_eq!(result["content"][1]["mimeType"], "image/png");
    let path = result["structuredContent"]["files"][0]["path"].as_str().unwrap();
    assert!(std::path::Path::new(path).parent().is_some_and(|folder| folder.ends_with("work")), "{path}");
    assert!(!client.progress.is_empty(), "it tells how it stands");
    client.call("generate", &prompt("fox"));
    assert_eq!(server.count("POST", "/turbo"), 2, "the first was delivered");
    let tools = client.ask("tools/list", &json!({}));
    let names: Vec<&str> =
        tools["result"]["tools"].as_array().unwrap().iter().map(|tool| tool["name"].as_str().unwrap()).collect();
    for info in ideogram_schema::ENDPOINTS {
        assert!(names.contains(&info.verb), "{names:?}");
    }
    client.end();
}

#[test]
fn a_large_picture_is_a_link_that_can_be_read_and_a_small_copy() {
    let (place, server) = (Place::new(), Server::start(|request| queue(request, &png(1_200, 800))));
    let size = png(1_200, 800).len();
    let mut client = Client::start(&place, &server, &format!("--max-image-bytes {}", size / 2));
    let result = client.call("generate", &prompt("fox"));
    let content = result["content"].as_array().unwrap();
    assert_eq!(content[1]["type"], "resource_link", "{result}");
    let read = client.ask("resources/read", &json!({"uri": content[1]["uri"]}));
    assert!(read["result"]["contents"][0]["blob"].as_str().is_some_and(|blob| blob.len() > size), "{read}");
    let other = client.ask("resources/read", &json!({"uri": "file:///etc/hostname"}));
    assert_eq!(other["error"]["code"], -32002, "{other}");
    client.end();
}

#[test]
fn a_long_call_answers_with_its_job_and_nobody_pays_twice() {
    let (place, (server, done)) = (Place::new(), slow());
    let mut client = Client::start(&place, &server, "--wait 300ms");
    let open = client.call("generate", &prompt("fox"));
    let id = open["structuredContent"]["job"]["id"].clone();
    assert_eq!((id.is_i64(), &open["isError"]), (true, &false.into()), "{open}");
    assert_eq!(client.call("generate", &prompt("fox"))["structuredContent"]["job"]["id"], id, "the same purchase");
    let status = client.call("job_status", &json!({ "id": id }));
    assert_eq!(status["structuredContent"]["service"]["status"], "IN_PROGRESS", "{status}");
    assert_eq!(server.count("POST", "/turbo"), 1);
    // The server goes, and the next one knows the job.
    client.end();
    done.store(true, Ordering::SeqCst);
    let mut client = Client::start(&place, &server, "--wait 20s");
    let result = client.call("generate", &prompt("fox"));
    assert_eq!(result["structuredContent"]["job"]["id"], id, "{result}");
    assert_eq!(result["content"][1]["type"], "image", "{result}");
    assert_eq!(server.count("POST", "/turbo"), 1);
    assert_eq!(client.call("job_result", &json!({ "id": id }))["content"][1]["type"], "image", "asked for by its id");
    client.end();
}

#[test]
fn two_servers_on_one_ledger_that_get_the_same_call_at_once_buy_it_once() {
    let (place, (server, done)) = (Place::new(), slow());
    let mut clients = [Client::start(&place, &server, "--wait 20s"), Client::start(&place, &server, "--wait 20s")];
    // Until both have looked before either of them bought.
    let met = (1..=200).find(|number| {
        let call = prompt(&format!("fox {number}"));
        done.store(false, Ordering::SeqCst);
        let calls = clients.each_mut().map(|client| client.begin_call("generate", &call));
        let (tell, heard) = std::sync::mpsc::channel();
        let [refused, bought] = std::thread::scope(|scope| {
            for (client, call) in clients.iter_mut().zip(calls) {
                let tell = tell.clone();
                scope.spawn(move || tell.send(client.answer(call)["result"].clone()).unwrap());
            }
            // The job ends once the other server has been told that it is bought.
            let refused = heard.recv().unwrap();
            done.store(true, Ordering::SeqCst);
            [refused, heard.recv().unwrap()]
        });
        assert_eq!(server.count("POST", "/turbo"), *number, "{refused} {bought}");
        assert_eq!((&refused["isError"], &bought["isError"]), (&true.into(), &false.into()), "{refused} {bought}");
        refused.to_string().contains("has just begun this very call")
    });
    assert!(met.is_some(), "they never met");
    let [one, other] = clients;
    one.end();
    other.end();
}

#[test]
fn a_call_that_is_given_up_is_not_delivered_and_again_buys_another() {
    let (place, (server, done)) = (Place::new(), slow());
    let mut client = Client::start(&place, &server, "--wait 20s");
    let given_up = client.begin_call("generate", &prompt("fox"));
    server.wait_for("POST", "/turbo");
    client.send(&json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": {"requestId": given_up}}));
    let again = client.begin_call("generate", &json!({"prompt": "fox", "again": true}));
    server.wait_for("POST", "/turbo");
    done.store(true, Ordering::SeqCst);
    assert_eq!(client.answer(again)["result"]["content"][1]["type"], "image");
    assert_eq!((server.count("POST", "/turbo"), server.count("PUT", "/cancel")), (2, 0), "the wait ended, not the job");
    client.end();
}

#[test]
fn no_call_goes_over_the_limit_of_the_session() {
    let (place, server) = (Place::new(), Server::start(|request| queue(request, &png(64, 48))));
    let mut client = Client::start(&place, &server, "--max-cost 0.05");
    client.call("generate", &prompt("fox"));
    let (kind, message) = client.refused("generate", &prompt("owl"));
    assert_eq!(kind, "cost", "{message}");
    let (kind, _) = client.refused("generate", &json!({"prompt": "owl", "max_cost": 5}));
    assert_eq!(kind, "usage", "there is no such argument");
    assert_eq!(server.count("POST", "/turbo"), 1);
    client.end();
}

#[test]
fn files_outside_of_the_root_are_refused_and_masks_are_made_below_it() {
    let (place, server) = (Place::new(), Server::start(|request| queue(request, &png(64, 48))));
    place.write("fox.png", &png(64, 48));
    let mut client = Client::start(&place, &server, "--root .");
    for path in ["/etc/passwd", "../home/.profile", "../work/../home"] {
        let (kind, message) = client.refused("remix", &json!({"prompt": "fox", "image_url": path}));
        assert!(matches!(kind.as_str(), "usage" | "file"), "{path}: {kind} {message}");
    }
    let mask = json!({"of": "fox.png", "at": ["10%,10%,50%,50%"], "output": "mask.png"});
    let made = client.call("mask_rect", &mask);
    assert_eq!(made["structuredContent"]["mask"]["width"], 64, "{made}");
    assert!(client.refused("mask_rect", &mask).1.contains("there already"), "nothing is overwritten");
    let edited = json!({"prompt": "@fox", "image_url": "fox.png", "mask_url": "mask.png"});
    assert_eq!(client.call("edit", &edited)["isError"], false);
    let sent: Value = serde_json::from_slice(&server.wait_for("POST", "/edit").body).unwrap();
    assert_eq!(sent["prompt"], "@fox", "text is text");
    assert!(sent["mask_url"].as_str().unwrap().starts_with("data:image/png;base64,"));
    client.end();
}

#[test]
fn what_the_service_refuses_is_the_tools_result_and_an_open_job_can_be_cancelled() {
    let (place, (server, _)) = (Place::new(), slow());
    let mut client = Client::start(&place, &server, "--wait 200ms");
    let (kind, message) = client.refused("generate", &json!({"prompt": "fox", "style": "nope"}));
    assert_eq!(kind, "usage", "{message}");
    assert_eq!(client.refused("generate", &prompt(" ")).0, "usage");
    let id = client.call("generate", &prompt("fox"))["structuredContent"]["job"]["id"].clone();
    let answer = client.call("job_cancel", &json!({ "id": id }));
    assert!(answer["structuredContent"]["cancel"].as_str().is_some_and(|said| said.contains("asked")), "{answer}");
    assert_eq!(client.refused("job_status", &json!({"id": 99})).0, "usage");
    assert_eq!(client.ask("tools/call", &json!({"name": "nope"}))["error"]["code"], -32602);
    client.end();
}

fn rows(place: &Place) -> Vec<Row> {
    Ledger::open(&place.ledger()).unwrap().recent_rows(9).unwrap()
}

/// How a server may end.
const ENDS: [(Option<&str>, i32); 3] = [(None, 0), (Some("-INT"), 130), (Some("-TERM"), 143)];

#[test]
fn a_server_that_is_ended_while_a_call_waits_or_uploads_buys_nothing_more() {
    for (signal, code) in ENDS {
        let [is_uploading, has_ended] = [(); 2].map(|()| Arc::new(AtomicBool::new(false)));
        let (uploading, ended) = (Arc::clone(&is_uploading), Arc::clone(&has_ended));
        let server = Server::start(move |request| match request.target.as_str() {
            target if target.ends_with("/turbo") => Reply::Busy(2),
            target if target.starts_with("/cdn/files/upload") => {
                uploading.store(true, Ordering::SeqCst);
                until(|| ended.load(Ordering::SeqCst));
                storage(request)
            }
            _ => storage(request),
        });
        let place = Place::new();
        large(&place, "large.png", 0);
        let mut client = Client::start(&place, &server, "--root .");
        client.begin_call("remix", &json!({"prompt": "fox", "image_url": "large.png"}));
        until(|| is_uploading.load(Ordering::SeqCst));
        client.begin_call("generate", &prompt("fox"));
        server.wait_for("POST", "/turbo");
        // The answer is on its way: what is to be seen is the wait after it.
        std::thread::sleep(Duration::from_millis(300));
        let uploaded = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(500));
            has_ended.store(true, Ordering::SeqCst);
        });
        client.ended_by(signal, code);
        uploaded.join().unwrap();
        let bought = ["/turbo", "/remix"].map(|end| server.count("POST", end));
        let states: Vec<State> = rows(&place).iter().map(|row| row.state).collect();
        assert_eq!((bought, states), ([1, 0], vec![State::NotSent]), "{signal:?}");
    }
}

#[test]
fn what_is_on_its_way_when_the_server_is_ended_goes_on_and_is_known_by_its_id() {
    for (signal, code) in ENDS {
        let server = Server::start(|request| {
            if request.method == "POST" {
                std::thread::sleep(Duration::from_secs(1));
            }
            queue(request, &png(8, 8))
        });
        let place = Place::new();
        let mut client = Client::start(&place, &server, "");
        client.begin_call("generate", &prompt("fox"));
        until(|| server.count("POST", "/turbo") == 1);
        client.ended_by(signal, code);
        let rows = rows(&place);
        let known: Vec<_> = rows.iter().map(|row| row.request_id.as_deref()).collect();
        assert_eq!(known, [Some(crate::server::ID)], "{signal:?}: {rows:?}");
        assert_eq!(server.count("PUT", "/cancel"), 0, "{signal:?}");
    }
}
