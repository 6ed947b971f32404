//! `ideogram batch` against a sandbox: rows are bought once, whatever happens to the process and to the service.

use crate::calls::kill_after;
use crate::server::{ID, Reply, Server, queue};
pub(crate) use crate::support::until;
use crate::support::{Place, Run, png};
use ideogram_cli::ledger::{Ledger, State};
use ideogram_sandbox::{Builder, Call, Sandbox};
use serde_json::{Value, json};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

/// A sandbox in this process, whose pictures have one colour.
pub(crate) struct Service {
    runtime: Runtime,
    pub(crate) sandbox: Sandbox,
}

impl Service {
    pub(crate) fn start() -> Self {
        Self::with(|builder| builder)
    }

    pub(crate) fn with(settings: impl FnOnce(Builder) -> Builder) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        let builder =
            Sandbox::builder().flat(true).service_time(Duration::from_millis(20)).history_lag(Duration::from_millis(1));
        let sandbox = runtime.block_on(settings(builder).start()).unwrap();
        Self { runtime, sandbox }
    }

    pub(crate) fn faults(&self, toml: &str) {
        let faults: ideogram_sandbox::Faults = toml.parse().unwrap();
        self.sandbox.set_faults(faults);
    }

    /// The prompts of the jobs that were accepted, sorted.
    pub(crate) fn accepted(&self) -> Vec<String> {
        let prompt = |input: &Value| input["prompt"].as_str().unwrap_or_default().to_owned();
        let mut prompts: Vec<String> =
            self.sandbox.jobs().iter().filter_map(|job| job.input.as_ref().map(prompt)).collect();
        prompts.sort();
        prompts
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _guard = self.runtime.enter();
    }
}

impl Place {
    pub(crate) fn batching(&self, service: &Service, arguments: &str) -> Command {
        let mut command = self.command();
        command.env("IDEOGRAM_BASE_URL", service.sandbox.url()).env("FAL_KEY", service.sandbox.key());
        command.arg("batch").args(arguments.split(' '));
        command
    }

    pub(crate) fn batch(&self, service: &Service, arguments: &str) -> Run {
        Run::of(self.batching(service, arguments).output().unwrap())
    }

    pub(crate) fn states(&self) -> Vec<State> {
        Ledger::open(&self.ledger()).unwrap().recent_rows(1_000).unwrap().iter().map(|row| row.state).collect()
    }

    pub(crate) fn pictures(&self, folder: &str) -> usize {
        let listed = std::fs::read_dir(self.work().join(folder)).into_iter().flatten().flatten();
        listed.filter(|entry| entry.path().extension().is_some_and(|ending| ending == "png")).count()
    }
}

pub(crate) fn prompts(count: usize) -> String {
    (1..=count).map(|number| format!("{{\"prompt\":\"fox {number}\"}}\n")).collect()
}

#[test]
fn each_row_is_bought_once_however_often_the_command_is_run() {
    let (place, service) = (Place::new(), Service::start());
    std::fs::create_dir(place.work().join("out")).unwrap();
    place.write("rows.csv", "\u{feff}prompt;n;id;output\nfox;2;;\nhare;;h;deep/hare.png\nfox;;;\n".as_bytes());
    let run = place.batch(&service, "rows.csv --out out --results results.jsonl");
    assert_eq!((run.code, run.text().lines().count()), (Some(0), 4), "{run:?}");
    assert!(run.stderr.contains("4 requests: 4 to buy for $0.20"), "{run:?}");
    assert_eq!(service.accepted(), ["fox", "fox", "fox", "hare"]);
    assert!(place.work().join("out/deep/hare.png").exists());
    let results = std::fs::read_to_string(place.work().join("results.jsonl")).unwrap();
    let results: Vec<Value> = results.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(results.len(), 4);
    assert!(results.iter().all(|row| row["state"] == "saved" && row["result"]["images"][0]["path"].is_string()));
    let run = place.batch(&service, "rows.csv --out out --json");
    let row = &run.json()["results"][0];
    assert_eq!((run.code, &row["to_buy"], &row["saved_before"]), (Some(0), &0.into(), &4.into()), "{run:?}");
    // A row that is changed is another one, where it has no id; with one it is asked for.
    place.write("rows.csv", b"prompt,n,id,output\nfox,2,,\nowl,,,\nhare two,,h,\n");
    let refused = place.batch(&service, "rows.csv --out out").refused(2).to_owned();
    assert!(refused.contains("line 4: its `id` was bought with another request"), "{refused}");
    let run = place.batch(&service, "rows.csv --out out --rebuy");
    assert!(run.code == Some(0) && run.stderr.contains("1 of those to buy have no `id`"), "{run:?}");
    assert_eq!(service.accepted().len(), 6);
    let run = place.batch(&service, "rows.csv --out out --again --limit 1");
    assert_eq!((run.code, service.accepted().len()), (Some(0), 7), "{run:?}");
}

#[test]
fn a_bad_row_is_told_with_its_place_and_does_not_stop_the_rest() {
    let (place, service) = (Place::new(), Service::start());
    place.write(
        "rows.jsonl",
        concat!(
            "{\"prompt\":\"a\",\"style\":\"animee\"}\n{\"prompt\":\"b\"\n{\"prompt\":\"c\",\"output\":\"../c.png\"}\n",
            "{\"promt\":\"d\"}\n{\"prompt\":\" \"}\n{\"prompt\":\"e\",\"id\":\"1\"}\n{\"prompt\":\"f\",\"id\":\"1\"}\n"
        )
        .as_bytes(),
    );
    let dry = place.run(["batch", "rows.jsonl", "--dry-run"]);
    assert_eq!((dry.code, service.accepted().len()), (Some(7), 0), "{dry:?}");
    let run = place.batch(&service, "rows.jsonl");
    assert_eq!((run.code, service.accepted()), (Some(7), vec!["e".to_owned()]), "{run:?}");
    for told in [
        "rows.jsonl, line 1, column style: `--style` cannot be `animee`",
        "rows.jsonl, line 2, column 13: EOF while parsing",
        "rows.jsonl, line 3, column output: `../c.png` is not below",
        "rows.jsonl, line 4: ",
        "rows.jsonl, line 5: the prompt is empty",
        "rows.jsonl, line 7, column id: line 6 has the same",
    ] {
        assert!(run.stderr.contains(told) && dry.stderr.contains(told), "{told}: {run:?}");
    }
}

#[test]
fn what_costs_much_is_not_bought_unasked_and_a_limit_holds() {
    let (place, service) = (Place::new(), Service::start());
    place.write("rows.jsonl", prompts(101).as_bytes());
    let run = place.batch(&service, "rows.jsonl");
    assert!(
        run.code == Some(2) && run.stderr.contains("101 requests for $5.05 want `--yes` or `--max-cost USD`"),
        "{run:?}"
    );
    assert_eq!(service.accepted().len(), 0);
    let run = place.batch(&service, "rows.jsonl --max-cost 0.15 --out out/");
    assert_eq!((run.code, service.accepted().len(), place.pictures("out")), (Some(8), 3, 3), "{run:?}");
    let run = place.batch(&service, "rows.jsonl --max-cost 0.15 --out out/");
    assert_eq!((run.code, service.accepted().len(), place.pictures("out")), (Some(8), 6, 6), "{run:?}");
}

#[test]
fn an_exhausted_balance_stops_the_whole_instead_of_failing_every_row() {
    let (place, service) = (Place::new(), Service::with(|builder| builder.balance(150_000)));
    place.write("rows.jsonl", prompts(40).as_bytes());
    for saved in [3, 0] {
        let run = place.batch(&service, "rows.jsonl --concurrency 1 --out out/");
        assert_eq!((run.code, service.sandbox.charged().len(), place.pictures("out")), (Some(5), 3, 3), "{run:?}");
        assert!(run.stderr.contains("the batch is stopped; run the same command again to continue"), "{run:?}");
        assert!(run.stderr.contains(&format!("{saved} saved, 0 failed")), "{run:?}");
        assert!(place.states().len() <= 5, "not every row is tried: {:?}", place.states());
    }
}

#[test]
fn what_out_names_is_a_folder_whether_it_is_there_or_not() {
    let (place, service) = (Place::new(), Service::start());
    place.write("rows.jsonl", prompts(3).as_bytes());
    let run = place.batch(&service, "rows.jsonl --out pictures");
    assert_eq!((run.code, place.pictures("pictures")), (Some(0), 3), "{run:?}");
}

#[test]
fn two_runs_over_one_file_share_its_rows() {
    let (place, service) = (Place::new(), Service::start());
    place.write("rows.jsonl", prompts(60).as_bytes());
    let start = || place.batching(&service, "rows.jsonl --concurrency 4 --out out/").spawn().unwrap();
    let runs = [start(), start()].map(|child| Run::of(child.wait_with_output().unwrap()));
    assert_eq!(runs.each_ref().map(|run| run.code), [Some(0); 2], "{runs:?}");
    let accepted = service.accepted();
    assert_eq!((accepted.len(), place.pictures("out")), (60, 60), "{runs:?}");
    let mut once = accepted.clone();
    once.dedup();
    assert_eq!(once, accepted);
}

#[test]
fn a_run_that_is_killed_is_gone_on_with_and_nothing_is_bought_twice() {
    let (place, service) = (Place::new(), Service::start());
    place.write("rows.jsonl", prompts(40).as_bytes());
    for wanted in [3, 10, 17, 24, 31] {
        let mut child = place.batching(&service, "rows.jsonl --concurrency 4 --out out/").spawn().unwrap();
        let until = Instant::now() + Duration::from_secs(60);
        while service.accepted().len() < wanted && Instant::now() < until {
            std::thread::yield_now();
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
    // What was noted and not sent when a run was killed is in no history, so it is left until that is wanted.
    let run = place.batch(&service, "rows.jsonl --concurrency 4 --out out/");
    let left = place.states().iter().filter(|state| state.is_open()).count();
    assert_eq!(run.code, Some(if left == 0 { 0 } else { 7 }), "{left}: {run:?}");
    assert_eq!((service.accepted().len(), place.pictures("out")), (40 - left, 40 - left), "{run:?}");
    let run = place.batch(&service, "rows.jsonl --concurrency 4 --out out/ --retry-unknown");
    assert_eq!(run.code, Some(0), "{run:?}");
    let accepted = service.accepted();
    let mut once = accepted.clone();
    once.dedup();
    assert_eq!((once.len(), accepted.len(), place.pictures("out")), (40, 40, 40), "{accepted:?}");
    assert!(place.states().iter().all(|state| !state.is_open()), "{:?}", place.states());
}

#[cfg(unix)]
#[test]
fn ctrl_c_begins_nothing_more_and_the_same_command_goes_on() {
    let (place, service) = (Place::new(), Service::start());
    place.write("rows.jsonl", prompts(40).as_bytes());
    let child = place.batching(&service, "rows.jsonl --concurrency 4 --out out/").spawn().unwrap();
    let until = Instant::now() + Duration::from_secs(60);
    while service.accepted().len() < 6 && Instant::now() < until {
        std::thread::yield_now();
    }
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let run = Run::of(child.wait_with_output().unwrap());
    let sent = service.accepted().len();
    assert_eq!(run.code, Some(130), "{run:?}");
    assert!(sent < 40, "{sent}");
    // What the service had begun may finish in spite of the cancel: it is known by its id, and the next run learns what became
    // of it. Where that is a cancel after all, that run buys it.
    let settled = |state: &State| !state.is_open() || *state == State::Accepted;
    assert!(place.states().iter().all(settled), "{:?}: {run:?}", place.states());
    let run = place.batch(&service, "rows.jsonl --concurrency 4 --out out/");
    assert_eq!((run.code, place.pictures("out")), (Some(0), 40), "{run:?}");
}

#[test]
fn a_request_that_was_cancelled_is_bought_by_the_run_that_finds_it_and_one_that_may_be_billed_is_not() {
    for (status, answer, (code, bought)) in [
        (499, json!({"detail": "cancelled", "error_type": "client_cancelled"}), (Some(0), 2)),
        (422, json!({"detail": [{"type": "x", "loc": ["body", "prompt"], "msg": "no"}]}), (Some(1), 1)),
    ] {
        let place = Place::new();
        let (is_over, results) = (Arc::new(AtomicBool::new(false)), AtomicUsize::new(0));
        let over = Arc::clone(&is_over);
        let server = Server::start(move |request| match request.target.as_str() {
            target if target.contains("/status") && !over.load(Ordering::SeqCst) => Reply::Silence,
            target if target.ends_with(ID) && results.fetch_add(1, Ordering::SeqCst) == 0 => {
                Reply::Json(status, answer.clone())
            }
            _ => queue(request, &png(8, 8)),
        });
        place.write("rows.jsonl", prompts(1).as_bytes());
        kill_after(place.calling(&server).args(["batch", "rows.jsonl", "--out", "out/"]), || {
            server.wait_for("GET", "/status/stream");
        });
        assert_eq!(place.states(), [State::Accepted]);
        is_over.store(true, Ordering::SeqCst);
        let run = place.call(&server, "batch rows.jsonl --out out/");
        assert_eq!((run.code, server.count("POST", "turbo")), (code, bought), "{run:?}");
        assert_eq!(run.stderr.contains("not billed, so it is sent again"), bought == 2, "{run:?}");
        assert_eq!(place.pictures("out"), bought - 1, "{run:?}");
    }
}

#[test]
fn too_many_requests_are_heard_while_the_client_still_tries_and_fewer_are_sent_for_a_while() {
    let (place, service) = (Place::new(), Service::start());
    place.write("rows.jsonl", prompts(12).as_bytes());
    service.faults("[[rule]]\ncalls = [\"submit\"]\nfault = \"rate-limit\"\nretry_after = \"1\"\ntimes = 2\n");
    let run = place.batch(&service, "rows.jsonl --concurrency 8 --out out/");
    assert_eq!((run.code, place.pictures("out"), service.accepted().len()), (Some(0), 12, 12), "{run:?}");
    assert!(run.stderr.contains("the service asks for fewer requests: at most 4 at once for now"), "{run:?}");
    assert_eq!(place.states().len(), 12, "no request is given up for that");
}

#[cfg(target_os = "linux")]
#[test]
fn one_line_on_a_terminal_tells_how_far_the_whole_is() {
    let (place, service) = (Place::new(), Service::start());
    place.write("rows.jsonl", prompts(6).as_bytes());
    // The first is refused, and the last has to wait.
    service.faults(concat!(
        "[[rule]]\ncalls = [\"submit\"]\nfault = \"app-error\"\nstatus = 422\ntimes = 1\n",
        "[[rule]]\ncalls = [\"submit\"]\nfault = \"latency\"\nlatency_ms = 3000\nskip = 5\ntimes = 1\n",
    ));
    let command = place.batching(&service, "rows.jsonl --concurrency 1 --out out/");
    let terminal = crate::terminal::Terminal::start(&command, 110);
    let screen = terminal.wait_for("5 of 6, $0.25, 1 failed, ");
    let line = screen.lines().find(|line| line.contains("5 of 6")).unwrap();
    for told in ["[===", " a second, ", " left"] {
        assert!(line.contains(told), "{told}: {screen}");
    }
    assert!(!screen.contains("accepted, request"), "no line of its own: {screen}");
    let (code, screen, _) = terminal.end();
    assert_eq!(code, Some(7), "{screen}");
    assert!(!screen.contains(" of 6, $"), "it is gone in the end: {screen}");
}

#[test]
fn a_lost_reply_is_found_in_the_history_or_left_until_it_is_bought_again() {
    let (place, service) = (Place::new(), Service::start());
    place.write("rows.jsonl", prompts(3).as_bytes());
    service.faults("[[rule]]\ncalls = [\"submit\"]\nfault = \"lost-reply\"\ntimes = 1\n[[rule]]\ncalls = [\"platform\"]\nfault = \"app-error\"\nstatus = 403\n");
    let run = place.batch(&service, "rows.jsonl --concurrency 1 --out out/ --timeout 5s");
    assert_eq!((run.code, place.pictures("out")), (Some(7), 2), "{run:?}");
    assert!(run.stderr.contains("the outcome of 1 is not known"), "{run:?}");
    let run = place.batch(&service, "rows.jsonl --out out/ --timeout 5s");
    assert_eq!((run.code, service.accepted().len()), (Some(7), 3), "it is left alone: {run:?}");
    service.faults("");
    let run = place.batch(&service, "rows.jsonl --out out/");
    assert_eq!((run.code, service.accepted().len(), place.pictures("out")), (Some(0), 3, 3), "{run:?}");
}

/// Runs a batch until the service and the ledger are so, and kills it.
fn killed(place: &Place, service: &Service, is_so: impl Fn() -> bool) {
    kill_after(&mut place.batching(service, "rows.jsonl --out out/"), || until(is_so));
}

#[test]
fn a_history_that_lags_is_waited_for() {
    let (place, service) = (Place::new(), Service::with(|builder| builder.history_lag(Duration::from_secs(3))));
    place.write("rows.jsonl", prompts(1).as_bytes());
    service.faults("[[rule]]\ncalls = [\"submit\"]\nfault = \"stall\"\ntimes = 1\n");
    killed(&place, &service, || service.accepted().len() == 1);
    let run = place.batch(&service, "rows.jsonl --out out/");
    assert_eq!((run.code, service.accepted().len(), place.pictures("out")), (Some(0), 1, 1), "{run:?}");
}

#[test]
fn a_result_that_has_expired_is_recovered_from_the_history() {
    let (place, service) = (Place::new(), Service::with(|builder| builder.result_ttl(Duration::from_millis(50))));
    place.write("rows.jsonl", prompts(1).as_bytes());
    service.faults("[[rule]]\ncalls = [\"status\", \"stream\"]\nfault = \"latency\"\nlatency_ms = 60000\n");
    let is_done = || service.sandbox.jobs().iter().any(|job| job.status_code.is_some());
    killed(&place, &service, || is_done() && place.states() == [State::Accepted]);
    let done = Instant::now();
    while done.elapsed() < Duration::from_millis(60) {
        std::thread::yield_now();
    }
    service.faults("");
    let run = place.batch(&service, "rows.jsonl --out out/");
    assert_eq!((run.code, service.accepted().len(), place.pictures("out")), (Some(0), 1, 1), "{run:?}");
    assert!(service.sandbox.requests().iter().any(|request| request.call == Call::Platform), "by the history");
}

#[test]
fn rows_come_from_stdin_under_a_name() {
    let (place, service) = (Place::new(), Service::start());
    assert!(place.batch(&service, "-").refused(2).contains("`--name NAME`"));
    for saved in ["0", "2"] {
        let mut command = place.batching(&service, "- --name mine --json --set style=design");
        let mut child = command.stdin(std::process::Stdio::piped()).spawn().unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), prompts(2).as_bytes()).unwrap();
        let run = Run::of(child.wait_with_output().unwrap());
        assert_eq!(
            (run.code, run.json()["results"][0]["saved_before"].to_string().as_str()),
            (Some(0), saved),
            "{run:?}"
        );
    }
    assert!(service.sandbox.jobs().iter().all(|job| job.input.as_ref().unwrap()["style"] == "design"));
}
