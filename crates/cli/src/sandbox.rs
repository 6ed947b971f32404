//! The local service: `--sandbox`, and `ideogram sandbox`.

use crate::envelope::{Envelope, Kind, SandboxRow};
use crate::exit::{Exit, Failure};
use crate::interrupt::Interrupts;
use crate::output::{Output, print_envelope, write_stdout};
use crate::runtime::no_runtime;
use crate::save;
use clap::ArgMatches;
use ideogram_client::{ENDPOINTS, env};
use ideogram_sandbox::draw::Face;
use ideogram_sandbox::{Builder, Faults, MaskEdits, Sandbox};
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A key of the right shape; a sandbox takes any.
pub(crate) const KEY: &str = "sandbox:key";

/// The most bytes of a file of faults.
const MAX_FAULTS: u64 = 1 << 20;

/// The most bytes of an endpoint's document.
const MAX_DOCUMENT: u64 = 16 << 20;

/// The most bytes of a font; one of all Chinese characters has 20 MB.
const MAX_FONT: u64 = 128 << 20;

/// Serves until Ctrl-C; stdout has the lines that point other programs here.
pub(crate) fn serve(matches: &ArgMatches, output: Output) -> Result<(), Failure> {
    let builder = configured(matches)?.on_log(move |line| output.note(line));
    let port = matches.get_one::<u16>("port").copied().unwrap_or_default();
    let certificate = matches.get_one::<PathBuf>("tls");
    // Many clients may draw at once, so it takes every core.
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(|error| no_runtime(&error))?;
    runtime.block_on(async {
        let mut interrupts = Interrupts::listen()?;
        let sandbox = start(builder, port).await?;
        let mut environment =
            vec![(env::IDEOGRAM_BASE_URL, sandbox.url().to_owned()), (env::FAL_KEY, key(matches).to_owned())];
        if let (Some(path), Some(pem)) = (certificate, sandbox.authority_pem()) {
            let path = save::replace(path, pem.as_bytes())?;
            environment.push((env::IDEOGRAM_CA_FILE, path.display().to_string()));
        }
        match tell(&environment, &sandbox, output) {
            // A reader that closes the pipe after these lines does not end the service.
            Err(failure) if failure.exit() != Exit::Success => return Err(failure),
            _ => output.progress("paste these lines into another shell; Ctrl-C ends the service"),
        }
        interrupts.next().await;
        tokio::select! {
            () = sandbox.shutdown() => {}
            () = interrupts.next() => {}
        }
        Ok(())
    })
}

/// The environment as lines for a shell, or as JSON.
fn tell(environment: &[(&'static str, String)], sandbox: &Sandbox, output: Output) -> Result<(), Failure> {
    if output.json() {
        let row = SandboxRow {
            environment: environment.iter().cloned().collect(),
            page: sandbox.page_url(),
            services: sandbox
                .service_urls()
                .iter()
                .map(|(service, url)| (service.name().to_owned(), url.clone()))
                .collect(),
        };
        return print_envelope(&Envelope::new(Kind::Sandbox, vec![row]));
    }
    let exports = environment.iter().map(|(name, value)| format!("export {name}={}\n", quoted(value)));
    // These lines are comments for the shell that the output is pasted into.
    let page = format!("# what comes in is shown at {}\n", sandbox.page_url());
    let services = sandbox.service_urls().iter().map(|(service, url)| format!("# {} is at {url}\n", service.name()));
    write_stdout(exports.chain([page]).chain(services).collect::<String>().as_bytes())
}

/// A word as every shell reads it back.
fn quoted(word: &str) -> String {
    let plain = |character: char| character.is_ascii_alphanumeric() || "/:._-".contains(character);
    if word.chars().all(plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', "'\\''")) }
}

/// Starts a sandbox on a port of this machine; 0 is any free one.
pub(crate) async fn start(builder: Builder, port: u16) -> Result<Sandbox, Failure> {
    builder.port(port).start().await.map_err(|error| Failure::failed(error.to_string()))
}

/// A setting of the sandbox that is a time.
type SetTime = fn(Builder, Duration) -> Builder;

fn configured(matches: &ArgMatches) -> Result<Builder, Failure> {
    let mut builder = Sandbox::builder().tls(matches.contains_id("tls")).allow_fetch(matches.get_flag("allow-fetch"));
    if let Some(time) = matches.get_one::<Duration>("service-time") {
        builder = builder.service_time(*time);
    }
    if let Some(runners) = matches.get_one::<u16>("runners") {
        builder = builder.runners(*runners);
    }
    if let Some(seed) = matches.get_one::<u64>("seed") {
        builder = builder.seed(*seed);
    }
    builder = builder.service_ports(matches.get_flag("service-ports")).ignore_cancel(matches.get_flag("ignore-cancel"));
    let setters: [(&str, SetTime); 6] = [
        ("service-spread", Builder::service_spread),
        ("ping-interval", Builder::ping_interval),
        ("result-ttl", Builder::result_ttl),
        ("large-result-ttl", Builder::large_result_ttl),
        ("history-lag", Builder::history_lag),
        ("webhook-backoff", Builder::webhook_backoff),
    ];
    for (name, set) in setters {
        if let Some(time) = matches.get_one::<Duration>(name) {
            builder = set(builder, *time);
        }
    }
    if let Some(path) = matches.get_one::<PathBuf>("font") {
        builder = builder.font(face(path)?);
    }
    if let Some(bytes) = matches.get_one::<usize>("memory") {
        builder = builder.memory(*bytes);
    }
    if let Some(paths) = matches.get_many::<PathBuf>("document") {
        builder = builder.documents(paths.map(|path| text(path, MAX_DOCUMENT)).collect::<Result<Vec<_>, _>>()?);
    }
    if let Some(hosts) = matches.get_many::<String>("allow-host") {
        builder = builder.allow_hosts(hosts.cloned().collect::<Vec<_>>());
    }
    builder = builder.flat(matches.get_flag("flat")).cdn_takes_key(matches.get_flag("cdn-takes-key"));
    if matches.contains_id("key") {
        builder = builder.keys(key(matches));
    }
    if let Some(pictures) = matches.get_one::<u32>("balance") {
        builder = builder.balance(u64::from(*pictures) * list_price());
    }
    if let Some(concurrency) = matches.get_one::<u16>("concurrency") {
        builder = builder.concurrency(usize::from(*concurrency));
    }
    if let Some(path) = matches.get_one::<PathBuf>("faults") {
        builder = builder.faults(faults(path)?);
    }
    Ok(match matches.get_one::<String>("mask-edits").map(String::as_str) {
        Some("white") => builder.mask_edits(MaskEdits::White),
        _ => builder.mask_edits(MaskEdits::Black),
    })
}

/// The key to call with.
fn key(matches: &ArgMatches) -> &str {
    matches.get_one::<String>("key").map_or(KEY, String::as_str)
}

/// What the dearest picture costs by the description, in millionths.
fn list_price() -> u64 {
    ENDPOINTS.iter().filter_map(|info| info.price).map(|price| price.micros).max().unwrap_or_default()
}

fn face(path: &Path) -> Result<Face, Failure> {
    let cannot = |why: &dyn std::fmt::Display| cannot_use(path, why);
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(|error| cannot(&error))?;
    file.take(MAX_FONT).read_to_end(&mut bytes).map_err(|error| cannot(&error))?;
    Face::new(&bytes).ok_or_else(|| cannot(&"it is no TrueType or OpenType font"))
}

fn faults(path: &Path) -> Result<Faults, Failure> {
    text(path, MAX_FAULTS)?.parse().map_err(|error| cannot_use(path, &error).with_excerpt())
}

/// The text of a file, of which no more is read than that many bytes.
fn text(path: &Path, most: u64) -> Result<String, Failure> {
    let mut text = String::new();
    let file = std::fs::File::open(path).map_err(|error| cannot_use(path, &error))?;
    file.take(most).read_to_string(&mut text).map_err(|error| cannot_use(path, &error))?;
    Ok(text)
}

fn cannot_use(path: &Path, why: &dyn std::fmt::Display) -> Failure {
    Failure::file(format!("cannot use `{}`: {why}", path.display()))
}
