//! The commands of the endpoints, and the flags that they share.

use crate::args::flag::{flags, item, plain, takes, with_fields};
use crate::args::several;
use crate::args::value::{switch, time, web_url};
use crate::price::{Usd, price};
use crate::save::fields_of;
use clap::{Arg, Command, ValueHint, value_parser};
use ideogram_schema::{EndpointInfo, Field, FieldKind, FileRole};
use std::path::PathBuf;
use std::str::FromStr as _;

/// The heading of what is about the run, not about the picture.
pub(crate) const RUNNING: &str = "Running";

/// What is known about masks.
const MASKS: &str = "
A mask is black and white and as large as the picture; `ideogram mask` makes and checks one. Which of its colours is \
repainted is not documented for this service; the model's vendor says black for its own API.";

pub(crate) fn command(info: &'static EndpointInfo) -> Command {
    let cost = info.price.map(|cost| format!(", {}", price(&cost))).unwrap_or_default();
    let has_mask = takes(info, FileRole::Mask);
    let command = Command::new(info.verb).about(info.summary.trim_end_matches('.')).after_help(format!(
        "Fields of file names, as in `--output 'foxes/{{slug}}-{{style}}.{{ext}}'`: {}.\n\nEndpoint: {}{cost}{}\n\n{}",
        fields_of([info]).join(", "),
        info.id,
        if has_mask { MASKS } else { "" },
        examples(info)
    ));
    with_fields(command, info).args(running())
}

/// Examples by rule: what is required, then a choice and a name for the file.
fn examples(info: &'static EndpointInfo) -> String {
    let word = |field: &'static Field| match item(&field.kind) {
        FieldKind::File(FileRole::Mask) => "mask.png".to_owned(),
        FieldKind::File(_) => "fox.png".to_owned(),
        FieldKind::String { .. } => "\"A fox reading a map, poster\"".to_owned(),
        _ => field.examples.first().map_or_else(|| "1".to_owned(), |example| plain(example)),
    };
    let required = flags(info).into_iter().filter(|flag| flag.field.required).map(|flag| match flag.shown() {
        long if long.starts_with("--") => format!("{long} {}", word(flag.field)),
        _ => word(flag.field),
    });
    let call = [format!("ideogram {}", info.verb)].into_iter().chain(required).collect::<Vec<_>>().join(" ");
    let choice = flags(info).into_iter().find_map(|flag| match flag.field.kind {
        FieldKind::Enum(values) => values.last().map(|value| format!(" {} {value}", flag.shown())),
        _ => None,
    });
    let sandbox = if cfg!(feature = "sandbox") { " --sandbox" } else { "" };
    format!("Examples:\n  {call}{sandbox}\n  {call}{} -o made.png --json", choice.unwrap_or_default())
}

/// The flags of a call.
pub(crate) fn running() -> Vec<Arg> {
    let sync = "Make one HTTP call instead of using the queue: faster, but an interruption may lose a paid picture";
    let mut args = saving();
    args.push(switch("sync", sync).help_heading(RUNNING));
    let queue_sync_mode = "Queue a request with `--sync-mode`, whose result the service keeps for minutes only";
    args.push(switch("queue-sync-mode", queue_sync_mode).help_heading(RUNNING));
    let detach = "Send the request, print its number for `ideogram jobs result`, and exit";
    args.push(switch("detach", detach).help_heading(RUNNING).conflicts_with("sync"));
    args.push(
        Arg::new("webhook")
            .long("webhook")
            .value_name("URL")
            .value_parser(web_url)
            .value_hint(ValueHint::Url)
            .conflicts_with("sync")
            .help("A URL to which the service also posts the outcome")
            .help_heading(RUNNING),
    );
    if cfg!(feature = "sandbox") {
        let sandbox = "Use a sandbox inside this process: no key, no network, no bill";
        args.push(switch("sandbox", sandbox).help_heading(RUNNING).conflicts_with("detach"));
    }
    let max_cost = Arg::new("max-cost")
        .long("max-cost")
        .value_name("USD")
        .value_parser(Usd::from_str)
        .help("Spend at most this much in this run, in US dollars");
    let dry_run = switch("dry-run", "Print the exact request, as JSON and for curl, and its price; send nothing");
    args.extend([timeout(), max_cost.help_heading(RUNNING), dry_run.help_heading(RUNNING)]);
    args.extend(several::args());
    args
}

/// The flags that say where files go.
pub(crate) fn saving() -> Vec<Arg> {
    let output = Arg::new("output")
        .long("output")
        .short('o')
        .value_name("FILE")
        .value_parser(value_parser!(PathBuf))
        .value_hint(ValueHint::AnyPath)
        .help("File, folder, or name with fields to save to, `-` for stdout [default: {slug}-{seed}.{ext}]");
    let overwrite = switch("overwrite", "Overwrite the file that `--output` names");
    let no_metadata = switch(
        "no-metadata",
        "Do not write into a PNG what made it: prompt, fields, seed, request id, endpoint, price",
    );
    let sidecar = switch("sidecar", "Also write what made a picture to a JSON file beside it: `fox.png.json`");
    let preview = switch("preview", "Show the picture on the terminal, once it is saved");
    let open = switch("open", "Open the picture in the system's viewer, once it is saved");
    [output, overwrite, no_metadata, sidecar, preview, open].into_iter().map(|arg| arg.help_heading(RUNNING)).collect()
}

pub(crate) fn timeout() -> Arg {
    Arg::new("timeout")
        .long("timeout")
        .value_name("TIME")
        .value_parser(time())
        .help("Give up and cancel after this long: `90`, `90s` or `15m` [default: 15m]")
        .help_heading(RUNNING)
}
