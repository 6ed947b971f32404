//! Several requests of one command line, run together. One that fails does not stop the others; Ctrl-C stops all.

use crate::args::flag::is_seed;
use crate::args::input::Draft;
use crate::args::several::Variation;
use crate::calls::order::{Order, choose_seed};
use crate::calls::place::place;
use crate::calls::save_answer::SavedAnswer;
use crate::calls::session::Session;
use crate::calls::upload::upload;
use crate::cost::cost_row;
use crate::envelope::{Envelope, ErrorRow, Kind, ResultRow};
use crate::exit::{ErrorKind, Failure};
use crate::output::{Output, Paths, after_stdout, print_envelope, print_failure};
use crate::save::{self, Destination};
use crate::show::grid::{Cell, grid};
use crate::summary::summarised;
use ideogram_schema::EndpointInfo;
use serde_json::{Map, Value};
use std::cell::RefCell;
use std::collections::{HashSet, VecDeque};
use std::future::ready;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use tokio::task::{JoinSet, LocalSet};

/// How many requests are worked on at once.
const AT_ONCE: usize = 8;

/// How often a seed is drawn again that another picture of this run has.
const DRAWS: usize = 16;

/// Where the sheet goes, and whether it may overwrite.
#[derive(Clone, Debug)]
pub(super) struct Sheet {
    pub(super) path: PathBuf,
    pub(super) overwrite: bool,
}

impl Sheet {
    /// Judged before anything is paid.
    pub(super) fn new(path: &Path, overwrite: bool) -> Result<Self, Failure> {
        save::may_write(path, overwrite)?;
        Ok(Self { path: path.to_owned(), overwrite })
    }
}

/// One request, and what came of it.
#[derive(Debug)]
struct Outcome {
    index: usize,
    input: Map<String, Value>,
    saved: Result<SavedAnswer, Failure>,
}

/// What the tasks share.
#[derive(Debug, Default)]
struct Shared {
    waiting: VecDeque<(usize, Order)>,
    outcomes: Vec<Outcome>,
    paths: Paths,
}

/// The input of one picture; without a seed where the tool is to draw one.
pub(super) fn input_of(info: &EndpointInfo, base: &Map<String, Value>, variation: &Variation) -> Map<String, Value> {
    let mut input = base.clone();
    input.extend(variation.fields.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
    if let (Some(field), Some(seed)) = (info.inputs.iter().find(|field| is_seed(field)), variation.seed) {
        input.insert(field.name.to_owned(), seed.into());
    }
    input
}

/// The requests, each with a seed of its own where one is drawn.
fn orders(
    base: &Order,
    input: &Map<String, Value>,
    variations: &[Variation],
    session: &Session,
) -> Result<Vec<Order>, Failure> {
    let mut drawn = HashSet::new();
    let one = |(index, variation): (usize, &Variation)| {
        for _ in 0..DRAWS {
            let input = input_of(base.info, input, variation);
            let destination = base.destination.clone().with_index(index + 1);
            let mut order = Order { input, destination, ..base.clone() };
            choose_seed(&mut order, session)?;
            if variation.seed.is_some() || order.seed.is_none_or(|seed| drawn.insert(seed)) {
                return Ok(order);
            }
        }
        Err(Failure::failed("there are too few seeds for so many pictures; choose them with `--seeds`"))
    };
    variations.iter().enumerate().map(one).collect()
}

/// Makes all pictures: uploads what they share, sends each request, saves each picture.
pub(super) async fn run(
    mut session: Session,
    draft: Draft,
    base: &Order,
    variations: &[Variation],
    sheet: Option<&Sheet>,
) -> Result<(), Failure> {
    let output = session.output;
    let info = base.info;
    let mut shared_input = draft.input;
    upload(&mut session, info, &mut shared_input, &draft.uploads).await?;
    let orders = orders(base, &shared_input, variations, &session)?;
    let inputs: Vec<Map<String, Value>> = orders.iter().map(|order| order.input.clone()).collect();
    let waiting = orders.into_iter().enumerate().collect();
    let shared = Rc::new(RefCell::new(Shared { waiting, ..Shared::default() }));
    LocalSet::new().run_until(work(&session, Rc::clone(&shared), inputs.len())).await?;
    let mut shared = shared.take();
    shared.outcomes.sort_by_key(|outcome| outcome.index);
    report(info, &inputs, variations, shared, sheet, output)
}

async fn work(session: &Session, shared: Rc<RefCell<Shared>>, total: usize) -> Result<(), Failure> {
    let mut tasks = JoinSet::new();
    for _ in 0..total.min(AT_ONCE) {
        tasks.spawn_local(one_by_one(session.sibling()?, Rc::clone(&shared)));
    }
    let mut outcome = Ok(());
    while let Some(ended) = tasks.join_next().await {
        let ended = ended.map_err(|error| Failure::failed(format!("a task of this program ended early: {error}")));
        outcome = outcome.and(ended);
    }
    outcome
}

/// Works on requests until none is left. After Ctrl-C nothing more is sent.
async fn one_by_one(mut session: Session, shared: Rc<RefCell<Shared>>) {
    let output = session.output;
    loop {
        if session.interrupts.was_asked() || session.interrupts.unless(ready(())).await.is_none() {
            let mut shared = shared.borrow_mut();
            let waiting = std::mem::take(&mut shared.waiting);
            shared.outcomes.extend(waiting.into_iter().map(|(index, order)| Outcome {
                index,
                input: order.input,
                saved: Err(session.interrupts.failure("not sent")),
            }));
            return;
        }
        let Some((index, order)) = shared.borrow_mut().waiting.pop_front() else { return };
        let input = order.input.clone();
        let saved = place(&mut session, order, &[]).await;
        let mut shared = shared.borrow_mut();
        if let (Ok(saved), false) = (&saved, output.json()) {
            shared.paths.write(&saved.paths());
        }
        shared.outcomes.push(Outcome { index, input, saved });
    }
}

/// What a picture differs in from the others: `anime, seed 7`.
fn label(variation: &Variation, input: &Map<String, Value>, info: &EndpointInfo) -> String {
    let values =
        variation.fields.iter().map(|(_, value)| value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    let seed = info.inputs.iter().find(|field| is_seed(field)).and_then(|field| input.get(field.name));
    values.chain(seed.map(|seed| format!("seed {seed}"))).collect::<Vec<_>>().join(", ")
}

fn report(
    info: &'static EndpointInfo,
    inputs: &[Map<String, Value>],
    variations: &[Variation],
    shared: Shared,
    sheet: Option<&Sheet>,
    output: Output,
) -> Result<(), Failure> {
    let Shared { outcomes, mut paths, .. } = shared;
    let labels: Vec<String> =
        variations.iter().zip(inputs).map(|(variation, input)| label(variation, input, info)).collect();
    let (mut rows, mut cells, mut failures, mut incomplete) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut saved = 0;
    for (outcome, label) in outcomes.into_iter().zip(labels) {
        match outcome.saved {
            Ok(answer) => {
                saved += 1;
                // A warning has named the files, and what to do.
                incomplete.extend(answer.incomplete());
                let (row, files) = answer.into_parts();
                cells.push(Cell { label, path: files.first().cloned() });
                rows.push(row);
            }
            Err(failure) => {
                let failure = failure.of(&label);
                cells.push(Cell { label, path: None });
                rows.push(failed_row(info, &outcome.input, failure.row()));
                failures.push(failure);
            }
        }
    }
    let mut sheet_path = None;
    if let Some(sheet) = sheet.filter(|_| saved > 0) {
        match grid(&cells).and_then(|png| save::write(&sheet.path, &png, sheet.overwrite)) {
            Ok(path) => sheet_path = Some(path),
            Err(failure) => failures.push(failure),
        }
    }
    if rows.len() > 1 {
        failures.iter().for_each(print_failure);
    }
    let failure = Failure::of_several(&failures, saved).or_else(|| incomplete.pop());
    if output.json() {
        let mut envelope = Envelope::new(Kind::Images, rows).with_grid(sheet_path);
        if let Some(failure) = &failure {
            print_failure(failure);
            envelope = envelope.with_error(failure.row());
        }
        return after_stdout(print_envelope(&envelope), failure.map_or(Ok(()), |failure| Err(failure.reported())));
    }
    if let Some(path) = sheet_path {
        paths.write(format!("{}\n", path.display()).as_bytes());
    }
    after_stdout(paths.outcome(), failure.map_or(Ok(()), Err))
}

/// The row of a request that made nothing.
fn failed_row(info: &EndpointInfo, input: &Map<String, Value>, error: ErrorRow) -> ResultRow {
    let seed = info.inputs.iter().find(|field| is_seed(field)).and_then(|field| input.get(field.name)?.as_i64());
    ResultRow {
        endpoint: info.id.to_owned(),
        request_id: error.request_id.clone(),
        seed,
        images: Vec::new(),
        input: summarised(input),
        cost: cost_row(info, input),
        job: None,
        error: Some(error),
    }
}

/// Refuses a place that has no room for several pictures.
pub(super) fn room(destination: &Destination, total: usize) -> Result<(), Failure> {
    if total > 1 && !destination.is_folder() {
        return Err(Failure::new(
            ErrorKind::Usage,
            format!(
                "`--output` names one file, and there are {total} pictures; name a folder (`foxes/`), or a name with fields \
                 (`fox-{{seed}}.{{ext}}`)"
            ),
        ));
    }
    Ok(())
}
