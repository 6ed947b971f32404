//! The look at every row before anything is paid: what it asks for, and what of it is bought already.

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
        let Some(found) = found else { return Ok(Decision::Buy) };
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
