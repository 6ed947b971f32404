//! What each command prints and how it fails, against a sandbox. The commands are taken from the tree: one that is missing
//! here fails the test.

use crate::support::{Place, Run};
use ideogram_sandbox::Sandbox;
use std::fmt::Write as _;
use std::sync::OnceLock;
use std::time::Duration;
use tokio::runtime::Runtime;

/// The lines of an output that are kept.
const KEPT: usize = 40;

/// Commands that serve until they are told to end: only their failures end by themselves.
const SERVING: &[&str] = &["sandbox", "mcp"];

/// Commands whose success depends on the machine or takes input: `doctor.rs` and `auth.rs` look at it.
const ELSEWHERE: &[&str] = &["doctor", "auth login"];

/// What is run for each command of the first level, in order and in a folder of its own. `&` is a file with a picture.
const TRANSCRIPTS: &[(&str, &[&str])] = &[
    (
        "generate",
        &[
            "generate fox --seed 7",
            "generate fox --seed 7 -o fox.png --json",
            "generate fox --seed 7 --sync -o - --json",
            "generate fox --seed 7 -o fox.png",
            "generate",
            "generate fox --style anmie",
            "generate fox --seed 7 --sync -o made/",
        ],
    ),
    (
        "remix",
        &[
            "remix & winter --seed 7 --strength 0.5 -o out.png",
            "remix missing.png winter",
            "remix & winter --strength 2",
            "remix & winter --strength 2 --json",
        ],
    ),
    (
        "edit",
        &[
            "mask rect --of & --at 0,0,20,20 -o mask.png",
            "edit & balloon --mask mask.png --seed 7 -o out.png",
            "edit & balloon --mask & --seed 7 -o other.png --json",
            "edit & balloon",
        ],
    ),
    (
        "mask",
        &[
            "mask rect --size 64x48 --at 0,0,32,24 -o rect.png",
            "mask rect --size 64x48 --at 0,0,32",
            "mask ellipse --size 64x48 --at 0,0,32,24 -o ellipse.png --json",
            "mask ellipse --at 0,0,32,24",
            "mask polygon --size 64x48 --points 0,0;32,0;0,24 -o polygon.png",
            "mask polygon --size 64x48 --points nothing",
            "mask alpha alpha.png -o alpha-mask.png",
            "mask alpha &",
            "mask invert rect.png -o inverted.png",
            "mask invert missing.png",
            "mask check rect.png",
            "mask check rect.png --of &",
            "mask",
        ],
    ),
    (
        "jobs",
        &[
            "jobs",
            "jobs --json",
            "generate fox --seed 7 -o fox.png",
            "jobs --all --json",
            "jobs resume",
            "jobs resume 1",
            "jobs close 1",
            "jobs list --all",
            "jobs list --json --nothing",
            "jobs show 1",
            "jobs show 9",
            "generate wolf --seed 8 --detach",
            "jobs watch 2",
            "jobs watch 9",
            "jobs watch --nothing",
            "jobs result 2 --wait -o wolf.png",
            "jobs result 9",
            "generate hare --seed 9 --detach",
            "jobs cancel 3",
            "jobs cancel 9",
            "jobs close 3",
            "jobs resume 9",
            "jobs forget 1",
            "jobs forget 9",
            "jobs prune",
            "jobs prune --keep 1000",
            "jobs prune --nothing",
            "jobs cost",
            "jobs cost --nothing",
            "jobs salvage",
            "jobs salvage --json",
            "jobs salvage --nothing",
            "jobs --nothing",
        ],
    ),
    (
        "gallery",
        &[
            "generate fox --seed 7 -o fox.png",
            "gallery -o .",
            "gallery -o . --json",
            "gallery 9 -o none",
            "gallery -o . --batch nothing",
            "gallery",
        ],
    ),
    ("batch", &["batch - --name empty", "batch missing.jsonl --dry-run"]),
    ("rerun", &["generate fox --seed 7 -o fox.png", "rerun fox.png --dry-run --json", "rerun missing.png", "rerun"]),
    (
        "inspect",
        &[
            "generate fox --seed 7 -o fox.png",
            "inspect fox.png",
            "inspect fox.png --json",
            "inspect none.png",
            "inspect",
        ],
    ),
    (
        "schema",
        &[
            "schema edit",
            "schema edit --output",
            "schema edit --output --json",
            "schema cli",
            "schema nothing",
            "schema --input",
        ],
    ),
    (
        "config",
        &[
            "config path",
            "config set generate.style anime",
            "config set generate.style anmie",
            "config show",
            "config show --json",
            "config show --nothing",
            "config unset generate.style",
            "config unset generate.nothing",
            "config path --nothing",
        ],
    ),
    (
        "auth",
        &[
            "auth status",
            "auth status --json",
            "auth status --nothing",
            "auth login",
            "auth logout",
            "auth logout --nothing",
        ],
    ),
    ("doctor", &["doctor --nothing"]),
    ("mcp", &["mcp --root missing", "mcp --nothing"]),
    ("completions", &["completions bash", "completions tcsh"]),
    ("man", &["man", "man generate", "man nothing"]),
    ("help", &["help", "help mask rect", "help exit-codes", "help agents", "help nothing"]),
    ("sandbox", &["sandbox --port nothing", "sandbox --faults missing.toml"]),
];

/// A sandbox that all of them share.
fn sandbox() -> &'static Sandbox {
    static SANDBOX: OnceLock<(Runtime, Sandbox)> = OnceLock::new();
    let (_, sandbox) = SANDBOX.get_or_init(|| {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
        let builder = Sandbox::builder().seed(7).flat(true).service_time(Duration::from_millis(1));
        let sandbox = runtime.block_on(builder.start()).expect("it starts");
        (runtime, sandbox)
    });
    sandbox
}

#[test]
fn every_command_prints_what_it_did() {
    let mut ran = Vec::new();
    for (name, lines) in TRANSCRIPTS {
        let place = Place::new();
        place.write("picture.png", &crate::support::png(64, 48));
        let clear = image::RgbaImage::from_fn(64, 48, |x, _| image::Rgba([9, 9, 9, if x < 32 { 0 } else { 255 }]));
        place.write("alpha.png", &crate::support::encoded(clear));
        let mut transcript = String::new();
        for line in *lines {
            let words: Vec<&str> = line.split(' ').map(|word| if word == "&" { "picture.png" } else { word }).collect();
            let words: Vec<String> = words.iter().map(|word| word.replace(';', " ")).collect();
            let mut command = place.command();
            command.env("IDEOGRAM_BASE_URL", sandbox().url()).env("FAL_KEY", "id:hunter2").args(&words);
            let run = Run::of(command.output().expect("the binary starts"));
            ran.push((words.join(" "), run.code));
            let (work, above) = (place.work().display().to_string(), place.above().display().to_string());
            let redacted = |text: &str| redacted(&text.replace(&work, "[place]").replace(&above, "[above]"));
            let _ = writeln!(transcript, "$ ideogram {}", words.join(" "));
            // Whether the beginning of so short a job was seen is chance.
            let stdout = String::from_utf8_lossy(&run.stdout).into_owned();
            let lines = stdout.split_inclusive('\n').filter(|line| !line.starts_with("started  "));
            transcript.push_str(&shortened(&redacted(&lines.collect::<String>())));
            for line in redacted(&run.stderr).lines() {
                let _ = writeln!(transcript, "2> {line}");
            }
            let _ = writeln!(transcript, "exit {}\n", run.code.expect("it ends by itself"));
        }
        assert!(!transcript.contains("hunter2"), "{transcript}");
        insta::assert_snapshot!(format!("transcript-{name}"), transcript);
    }
    for path in leaves(&ideogram_cli::command(), "") {
        let of_path = || ran.iter().filter(|(line, _)| line.split(' ').zip(path.split(' ')).all(|(a, b)| a == b));
        assert!(of_path().any(|(_, code)| *code != Some(0)), "no run of `{path}` fails here");
        let succeeds_elsewhere = SERVING.contains(&path.as_str()) || ELSEWHERE.contains(&path.as_str());
        assert!(succeeds_elsewhere || of_path().any(|(_, code)| *code == Some(0)), "no run of `{path}` succeeds here");
    }
}

/// The commands that do something, each by its whole path.
fn leaves(command: &clap::Command, path: &str) -> Vec<String> {
    let below = command
        .get_subcommands()
        .flat_map(|command| leaves(command, format!("{path} {}", command.get_name()).trim_start()));
    let below: Vec<String> = below.collect();
    let acts = !path.is_empty() && (below.is_empty() || !command.is_subcommand_required_set());
    below.into_iter().chain(acts.then(|| path.to_owned())).collect()
}

/// Without what differs from run to run: ids, checksums, times and ports.
fn redacted(text: &str) -> String {
    let mut shown = String::new();
    let is_word = |character: char| character.is_ascii_alphanumeric() || character == '-';
    let mut rest = text;
    while !rest.is_empty() {
        let length = rest.find(|character| !is_word(character)).unwrap_or(rest.len());
        let (word, after) = rest.split_at(length);
        let digits = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
        let is_age =
            word.strip_suffix('s').is_some_and(|age| !age.is_empty() && age.bytes().all(|byte| byte.is_ascii_digit()));
        let hexadecimal = word.bytes().all(|byte| byte.is_ascii_hexdigit());
        shown.push_str(match word.len() {
            36 if word.split('-').map(str::len).eq([8, 4, 4, 4, 12]) => "[id]",
            10 if word.split('-').map(str::len).eq([4, 2, 2]) => "[day]",
            _ if is_age => "[age]",
            32 if hexadecimal => "[file]",
            64 if hexadecimal => "[sha256]",
            13 if digits => "[ms]",
            _ if digits && shown.ends_with("127.0.0.1:") => "[port]",
            _ => word,
        });
        let between = after.find(is_word).unwrap_or(after.len());
        shown.push_str(&after[..between]);
        rest = &after[between..];
    }
    shown
}

/// The beginning of a long text.
fn shortened(text: &str) -> String {
    let count = text.lines().count();
    let mut kept: String = text.lines().take(KEPT).map(|line| format!("{line}\n")).collect();
    if count > KEPT {
        let _ = writeln!(kept, "[{} more lines]", count - KEPT);
    }
    kept
}
