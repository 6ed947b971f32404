//! Judges the outcomes of the points: a pure function, so that a unit test can show when it fails.

use super::state::State;
use std::fmt;

/// The outcome of one point, after its requests were resumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Outcome {
    /// Where the process was killed.
    pub(super) state: State,
    /// Paid requests that the service accepted for the one order.
    pub(super) accepted: usize,
    /// Whether the ledger still has a request open that the service had accepted.
    pub(super) open: bool,
    /// Whole pictures in the folder.
    pub(super) whole: usize,
    /// Pictures under their final names that are cut.
    pub(super) torn: usize,
    /// Other files in the folder.
    pub(super) left_over: usize,
}

impl Outcome {
    /// Whether nothing is wrong with it.
    pub(super) fn is_clean(&self) -> bool {
        let verdict = judge(&[*self], 0);
        verdict.broken() == 0
    }
}

/// The sum over all points.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdict {
    /// Accepted, but without a complete picture on the disk, or not closed in the ledger.
    pub lost: usize,
    /// Accepted more than once, or saved under two names.
    pub twice: usize,
    /// Pictures under their final names that are cut.
    pub torn: usize,
    /// Other files in the folder.
    pub left_over: usize,
    /// How often a process was killed in each state, in their order.
    pub(super) hits: Vec<(State, usize)>,
    /// How often each state had to be hit.
    at_least: usize,
}

/// Judges the points. Every state has to be hit `at_least` times.
pub(super) fn judge(outcomes: &[Outcome], at_least: usize) -> Verdict {
    let count = |is: fn(&Outcome) -> bool| outcomes.iter().filter(|outcome| is(outcome)).count();
    let hits = |state| outcomes.iter().filter(|outcome| outcome.state == state).count();
    Verdict {
        lost: count(|outcome| outcome.accepted > 0 && (outcome.whole == 0 || outcome.open)),
        twice: count(|outcome| outcome.accepted > 1 || outcome.whole > 1),
        torn: outcomes.iter().map(|outcome| outcome.torn).sum(),
        left_over: outcomes.iter().map(|outcome| outcome.left_over).sum(),
        hits: State::ALL.map(|state| (state, hits(state))).to_vec(),
        at_least: at_least.max(1),
    }
}

impl Verdict {
    /// How much went wrong.
    fn broken(&self) -> usize {
        self.lost + self.twice + self.torn + self.left_over
    }

    /// Whether every promise was kept, and every state seen.
    pub fn is_good(&self) -> bool {
        self.broken() == 0 && self.missed().next().is_none()
    }

    /// The states that were not hit often enough.
    pub(super) fn missed(&self) -> impl Iterator<Item = State> {
        self.hits.iter().filter(|(_, hits)| *hits < self.at_least).map(|(state, _)| *state)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { lost, twice, torn, left_over, .. } = self;
        write!(f, "lost {lost}, twice {twice}, torn {torn}, left over {left_over}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good(state: State) -> Outcome {
        Outcome { state, accepted: 1, open: false, whole: 1, torn: 0, left_over: 0 }
    }

    type Change = fn(&mut Outcome);

    /// One good point a state, and the first of them changed.
    fn judged(change: impl Fn(&mut Outcome)) -> Verdict {
        let mut outcomes = State::ALL.map(good);
        outcomes.first_mut().map(change);
        judge(&outcomes, 1)
    }

    #[test]
    fn nothing_wrong_is_good() {
        let verdict = judged(|_| {});
        assert!(verdict.is_good(), "{verdict:?}");
        assert_eq!(verdict.to_string(), "lost 0, twice 0, torn 0, left over 0");
    }

    #[test]
    fn what_was_not_accepted_owes_no_picture() {
        assert!(judged(|outcome| (outcome.accepted, outcome.whole) = (0, 0)).is_good());
    }

    #[test]
    fn every_broken_promise_turns_it_red() {
        let cases: [(Change, &str); 6] = [
            (|outcome| outcome.whole = 0, "lost 1, twice 0, torn 0, left over 0"),
            (|outcome| outcome.open = true, "lost 1, twice 0, torn 0, left over 0"),
            (|outcome| outcome.accepted = 2, "lost 0, twice 1, torn 0, left over 0"),
            (|outcome| outcome.whole = 2, "lost 0, twice 1, torn 0, left over 0"),
            (|outcome| outcome.torn = 1, "lost 0, twice 0, torn 1, left over 0"),
            (|outcome| outcome.left_over = 3, "lost 0, twice 0, torn 0, left over 3"),
        ];
        for (change, said) in cases {
            let verdict = judged(change);
            assert_eq!((verdict.is_good(), verdict.to_string().as_str()), (false, said));
        }
    }

    #[test]
    fn a_state_that_is_not_hit_often_enough_turns_it_red() {
        let verdict = judged(|outcome| outcome.state = State::Saving);
        assert_eq!((verdict.is_good(), verdict.missed().collect::<Vec<_>>()), (false, vec![State::Before]));
        assert!(!judge(&State::ALL.map(good), 2).is_good(), "once is not twice");
        assert!(!judge(&[], 0).is_good(), "nothing seen is nothing shown");
    }
}
