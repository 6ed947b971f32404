//! The sandbox in the process and as a service, and every endpoint of the table through it.

use crate::support::{Place, Run, of_workspace};
use ideogram_schema::{ENDPOINTS, EndpointInfo, FieldKind};
use std::io::{BufRead as _, BufReader};
use std::process::Child;

/// The arguments that an endpoint cannot do without; files are `fox.png`.
fn required(info: &EndpointInfo) -> Vec<String> {
    let value = |kind: &FieldKind| if matches!(kind, FieldKind::File(_)) { "fox.png" } else { "A fox" };
    let positional =
        info.positional.iter().filter_map(|name| info.input(name)).map(|field| value(&field.kind).to_owned());
    let others = info.inputs.iter().filter(|field| field.required && !info.positional.contains(&field.name));
    let flags = others
        .map(|field| format!("--{}={}", field.name.trim_end_matches("_url").replace('_', "-"), value(&field.kind)));
    positional.chain(flags).collect()
}

#[test]
fn the_first_command_of_the_readme_makes_a_picture_and_leaves_nothing_else() {
    let place = Place::new();
    let run = place.run(["generate", "A fox reading a map, poster", "--sandbox", "-o", "fox.png"]);
    assert_eq!((run.code, run.text(), run.stderr.as_str()), (Some(0), "fox.png\n", ""));
    assert_eq!(place.files(), ["fox.png"]);
    assert!(!place.ledger().exists(), "what costs nothing is not noted");
}

#[test]
fn every_endpoint_makes_the_same_picture_from_the_same_seed_on_both_routes() {
    let place = Place::new();
    assert_eq!(place.run(["generate", "A fox", "--sandbox", "-o", "fox.png"]).code, Some(0));
    for info in ENDPOINTS {
        let made = |route: &[&str]| {
            let mut arguments = vec![info.verb.to_owned()];
            arguments.extend(required(info));
            if arguments.iter().any(|argument| argument.starts_with("--mask")) {
                arguments.push("--any-mask".to_owned());
            }
            let common = ["--seed", "7", "--sandbox", "--json", "--no-metadata"];
            arguments.extend(common.iter().chain(route).map(|text| (*text).to_owned()));
            let run = place.run(arguments.iter().map(String::as_str));
            assert_eq!((run.code, run.stderr.as_str()), (Some(0), ""), "{arguments:?}");
            let result = &run.json()["results"][0];
            assert_eq!((&result["endpoint"], &result["seed"]), (&info.id.into(), &7.into()));
            assert_eq!((&result["images"][0]["width"], &result["images"][0]["height"]), (&1024.into(), &1024.into()));
            result["images"][0]["sha256"].clone()
        };
        assert_eq!(made(&[]), made(&["--sync", "--sync-mode"]), "{}", info.verb);
    }
}

/// `ideogram sandbox`, and the environment that its lines set.
pub(crate) struct Service {
    child: Child,
    pub(crate) environment: Vec<(String, String)>,
}

impl Service {
    pub(crate) fn start(place: &Place, arguments: &[&str], lines: usize) -> Self {
        let mut child = place.command().args(["sandbox", "--port", "0"]).args(arguments).spawn().expect("it starts");
        let stdout = BufReader::new(child.stdout.take().expect("its stdout"));
        let environment = stdout
            .lines()
            .take(lines)
            .map(|line| {
                let line = line.expect("a line");
                let (name, value) =
                    line.strip_prefix("export ").and_then(|line| line.split_once('=')).expect("an export");
                (name.to_owned(), value.trim_matches('\'').to_owned())
            })
            .collect();
        Self { child, environment }
    }

    pub(crate) fn call(&self, place: &Place, arguments: &[&str]) -> Run {
        Run::of(place.command().args(arguments).envs(self.environment.clone()).output().expect("the binary starts"))
    }

    pub(crate) fn end(mut self) {
        let id = self.child.id().to_string();
        assert!(std::process::Command::new("kill").args(["-INT", &id]).status().expect("`kill` runs").success());
        assert_eq!(self.child.wait().expect("it ends").code(), Some(0));
    }
}

/// A test that fails leaves nothing running.
impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_service_prints_the_lines_that_point_others_to_it_and_ends_on_ctrl_c() {
    let place = Place::new();
    let service = Service::start(&place, &["--service-time", "5ms"], 2);
    let run = service.call(&place, &["generate", "A fox", "-o", "fox.png"]);
    assert_eq!((run.code, run.text()), (Some(0), "fox.png\n"), "{run:?}");
    let run = service.call(&place, &["generate", "__content_policy_violation__", "-o", "none.png"]);
    assert!(run.refused(1).starts_with("moderation refused `PROMPT`: "), "{run:?}");
    assert_eq!(place.files(), ["fox.png"]);
    service.end();
}

#[test]
fn over_tls_the_certificate_that_it_wrote_is_trusted() {
    let place = Place::new();
    let service = Service::start(&place, &["--tls", "sandbox.pem"], 3);
    assert!(service.environment.iter().any(|(_, value)| value.starts_with("https://127.0.0.1:")));
    let run = service.call(&place, &["generate", "A fox", "-o", "fox.png"]);
    assert_eq!((run.code, run.text()), (Some(0), "fox.png\n"), "{run:?}");
    service.end();
}

#[test]
fn an_account_can_be_short_of_money_and_a_key_the_only_one() {
    let place = Place::new();
    let service = Service::start(&place, &["--key", "only:this", "--balance", "1"], 2);
    let run = service.call(&place, &["generate", "A fox", "-o", "first.png"]);
    assert_eq!((run.code, run.text()), (Some(0), "first.png\n"), "{run:?}");
    let run = service.call(&place, &["generate", "A fox", "-o", "second.png"]);
    assert!(run.refused(5).contains("balance"), "{run:?}");
    assert_eq!(place.files(), ["first.png"]);
    service.end();
}

#[test]
fn the_page_and_every_port_are_printed_as_text_and_as_json() {
    let place = Place::new();
    let read = |arguments: &[&str]| {
        let mut child =
            place.command().args(["sandbox", "--port", "0", "--service-ports"]).args(arguments).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        let text = lines.by_ref().take(if arguments.is_empty() { 9 } else { 1 }).collect::<Vec<_>>().join("\n");
        child.kill().unwrap();
        child.wait().unwrap();
        text
    };
    let text = read(&[]);
    assert!(text.contains("\n# what comes in is shown at http://127.0.0.1:"), "{text}");
    let envelope: serde_json::Value = serde_json::from_str(&read(&["--json"])).unwrap();
    crate::schemas::assert_envelope(&envelope);
    let row = &envelope["results"][0];
    assert!(row["page"].as_str().unwrap().ends_with("/_sandbox"));
    for service in ["run", "queue", "rest", "cdn", "platform", "site"] {
        assert!(text.contains(&format!("\n# {service} is at http://127.0.0.1:")), "{text}");
        assert!(row["services"][service].as_str().unwrap().starts_with("http://127.0.0.1:"), "{envelope}");
    }
}

#[test]
fn faults_come_from_a_file_and_one_that_makes_no_sense_is_refused() {
    let place = Place::new();
    place.write("wrong.toml", b"[[rule]]\nfault = \"no such fault\"\n");
    let run = place.run(["sandbox", "--faults", "wrong.toml"]);
    let said = run.stderr.clone();
    assert!(said.contains("2 | fault = \"no such fault\"\n  |         ^^^"), "the place keeps its lines: {said}");
    assert!(run.code == Some(3) && said.starts_with("error: cannot use `wrong.toml`: "), "{said}");
}

#[test]
fn a_further_endpoint_is_served_from_its_document_and_what_is_none_is_refused() {
    let Some(file) = of_workspace("crates/sandbox/tests/shapes/flux-dev.json") else { return };
    let (place, file) = (Place::new(), file.to_str().unwrap());
    place.write("wrong.json", b"{}");
    let run = place.run(["sandbox", "--port", "0", "--document", file, "--document", "wrong.json"]);
    assert!(run.code == Some(1) && run.stderr.contains("no endpoint is named"), "{}", run.stderr);
    let mut child = place.command().args(["sandbox", "--port", "0", "--document", file]).spawn().unwrap();
    let first = BufReader::new(child.stdout.take().unwrap()).lines().next().unwrap().unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(first.starts_with("export IDEOGRAM_BASE_URL=http://127.0.0.1:"), "{first}");
}

#[test]
fn the_users_own_ledger_is_not_for_what_costs_nothing() {
    let place = Place::new();
    let run = Run::of(
        place.command().args(["generate", "A fox", "--sandbox"]).env("IDEOGRAM_LEDGER", "mine.db").output().unwrap(),
    );
    assert_eq!((run.code, place.files().len()), (Some(0), 1), "{run:?}");
}

#[test]
fn a_ledger_that_is_named_is_kept_even_for_the_sandbox() {
    let place = Place::new();
    let run = place.run(["generate", "A fox", "--sandbox", "--ledger", "ledger.db", "-o", "fox.png"]);
    assert_eq!(run.code, Some(0), "{run:?}");
    let jobs = place.run(["jobs", "--all", "--json", "--ledger", "ledger.db"]).json();
    let job = &jobs["results"][0]["job"];
    assert_eq!((&job["state"], job["files"].as_array().map(Vec::len)), (&"saved".into(), Some(1)));
}
