//! Selects the rows that a command line asks for, by state, endpoint and age.

use crate::args::jobs::When;
use crate::clock;
use crate::ledger::{Filter, State};
use clap::ArgMatches;
use ideogram_schema::ENDPOINTS;

/// What the flags say.
#[derive(Clone, Debug)]
pub(crate) struct Wanted<'a> {
    /// None is every state.
    pub(super) states: Vec<State>,
    endpoint: Option<&'a str>,
    from_ms: Option<i64>,
    before_ms: Option<i64>,
}

impl<'a> Wanted<'a> {
    pub(crate) fn of(matches: &'a ArgMatches) -> Self {
        let named: Vec<&String> = matches.get_many("state").into_iter().flatten().collect();
        let is_named = |state: &State| named.iter().any(|name| *name == state.as_str());
        let endpoint = matches.get_one::<String>("endpoint").map(|name| {
            let known = ENDPOINTS.iter().find(|info| info.verb == name.as_str());
            known.map_or(name.as_str(), |info| info.id)
        });
        let now = clock::now_ms();
        let time = |name: &str| matches.get_one::<When>(name).map(|when| when.at_ms(now));
        Self {
            states: State::ALL.iter().copied().filter(is_named).collect(),
            endpoint,
            from_ms: time("newer-than"),
            before_ms: time("older-than"),
        }
    }

    /// The same for the ledger.
    pub(crate) fn filter(&self) -> Filter<'_> {
        Filter {
            states: &self.states,
            endpoint: self.endpoint,
            from_ms: self.from_ms,
            before_ms: self.before_ms,
            ..Filter::default()
        }
    }
}
