//! `ideogram batch`: the requests of a file, each bought once however often the command is run.
//!
//! First, the rows are read, checked and looked up in the ledger ([`survey`]), and the requests that are to be worked
//! on become a list on the disk ([`plan`]). Then several workers process this list at once ([`work`]), with the same
//! code and the same ledger as the command of an endpoint and `ideogram jobs resume`.

mod bar;
mod place;
mod plan;
mod read;
mod results;
mod row;
mod shared;
mod source;
mod survey;
mod throttle;
mod work;

use crate::args::value::is_set;
use crate::batch::bar::Bar;
use crate::batch::plan::Plan;
use crate::batch::results::Results;
use crate::batch::shared::Shared;
use crate::batch::source::Source;
use crate::batch::survey::{Survey, Surveyor};
use crate::batch::work::{Context, verdict, work};
use crate::calls::session::{DEFAULT_TIMEOUT, Session};
use crate::cost::usd_row;
use crate::envelope::{BatchRow, Envelope, GalleryRow, Kind};
use crate::exit::{ErrorKind, Failure};
use crate::gallery::{self, Gallery};
use crate::ledger::{Batch, Filter};
use crate::output::{self, Output, print_envelope};
use crate::price::amount;
use crate::runtime::block_on;
use clap::ArgMatches;
use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;
use tokio::task::{LocalSet, yield_now};

/// Above this many millionths of a US dollar the user is asked.
const MAX_UNASKED: u64 = 5_000_000;

/// What the command line says.
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
struct Options {
    /// `--out` as it was given.
    out: Option<PathBuf>,
    /// The folder of that as it was given.
    place: PathBuf,
    /// The same, absolute: nothing is saved outside it.
    folder: PathBuf,
    sets: Vec<(String, String)>,
    concurrency: u32,
    limit: Option<u64>,
    fail_fast: bool,
    rebuy: bool,
    retry_failed: bool,
    retry_unknown: bool,
    overwrite: bool,
    /// Whether a gallery is written at the end.
    gallery: bool,
    /// How long one request may take.
    patience: Duration,
}

impl Options {
    fn of(matches: &ArgMatches) -> Result<Self, Failure> {
        let has_fields = |out: &Path| !out.is_dir() && out.to_string_lossy().contains('{');
        // Several pictures need a folder, so a path without fields is a folder, whether it exists or not.
        let out = matches.get_one::<PathBuf>("out").map(|out| if has_fields(out) { out.clone() } else { out.join("") });
        let folder = match &out {
            Some(out) if !has_fields(out) => out.clone(),
            Some(template) => template.parent().unwrap_or(Path::new("")).to_owned(),
            None => PathBuf::new(),
        };
        let place = if folder.as_os_str().is_empty() { PathBuf::from(".") } else { folder };
        let folder = std::path::absolute(&place)
            .map_err(|error| Failure::file(format!("cannot find the folder `{}`: {error}", place.display())))?;
        let set = |name| matches.get_flag(name);
        Ok(Self {
            out,
            place,
            folder,
            sets: matches.get_many("set").into_iter().flatten().cloned().collect(),
            concurrency: matches.get_one::<u32>("concurrency").copied().unwrap_or(1),
            limit: matches.get_one::<u32>("limit").copied().map(u64::from),
            fail_fast: set("fail-fast"),
            rebuy: set("rebuy"),
            retry_failed: set("retry-failed"),
            retry_unknown: set("retry-unknown"),
            overwrite: set("overwrite"),
            gallery: set("gallery"),
            patience: matches.get_one::<Duration>("timeout").copied().unwrap_or(DEFAULT_TIMEOUT),
        })
    }
}

/// Runs the command.
pub(crate) fn run(matches: &ArgMatches, output: Output) -> Result<(), Failure> {
    let options = Options::of(matches)?;
    let file = matches.get_one::<PathBuf>("file").map_or(Path::new("-"), PathBuf::as_path);
    let source = Source::open(file, matches.get_one::<String>("name").map(String::as_str))?;
    block_on(LocalSet::new().run_until(async {
        if matches.get_flag("dry-run") {
            return dry_run(matches, output, &options, &source).await;
        }
        buy(matches, output, options, source).await
    }))?
}

/// Checks every row and tells what there would be to do. Without a key it is not known what is bought already.
async fn dry_run(matches: &ArgMatches, output: Output, options: &Options, source: &Source) -> Result<(), Failure> {
    let session = match Session::open(matches, output).await {
        Ok(session) => Some(session),
        Err(failure) if failure.kind() == ErrorKind::Credentials => None,
        Err(failure) => return Err(failure),
    };
    let name = session.as_ref().map(|session| named(session, &source.batch, false)).transpose()?.unwrap_or_default();
    let bought = session.as_ref().map(|session| (&session.ledger, batch(session, &name)));
    let mut surveyor = Surveyor { options, source, bought, plan: Plan::new()?, survey: Survey::default() };
    surveyor.read(async || Ok(())).await?;
    let survey = surveyor.survey;
    if session.is_none() {
        output.note("there is no API key, so it is not known what is bought already");
    }
    report(&survey, None, None, bad_rows(&survey), output)
}

/// Does what there is to do.
async fn buy(matches: &ArgMatches, output: Output, options: Options, source: Source) -> Result<(), Failure> {
    if options.gallery {
        gallery::may_write(&options.folder, options.overwrite)?;
    }
    let mut session = Session::open(matches, output).await?;
    session.ledger.tidy();
    let name = named(&session, &source.batch, matches.get_flag("again"))?;
    let is_new = !session.ledger.has_batch(batch(&session, &name))?;
    let (plan, survey) = {
        let Session { ledger, client, interrupts, .. } = &mut session;
        let batch = Batch { name: &name, base: client.queue_url(), account: client.key_fingerprint() };
        let mut surveyor = Surveyor {
            options: &options,
            source: &source,
            bought: Some((ledger, batch)),
            plan: Plan::new()?,
            survey: Survey::default(),
        };
        let pause = async || match interrupts.unless(yield_now()).await {
            Some(()) => Ok(()),
            None => Err(interrupts.failure("interrupted while the rows were read; nothing was sent")),
        };
        surveyor.read(pause).await?;
        (surveyor.plan, surveyor.survey)
    };
    output.note(&in_words(&survey));
    if !session.persistent {
        output.note(
            "with `--sandbox` nothing is known of this run afterwards, so the same command makes every row again; \
             `ideogram sandbox` in another terminal is for going on",
        );
    }
    if !is_new && survey.nameless > 0 {
        output.note(&format!(
            "{} of those to buy have no `id`; one that was edited since the last run is bought as a new row",
            survey.nameless
        ));
    }
    consent(matches, &survey, output)?;
    let results = Results::open(matches.get_one::<PathBuf>("results").map(PathBuf::as_path))?;
    let todo = survey.begun + options.limit.map_or(survey.new, |limit| survey.new.min(limit));
    let (bar, halt) = (Bar::new(output, todo), session.halt.clone());
    let shared = Rc::new(RefCell::new(Shared::new(plan, results, bar, halt, options.concurrency, todo)));
    let context = Rc::new(Context { options, source, batch: name });
    let worked = work(&mut session, Rc::clone(&context), Rc::clone(&shared)).await;
    let shown = if context.options.gallery { show(&mut session, &context).await.map(Some) } else { Ok(None) };
    worked?;
    let shared = shared.borrow();
    let failure = verdict(&shared, &survey);
    let (page, failure) = match (shown, failure) {
        (Ok(page), failure) => (page, failure),
        // The outcome of the pictures matters more.
        (Err(why), Some(failure)) => {
            output::print_failure(&why);
            (None, Some(failure))
        }
        (Err(why), None) => (None, Some(why)),
    };
    report(&survey, Some(&shared), page, failure, output)
}

/// Writes the gallery of what is saved of the batch, on a thread of its own: a Ctrl-C leaves it, and an earlier one as it was.
async fn show(session: &mut Session, context: &Context) -> Result<GalleryRow, Failure> {
    let output = session.output;
    let ledger = session.ledger.another()?;
    let path = Some(Path::new(&context.source.batch)).filter(|name| name.is_absolute());
    let title = path.and_then(Path::file_stem).map(|stem| stem.to_string_lossy().into_owned());
    let gallery = Gallery {
        folder: context.options.place.clone(),
        title: title.unwrap_or_else(|| context.source.batch.clone()),
        overwrite: context.options.overwrite,
        latest_first: false,
    };
    let batch = context.batch.clone();
    let written = tokio::task::spawn_blocking(move || {
        let filter = Filter { batch: Some(&batch), ..Filter::default() };
        gallery.write(&ledger, &filter, u32::MAX, output)
    });
    let interrupted = || Failure::new(ErrorKind::Interrupted, "interrupted while the gallery was written");
    let written = session.interrupts.unless(written).await.ok_or_else(interrupted)?;
    let row = written.map_err(|error| Failure::failed(format!("a thread of this program ended early: {error}")))??;
    output.note(&format!("{}: {}", row.index, gallery::in_words(&row)));
    Ok(row)
}

/// The batch's name in the ledger: that of the latest run over the file, or with `--again` the next one.
fn named(session: &Session, name: &str, again: bool) -> Result<String, Failure> {
    let numbered = |number: u64| if number == 1 { name.to_owned() } else { format!("{name} ({number})") };
    let mut number = 1;
    loop {
        let next = numbered(number + 1);
        let has = |name: &str| session.ledger.has_batch(batch(session, name));
        if !has(&next)? {
            let current = numbered(number);
            let is_used = has(&current)?;
            return Ok(if again && is_used { next } else { current });
        }
        number += 1;
    }
}

fn batch<'a>(session: &'a Session, name: &'a str) -> Batch<'a> {
    Batch { name, base: session.client.queue_url(), account: session.client.key_fingerprint() }
}

/// What there is to do, in one line.
fn in_words(survey: &Survey) -> String {
    let Survey { requests, new, micros, unpriced, begun, saved, failed, bad, .. } = survey;
    let cost = if *new > 0 { format!(" for ${}", amount(*micros)) } else { String::new() };
    let mut words = format!("{requests} requests: {new} to buy{cost}");
    for (count, what) in [
        (unpriced, "of those without a known price"),
        (begun, "begun by an earlier run"),
        (saved, "saved already"),
        (failed, "failed before"),
    ] {
        if *count > 0 {
            words.push_str(&format!(", {count} {what}"));
        }
    }
    if *bad > 0 {
        words.push_str(&format!("; {bad} bad row{}", if *bad == 1 { "" } else { "s" }));
    }
    words
}

/// Asks before much is paid; elsewhere than on a terminal it has to be said beforehand.
fn consent(matches: &ArgMatches, survey: &Survey, output: Output) -> Result<(), Failure> {
    let said = is_set(matches, "yes") || is_set(matches, "sandbox") || matches.contains_id("max-cost");
    if said || (survey.micros <= MAX_UNASKED && survey.unpriced == 0) {
        return Ok(());
    }
    let what = format!("{} requests for ${}", survey.new, amount(survey.micros));
    if output.json() || !output::can_ask() {
        return Err(Failure::usage(format!("nothing was sent: {what} want `--yes` or `--max-cost USD`")));
    }
    output::consent(&format!("Buy {what}?"))
}

fn bad_rows(survey: &Survey) -> Option<Failure> {
    let told = match survey.bad {
        0 => return None,
        1 => "1 row is bad".to_owned(),
        bad => format!("{bad} rows are bad"),
    };
    Some(Failure::new(ErrorKind::Partial, told))
}

/// Prints how it went.
fn report(
    survey: &Survey,
    shared: Option<&Shared>,
    gallery: Option<GalleryRow>,
    failure: Option<Failure>,
    output: Output,
) -> Result<(), Failure> {
    let done = shared.map(|shared| shared.done);
    let row = BatchRow {
        requests: survey.requests,
        to_buy: survey.new,
        cost: usd_row(survey.micros),
        begun_before: survey.begun,
        saved_before: survey.saved,
        failed_before: survey.failed,
        bad_rows: survey.bad,
        saved: done.map(|done| done.saved),
        failed: done.map(|done| done.failed),
        unknown: done.map(|done| done.unknown),
        elsewhere: done.map(|done| done.elsewhere),
        gallery,
    };
    match done {
        Some(done) => {
            let elsewhere = match done.elsewhere {
                0 => String::new(),
                count => format!(", {count} left to another `ideogram`"),
            };
            output.note(&format!("{} saved, {} failed{elsewhere}", done.saved, done.failed));
            if done.unknown > 0 {
                let many = done.unknown;
                output.note(&format!("the outcome of {many} is not known; `ideogram jobs` lists them"));
            }
        }
        None => output.note(&in_words(survey)),
    }
    if !output.json() {
        return failure.map_or(Ok(()), Err);
    }
    let envelope = Envelope::new(Kind::Batch, vec![row]);
    match failure {
        Some(failure) => {
            output::print_failure(&failure);
            let printed = print_envelope(&envelope.with_error(failure.row()));
            output::after_stdout(printed, Err(failure.reported()))
        }
        None => print_envelope(&envelope),
    }
}
