//! The states of a request and the events that change them, as `docs/REQUESTS.md` describes.

/// Where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum State {
    /// About to be sent, or sent and not answered: a run that ended here may have been accepted.
    Sending,
    /// The service has it, under the row's request id.
    Accepted,
    /// Its outcome is unknown: it was sent, the reply was lost, and it may have been accepted.
    Lost,
    /// The answer is in the row; its files are still to be saved.
    Answered,
    /// Closed: its files are saved.
    Saved,
    /// Closed: nothing was sent.
    NotSent,
    /// Closed: the service did not accept it.
    Refused,
    /// Closed: it ended without a result, by the service's verdict.
    Failed,
    /// Closed: cancelled, so that there is no result.
    Cancelled,
    /// Closed by hand: whatever it made is given up.
    Closed,
}

/// What happens to a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Event {
    /// It turns out that nothing was sent.
    NotSent,
    /// The service refused it.
    Refused,
    /// The reply was lost.
    ReplyLost,
    /// The service's id of it is known: from the reply, from the history, or from the user.
    Accepted,
    /// The answer is in hand.
    Answered,
    /// Every file of it is saved.
    Saved,
    /// The service's verdict: there is no result.
    Failed,
    /// It was cancelled: there is no result.
    Cancelled,
    /// The user gives it up.
    Closed,
    /// The user wants the service asked once more about a request that failed.
    AskedAgain,
}

impl State {
    /// Every state, the open ones first.
    pub const ALL: &'static [Self] = &[
        Self::Sending,
        Self::Accepted,
        Self::Lost,
        Self::Answered,
        Self::Saved,
        Self::NotSent,
        Self::Refused,
        Self::Failed,
        Self::Cancelled,
        Self::Closed,
    ];

    /// The word in the file and in `--json`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sending => "sending",
            Self::Accepted => "accepted",
            Self::Lost => "lost",
            Self::Answered => "answered",
            Self::Saved => "saved",
            Self::NotSent => "not_sent",
            Self::Refused => "refused",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Closed => "closed",
        }
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|state| state.as_str() == text)
    }

    /// Whether money may have been spent on what is not in hand yet.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Sending | Self::Accepted | Self::Lost | Self::Answered)
    }

    /// Whether the request may be billed: everything but what was certainly not accepted, or was cancelled. (Of a
    /// job that was cancelled while it ran, the service decides; it is counted as not billed.)
    pub const fn may_cost(self) -> bool {
        !matches!(self, Self::NotSent | Self::Refused | Self::Cancelled)
    }

    /// The state after an event, or `None` when the event cannot happen in this state. This table has every edge.
    ///
    /// Several edges lead to the state that the row is in already (`Accepted` to `Accepted`, for example). They are needed because
    /// two processes may learn the same fact, and after a crash the second one writes what the first had written.
    ///
    /// ```
    /// use ideogram_cli::ledger::{Event, State};
    ///
    /// assert_eq!(State::Lost.after(Event::Accepted), Some(State::Accepted));
    /// assert_eq!(State::Saved.after(Event::Failed), None);
    /// ```
    pub const fn after(self, event: Event) -> Option<Self> {
        match (self, event) {
            (Self::Sending, Event::NotSent) => Some(Self::NotSent),
            (Self::Sending, Event::Refused) => Some(Self::Refused),
            (Self::Sending | Self::Lost, Event::ReplyLost) => Some(Self::Lost),
            (Self::Sending | Self::Lost | Self::Accepted, Event::Accepted) | (Self::Failed, Event::AskedAgain) => {
                Some(Self::Accepted)
            }
            (Self::Sending | Self::Accepted | Self::Answered, Event::Answered) => Some(Self::Answered),
            (Self::Accepted | Self::Answered, Event::Saved) => Some(Self::Saved),
            (Self::Sending | Self::Accepted | Self::Answered, Event::Failed) => Some(Self::Failed),
            (Self::Sending | Self::Accepted, Event::Cancelled) => Some(Self::Cancelled),
            (Self::Sending | Self::Accepted | Self::Lost | Self::Answered, Event::Closed) => Some(Self::Closed),
            _ => None,
        }
    }
}

impl Event {
    /// Every event.
    pub const ALL: &'static [Self] = &[
        Self::NotSent,
        Self::Refused,
        Self::ReplyLost,
        Self::Accepted,
        Self::Answered,
        Self::Saved,
        Self::Failed,
        Self::Cancelled,
        Self::Closed,
        Self::AskedAgain,
    ];

    /// What happens, in a few words: the name of the event in `docs/REQUESTS.md`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotSent => "nothing was sent",
            Self::Refused => "the service refuses it",
            Self::ReplyLost => "the reply is lost",
            Self::Accepted => "its request id is known",
            Self::Answered => "the answer is in hand",
            Self::Saved => "every file is saved",
            Self::Failed => "the service's verdict: no result",
            Self::Cancelled => "it is cancelled",
            Self::Closed => "the user gives it up",
            Self::AskedAgain => "the user asks once more",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::State;

    #[test]
    fn only_what_was_certainly_not_taken_or_cancelled_costs_nothing() {
        let free: Vec<State> = State::ALL.iter().copied().filter(|state| !state.may_cost()).collect();
        assert_eq!(free, [State::NotSent, State::Refused, State::Cancelled]);
        assert!(State::ALL.iter().all(|state| state.may_cost() || !state.is_open()));
    }
}
