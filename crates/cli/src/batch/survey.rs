//! Examines every row before anything is paid: what it requests, and whether that was bought already.

use crate::batch::Options;
use crate::batch::place::below;
use crate::batch::plan::{Plan, Task};
use crate::batch::read::{Fault, Read1, rows};
use crate::batch::row::{Asked, understand};
use crate::batch::source::Source;
use crate::calls::order::worth_sending;
use crate::cost::cost;
use crate::exit::Failure;
use crate::ledger::{Batch, Ledger, State};
use crate::output::warn;

/// The most bad rows that are told one by one.
const MAX_TOLD: u64 = 20;

/// What there is to do.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Survey {
    /// Requests that the rows ask for.
    pub(super) requests: u64,
    /// To be bought.
    pub(super) new: u64,
    /// Of those, the ones without an `id`.
    pub(super) nameless: u64,
    /// What those cost in millionths of a US dollar, as far as it is known.
    pub(super) micros: u64,
    /// To be bought, at a price that is not known.
    pub(super) unpriced: u64,
    /// Begun by an earlier run.
    pub(super) begun: u64,
    /// Saved by an earlier run.
    pub(super) saved: u64,
    /// Failed in an earlier run, and left.
    pub(super) failed: u64,
    /// Rows that ask for nothing that can be made.
    pub(super) bad: u64,
}

/// What is asked about a row.
pub(super) struct Surveyor<'a> {
    pub(super) options: &'a Options,
    pub(super) source: &'a Source,
    /// The ledger, and the batch in it; without a key nothing is known to be bought.
    pub(super) bought: Option<(&'a Ledger, Batch<'a>)>,
    pub(super) plan: Plan,
    pub(super) survey: Survey,
}

impl Surveyor<'_> {
    /// Reads all rows. `pause` is asked now and then whether to go on.
    pub(super) async fn read(&mut self, mut pause: impl AsyncFnMut() -> Result<(), Failure>) -> Result<(), Failure> {
        for (count, row) in rows(self.source.file()?, &self.source.path)?.enumerate() {
            let Read1 { line, cells } = row?;
            let judged = match cells.and_then(|cells| understand(cells, &self.options.sets)) {
                Ok(asked) => self.judge(line, &asked)?,
                Err(fault) => Err(fault),
            };
            if let Err(fault) = judged {
                self.survey.bad += 1;
                if self.survey.bad <= MAX_TOLD {
                    warn(&told(&self.source.name, line, &fault));
                }
            }
            if count % 512 == 0 {
                pause().await?;
            }
        }
        match self.survey.bad.saturating_sub(MAX_TOLD) {
            0 => {}
            more => warn(&format!("{more} more rows of `{}` are bad", self.source.name)),
        }
        Ok(())
    }

    /// Takes a row into the plan.
    fn judge(&mut self, line: u64, asked: &Asked) -> Result<Result<(), Fault>, Failure> {
        if let Err(failure) = worth_sending(asked.info, &asked.fields, false, false) {
            return Ok(Err(Fault::new(failure.message())));
        }
        if let Some(output) = &asked.output
            && let Err(fault) = below(&self.options.folder, output)
        {
            return Ok(Err(fault));
        }
        for copy in 0..asked.copies {
            let fields = asked.copy(copy);
            let print = match asked.fingerprint(&fields, &self.source.folder) {
                Ok(print) => print,
                Err(fault) => return Ok(Err(fault)),
            };
            let (prefix, key) = if let Some(id) = &asked.id {
                let id = id.replace('%', "%25").replace('#', "%23").replace('~', "%7e");
                let id = if copy == 0 { id } else { format!("{id}~{}", copy + 1) };
                let (times, first) = self.plan.count(&format!("{id}#"), line)?;
                if times > 0 {
                    return Ok(Err(Fault::at("id", format!("line {first} has the same"))));
                }
                (format!("{id}#"), format!("{id}#{print}"))
            } else {
                let (times, _) = self.plan.count(&print, line)?;
                let key = format!("#{print}.{}", times + 1);
                (key.clone(), key)
            };
            self.survey.requests += 1;
            let job = match self.decide(line, &prefix, &key)? {
                Decision::Buy => None,
                Decision::Finish(job) => Some(job),
                Decision::Leave => continue,
            };
            self.count(asked, job);
            let task = Task {
                number: i64::try_from(self.survey.requests).unwrap_or(i64::MAX),
                line: i64::try_from(line).unwrap_or(i64::MAX),
                key,
                endpoint: asked.info.id.to_owned(),
                fields: serde_json::Value::Object(fields).to_string(),
                output: asked.output.clone(),
                job,
            };
            if job.is_some() || self.options.limit.is_none_or(|limit| self.survey.new <= limit) {
                self.plan.add(&task)?;
            }
        }
        Ok(Ok(()))
    }

    /// What is to be done about a key.
    fn decide(&mut self, line: u64, prefix: &str, key: &str) -> Result<Decision, Failure> {
        let Some((ledger, batch)) = self.bought else { return Ok(Decision::Buy) };
        let found = ledger.bought(batch, prefix)?;
        let Some(latest) = found else { return Ok(Decision::Buy) };
        // A row that was edited and edited back is the request that it is now, whatever was bought in between.
        let own = if latest.key == key { None } else { ledger.bought(batch, key)? };
        let own = own.filter(|own| own.state.is_open() || own.state == State::Saved);
        let found = own.unwrap_or(latest);
        match found.state {
            State::NotSent | State::Refused | State::Cancelled => Ok(Decision::Buy),
            State::Failed | State::Closed if self.options.retry_failed => Ok(Decision::Buy),
            _ if found.key != key && self.options.rebuy => Ok(Decision::Buy),
            State::Failed | State::Closed => {
                self.survey.failed += 1;
                Ok(Decision::Leave)
            }
            _ if found.key != key => Err(Failure::usage(format!(
                "`{}`, line {line}: its `id` was bought with another request, which is {} in `ideogram jobs`; nothing was \
                 sent; `--rebuy` buys it as it is now",
                self.source.name, found.id
            ))),
            State::Saved => {
                self.survey.saved += 1;
                Ok(Decision::Leave)
            }
            _ => Ok(Decision::Finish(found.id)),
        }
    }

    fn count(&mut self, asked: &Asked, job: Option<i64>) {
        if job.is_some() {
            self.survey.begun += 1;
            return;
        }
        self.survey.new += 1;
        if self.options.limit.is_some_and(|limit| self.survey.new > limit) {
            return;
        }
        self.survey.nameless += u64::from(asked.id.is_none());
        match cost(asked.info, &asked.fields) {
            Some(micros) => self.survey.micros = self.survey.micros.saturating_add(micros),
            None => self.survey.unpriced += 1,
        }
    }
}

enum Decision {
    Buy,
    Finish(i64),
    Leave,
}

/// `prompts.csv, line 3, column strength: it must be …`.
pub(super) fn told(name: &str, line: u64, fault: &Fault) -> String {
    let column = fault.column.as_ref().map(|column| format!(", column {column}")).unwrap_or_default();
    format!("{name}, line {line}{column}: {}", fault.why)
}

#[cfg(test)]
mod tests {
    use super::{Survey, Surveyor};
    use crate::batch::Options;
    use crate::batch::plan::{Plan, Task};
    use crate::batch::source::Source;
    use crate::exit::Failure;
    use crate::ledger::{Batch, Closing, Ledger, NewRow, State};
    use std::time::Duration;

    const BATCH: Batch<'_> = Batch { name: "rows", base: "b", account: "a" };

    fn options() -> Options {
        Options {
            out: None,
            place: ".".into(),
            folder: std::env::temp_dir(),
            sets: Vec::new(),
            concurrency: 1,
            limit: None,
            fail_fast: false,
            rebuy: false,
            retry_failed: false,
            retry_unknown: false,
            overwrite: false,
            gallery: false,
            patience: Duration::ZERO,
        }
    }

    /// What a look at these rows comes to, and the tasks in the order of the work.
    async fn survey(rows: &str, options: &Options, ledger: &Ledger) -> Result<(Survey, Vec<Task>), Failure> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rows.jsonl");
        std::fs::write(&path, rows).unwrap();
        let source = Source::open(&path, Some("rows"))?;
        let (bought, plan) = (Some((ledger, BATCH)), Plan::new()?);
        let mut surveyor = Surveyor { options, source: &source, bought, plan, survey: Survey::default() };
        let mut pauses = 0;
        surveyor
            .read(async || {
                pauses += 1;
                Ok(())
            })
            .await?;
        assert_eq!(pauses, 1, "one for so few rows");
        let tasks = std::iter::from_fn(|| surveyor.plan.next().unwrap()).collect();
        Ok((surveyor.survey, tasks))
    }

    /// Notes a request of the batch, and brings it into that state.
    fn bought(ledger: &mut Ledger, key: &str, state: State) -> i64 {
        let row = NewRow {
            base: BATCH.base,
            account: Some(BATCH.account),
            batch: Some((BATCH.name, key)),
            ..NewRow::new("x/y", "{}")
        };
        let (id, why) = (ledger.begin(&row).unwrap(), String::new());
        match state {
            State::Accepted | State::Answered | State::Saved | State::Cancelled => ledger.accepted(id, "r").unwrap(),
            State::Lost => ledger.lost(id, "cut").unwrap(),
            _ => {}
        }
        match state {
            State::Answered => ledger.answered(id, None, "{}"),
            State::Saved => ledger.close(id, &Closing::Saved { files: Vec::new() }),
            State::NotSent => ledger.close(id, &Closing::NotSent { why }),
            State::Refused => ledger.close(id, &Closing::Refused { why }),
            State::Failed => ledger.close(id, &Closing::Failed { why }),
            State::Cancelled => ledger.close(id, &Closing::Cancelled),
            State::Closed => ledger.close(id, &Closing::ByHand),
            _ => Ok(()),
        }
        .unwrap();
        assert_eq!(ledger.row(id).unwrap().unwrap().state, state);
        id
    }

    #[tokio::test]
    async fn what_is_bought_already_is_bought_again_only_where_nothing_can_come_of_it_or_it_is_asked_for() {
        const ROW: &str = r#"{"prompt":"a","id":"k"}"#;
        let (_, tasks) = survey(ROW, &options(), &Ledger::temporary().unwrap()).await.unwrap();
        let key = tasks[0].key.clone();
        let (plain, retry, rebuy) =
            (options(), Options { retry_failed: true, ..options() }, Options { rebuy: true, ..options() });
        for &state in State::ALL {
            for same in [true, false] {
                for (what, options) in [("plain", &plain), ("retry", &retry), ("rebuy", &rebuy)] {
                    let mut ledger = Ledger::temporary().unwrap();
                    let id = bought(&mut ledger, if same { &key } else { "k#another" }, state);
                    let found = survey(ROW, options, &ledger).await;
                    let case = format!("{state:?}, same: {same}, {what}: {found:?}");
                    let buys = match state {
                        State::NotSent | State::Refused | State::Cancelled => true,
                        State::Failed | State::Closed => what == "retry" || (!same && what == "rebuy"),
                        _ => !same && what == "rebuy",
                    };
                    let left = matches!(state, State::Failed | State::Closed);
                    if !buys && !same && !left {
                        assert!(found.unwrap_err().message().contains("bought with another request"), "{case}");
                        continue;
                    }
                    let (survey, tasks) = found.unwrap();
                    let jobs: Vec<_> = tasks.iter().map(|task| task.job).collect();
                    let counts = [survey.new, survey.begun, survey.saved, survey.failed];
                    let (expected, expected_counts) = match state {
                        _ if buys => (vec![None], [1, 0, 0, 0]),
                        State::Saved => (vec![], [0, 0, 1, 0]),
                        _ if left => (vec![], [0, 0, 0, 1]),
                        _ => (vec![Some(id)], [0, 1, 0, 0]),
                    };
                    assert_eq!((jobs, counts, survey.requests), (expected, expected_counts, 1), "{case}");
                }
            }
        }
    }

    #[tokio::test]
    async fn a_row_that_was_edited_and_edited_back_is_the_request_that_it_is_now() {
        const ROW: &str = r#"{"prompt":"a","id":"k"}"#;
        let (_, tasks) = survey(ROW, &options(), &Ledger::temporary().unwrap()).await.unwrap();
        let key = tasks[0].key.clone();
        for (state, between, expected) in [
            (State::Accepted, State::Refused, (vec![true], [0, 1, 0, 0])),
            (State::Lost, State::Saved, (vec![true], [0, 1, 0, 0])),
            (State::Answered, State::Failed, (vec![true], [0, 1, 0, 0])),
            (State::Saved, State::Refused, (vec![], [0, 0, 1, 0])),
            (State::Saved, State::Saved, (vec![], [0, 0, 1, 0])),
            (State::Refused, State::NotSent, (vec![false], [1, 0, 0, 0])),
        ] {
            let mut ledger = Ledger::temporary().unwrap();
            let id = bought(&mut ledger, &key, state);
            bought(&mut ledger, "k#another", between);
            for options in
                [options(), Options { rebuy: true, ..options() }, Options { retry_failed: true, ..options() }]
            {
                let (survey, tasks) = survey(ROW, &options, &ledger).await.unwrap();
                let finishes: Vec<bool> = tasks.iter().map(|task| task.job == Some(id)).collect();
                let counts = [survey.new, survey.begun, survey.saved, survey.failed];
                assert_eq!((finishes, counts), expected, "{state:?}, {between:?}");
            }
        }
    }

    #[tokio::test]
    async fn every_request_has_a_key_of_its_own_and_a_row_that_is_there_twice_another_one() {
        let rows = "{\"prompt\":\"a\",\"id\":\"a%#~\",\"n\":3}\n{\"prompt\":\"b\"}\n{\"prompt\":\"b\"}\n\
                    {\"prompt\":\"c\",\"id\":\"a%#~\"}\n{\"prompt\":\" \"}\n{\"prompt\":\"d\",\"output\":\"../d.png\"}\n";
        let (survey, tasks) = survey(rows, &options(), &Ledger::temporary().unwrap()).await.unwrap();
        let print = |key: &str| key.split_once('#').unwrap().1.trim_end_matches(".1").trim_end_matches(".2").to_owned();
        let keys: Vec<String> = tasks.iter().map(|task| task.key.replace(&print(&task.key), "")).collect();
        assert_eq!(keys, ["a%25%23%7e#", "a%25%23%7e~2#", "a%25%23%7e~3#", "#.1", "#.2"]);
        assert!(tasks.iter().all(|task| print(&task.key).len() == 64), "{tasks:?}");
        assert_eq!(tasks.iter().map(|task| task.number).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
        assert_eq!(tasks.iter().map(|task| task.line).collect::<Vec<_>>(), [1, 1, 1, 2, 3]);
        assert_eq!((survey.requests, survey.new, survey.nameless, survey.bad), (5, 5, 2, 3));
        assert_eq!((survey.micros, survey.unpriced), (5 * 50_000, 0));
    }

    #[tokio::test]
    async fn a_row_without_an_id_may_be_there_any_number_of_times() {
        let rows = "{\"prompt\":\"a\",\"n\":12}\n{\"prompt\":\"a\"}\n";
        let mut ledger = Ledger::temporary().unwrap();
        let (_, tasks) = survey(rows, &options(), &ledger).await.unwrap();
        for task in &tasks {
            bought(&mut ledger, &task.key, State::Saved);
        }
        let (survey, tasks) = survey(rows, &options(), &ledger).await.unwrap();
        assert_eq!((survey.saved, survey.new, tasks.len()), (13, 0, 0));
    }

    #[tokio::test]
    async fn a_limit_is_for_what_is_new_and_what_is_begun_is_finished_beyond_it() {
        let rows = "{\"prompt\":\"a\"}\n{\"prompt\":\"b\",\"id\":\"b\"}\n{\"prompt\":\"c\"}\n{\"prompt\":\"d\",\"id\":\"d\"}\n";
        let mut ledger = Ledger::temporary().unwrap();
        let (_, all) = survey(rows, &options(), &ledger).await.unwrap();
        let id = bought(&mut ledger, &all[3].key, State::Accepted);
        let limited = |limit| Options { limit: Some(limit), ..options() };
        for (limit, numbers, nameless) in [(1, vec![4, 1], 1), (2, vec![4, 1, 2], 1), (3, vec![4, 1, 2, 3], 2)] {
            let (survey, tasks) = survey(rows, &limited(limit), &ledger).await.unwrap();
            assert_eq!(tasks.iter().map(|task| task.number).collect::<Vec<_>>(), numbers, "{limit}");
            assert_eq!(tasks[0].job, Some(id));
            assert_eq!((survey.new, survey.begun, survey.nameless), (3, 1, nameless), "{limit}");
            assert_eq!(survey.micros, limit * 50_000);
        }
    }
}
