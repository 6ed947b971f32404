//! What happens to a job, as a stream of typed events.

use crate::error::Result;
use crate::job::Job;
use crate::job::follow::Follower;
use crate::job::status::has_ended;
use crate::wire::input::CallOutput;
use futures_util::stream::{BoxStream, Stream, StreamExt, unfold};
use ideogram_schema::{LogEntry, QueueState, QueueStatus};
use std::collections::VecDeque;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

/// One thing that happened to a job.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Update {
    /// It waits in the queue; sent again when its position has changed.
    Queued {
        /// How many requests are ahead, where the server says.
        position: Option<i64>,
    },
    /// A runner works on it.
    Started,
    /// It wrote a log line; each line is sent once.
    Log(LogEntry),
    /// It has ended, successfully or not: [`QueueStatus::error`] says which. Always the last update.
    Completed(Box<QueueStatus>),
}

/// A stream of [`Update`]s, made by [`Job::updates`](crate::Job::updates). Dropping it stops following, not the job.
pub struct Updates(BoxStream<'static, Result<Update>>);

impl Updates {
    pub(crate) fn new<O: CallOutput>(follower: Box<Follower<O>>) -> Self {
        let state = (follower, StatusChanges::default(), VecDeque::new());
        Self(
            unfold(state, |(mut follower, mut changes, mut waiting)| async {
                loop {
                    if let Some(update) = waiting.pop_front() {
                        return Some((Ok(update), (follower, changes, waiting)));
                    }
                    match follower.next().await {
                        Ok(Some(status)) => waiting.extend(changes.since_last(*status)),
                        Ok(None) => return None,
                        Err(error) => return Some((Err(error), (follower, changes, waiting))),
                    }
                }
            })
            .boxed(),
        )
    }
}

impl<O: CallOutput> Job<O> {
    /// The job's updates as they happen, until it has completed. The stream ends after
    /// [`Update::Completed`](crate::Update::Completed) or an error; [`result`](Self::result) has the result then.
    ///
    /// ```no_run
    /// use futures_util::TryStreamExt;
    /// use ideogram_client::Update;
    ///
    /// # async fn example(job: ideogram_client::Job<ideogram_client::Output>) -> ideogram_client::Result<()> {
    /// let mut updates = job.updates();
    /// while let Some(update) = updates.try_next().await? {
    ///     match update {
    ///         Update::Queued { position } => println!("{position:?} ahead"),
    ///         Update::Started => println!("running"),
    ///         Update::Log(entry) => println!("{}", entry.message),
    ///         _ => {}
    ///     }
    /// }
    /// let response = job.result().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn updates(&self) -> Updates {
        Updates::new(Follower::new(self.clone(), true))
    }
}

impl Stream for Updates {
    type Item = Result<Update>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_next_unpin(context)
    }
}

impl fmt::Debug for Updates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Updates")
    }
}

/// What was sent of a job so far, because statuses repeat what is known, and updates must not.
#[derive(Debug, Default)]
struct StatusChanges {
    queued: bool,
    position: Option<i64>,
    started: bool,
}

impl StatusChanges {
    fn since_last(&mut self, mut status: QueueStatus) -> Vec<Update> {
        let logs = status.logs.take().unwrap_or_default();
        let mut updates = Vec::with_capacity(logs.len() + 1);
        match status.status {
            QueueState::InQueue if !self.queued || self.position != status.queue_position => {
                self.queued = true;
                self.position = status.queue_position;
                updates.push(Update::Queued { position: status.queue_position });
            }
            QueueState::InProgress if !self.started => {
                self.started = true;
                updates.push(Update::Started);
            }
            _ => {}
        }
        updates.extend(logs.into_iter().map(Update::Log));
        if has_ended(&status) {
            updates.push(Update::Completed(Box::new(status)));
        }
        updates
    }
}

#[cfg(test)]
mod tests {
    use super::{StatusChanges, Update};
    use ideogram_schema::{LogEntry, QueueState, QueueStatus};

    #[test]
    fn what_has_not_changed_is_not_told_again() {
        let mut changes = StatusChanges::default();
        let mut tell = |status: QueueStatus| changes.since_last(status);
        let queued = |position| QueueStatus::new(QueueState::InQueue, "1").with_queue_position(position);
        assert_eq!(tell(queued(2)), [Update::Queued { position: Some(2) }]);
        assert_eq!(tell(queued(2)), []);
        assert_eq!(tell(queued(1)), [Update::Queued { position: Some(1) }]);
        let running = QueueStatus::new(QueueState::InProgress, "1");
        let line = LogEntry::new("a");
        assert_eq!(tell(running.clone().with_logs(vec![line.clone()])), [Update::Started, Update::Log(line.clone())]);
        assert_eq!(tell(running), []);
        let done = QueueStatus::new(QueueState::Completed, "1");
        let updates = tell(done.clone().with_logs(vec![line.clone()]));
        assert_eq!(updates, [Update::Log(line), Update::Completed(Box::new(done))]);
    }
}
