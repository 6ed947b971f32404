//! The predicates (`is_…`) of an error, derived from its kind and the state of its request.

use super::{Error, ErrorKind, RequestState};

impl Error {
    /// No API key was given ([`ErrorKind::MissingKey`]). Every call needs one, so this comes from building a client.
    ///
    /// ```
    /// let error = ideogram_client::Client::builder().build().unwrap_err();
    /// assert!(error.is_missing_key() && error.is_auth() && error.is_configuration());
    /// ```
    ///
    /// # Troubleshooting
    /// Set `FAL_KEY`, or both `FAL_KEY_ID` and `FAL_KEY_SECRET`, or pass a key to the builder. A key is made in fal's
    /// dashboard. A sandbox takes any key.
    pub fn is_missing_key(&self) -> bool {
        self.kind() == ErrorKind::MissingKey
    }

    /// A setting cannot be used: a base URL, a certificate file, a key with a space in it, or no key at all
    /// ([`ErrorKind::Configuration`], [`ErrorKind::MissingKey`]). Nothing was sent; the sentence names the setting.
    ///
    /// ```
    /// let error = ideogram_client::Client::builder().with_key("a b").build().unwrap_err();
    /// assert!(error.is_configuration() && !error.is_missing_key());
    /// ```
    pub fn is_configuration(&self) -> bool {
        matches!(self.kind(), ErrorKind::Configuration | ErrorKind::MissingKey)
    }

    /// Something that the caller passed in cannot be used ([`ErrorKind::Input`]): a number out of range, a misspelled
    /// field, the path of a file where its URL belongs, a text that is no request id. It was found here and nothing was
    /// sent; what the server finds wrong is [`is_validation`](Self::is_validation).
    ///
    /// ```
    /// use ideogram_client::{RemixInput, Result, Strength};
    ///
    /// fn input() -> Result<RemixInput> {
    ///     Ok(RemixInput::new("An ice cream", "https://example.com/fox.png").with_strength(Strength::new(1.5)?))
    /// }
    ///
    /// let error = input().unwrap_err();
    /// assert!(error.is_input() && !error.may_have_been_accepted());
    /// assert_eq!(error.to_string(), "1.5 is out of range: it must be from 0.01 to 1");
    /// ```
    pub fn is_input(&self) -> bool {
        self.kind() == ErrorKind::Input
    }

    /// A file of this machine could not be read or written ([`ErrorKind::File`]).
    /// [`source`](std::error::Error::source) is the `io::Error`, and the sentence names the path.
    ///
    /// ```
    /// # use ideogram_client::Error;
    /// use std::error::Error as _;
    ///
    /// fn disk_is_full(error: &Error) -> bool {
    ///     let cause = error.source().and_then(|source| source.downcast_ref::<std::io::Error>());
    ///     error.is_file() && cause.is_some_and(|cause| cause.kind() == std::io::ErrorKind::StorageFull)
    /// }
    /// ```
    pub fn is_file(&self) -> bool {
        self.kind() == ErrorKind::File
    }

    /// The key is missing, or the service refused it with 401 or 403 ([`ErrorKind::Auth`], [`ErrorKind::MissingKey`]).
    /// An account without balance is refused with 403 too, and is [`is_exhausted_balance`](Self::is_exhausted_balance)
    /// instead.
    ///
    /// ```
    /// # fn show(error: ideogram_client::Error) {
    /// if error.is_auth() {
    ///     eprintln!("is `FAL_KEY` a key of this account? {error}");
    /// }
    /// # }
    /// ```
    ///
    /// # Troubleshooting
    /// A key consists of an id and a secret with a colon between them; both halves are needed. In fal's dashboard a key can
    /// be limited to some operations: one that may call models may still not read prices or the request history.
    pub fn is_auth(&self) -> bool {
        matches!(self.kind(), ErrorKind::Auth | ErrorKind::MissingKey)
    }

    /// The account has no balance left ([`ErrorKind::ExhaustedBalance`]: 402, or 403 with that reason). Top it up in
    /// fal's dashboard; until then every request is refused, so the client does not try again.
    ///
    /// ```
    /// # fn show(error: ideogram_client::Error) {
    /// if error.is_exhausted_balance() {
    ///     eprintln!("top up the account at fal.ai/dashboard/billing");
    /// }
    /// # }
    /// ```
    pub fn is_exhausted_balance(&self) -> bool {
        self.kind() == ErrorKind::ExhaustedBalance
    }

    /// The service refused the input ([`ErrorKind::Validation`], and [`ErrorKind::ContentPolicy`], which is one reason
    /// for it). [`details`](Self::details) names the fields; the same input is refused again.
    ///
    /// The queue checks an input only when the job runs: then [`is_job_failure`](Self::is_job_failure) is true as well.
    ///
    /// ```
    /// # fn show(error: ideogram_client::Error) {
    /// use ideogram_client::Allowed;
    ///
    /// if error.is_validation() {
    ///     for detail in error.details() {
    ///         eprintln!("{}: {} ({})", detail.location(), detail.msg, Allowed::of(detail));
    ///     }
    /// }
    /// # }
    /// ```
    pub fn is_validation(&self) -> bool {
        matches!(self.kind(), ErrorKind::Validation | ErrorKind::ContentPolicy)
    }

    /// Moderation refused the prompt or a picture ([`ErrorKind::ContentPolicy`]); [`is_validation`](Self::is_validation)
    /// is true as well, so ask this first. Change the prompt or the picture.
    ///
    /// ```
    /// # fn show(error: ideogram_client::Error) {
    /// if error.is_content_policy() {
    ///     eprintln!("the prompt was refused by moderation: change it");
    /// } else if error.is_validation() {
    ///     eprintln!("correct the input: {error}");
    /// }
    /// # }
    /// ```
    pub fn is_content_policy(&self) -> bool {
        self.kind() == ErrorKind::ContentPolicy
    }

    /// Too many requests ([`ErrorKind::RateLimited`]: 429), or a queue that is longer than
    /// [`with_max_queue_length`](crate::Submit::with_max_queue_length) allows. The request was not taken. The client has
    /// waited and tried again already: send fewer at once, or later.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # async fn show(error: ideogram_client::Error) {
    /// if error.is_rate_limited() {
    ///     tokio::time::sleep(error.retry_after().unwrap_or(Duration::from_secs(30))).await;
    /// }
    /// # }
    /// ```
    pub fn is_rate_limited(&self) -> bool {
        self.kind() == ErrorKind::RateLimited
    }

    /// No such job, endpoint or file ([`ErrorKind::NotFound`]: 404).
    ///
    /// ```
    /// # async fn show(client: ideogram_client::Client) -> ideogram_client::Result<()> {
    /// match client.job::<ideogram_client::Remix>("764cabcf-b745-4b3e-ae38-1200304cf45b")?.status().await {
    ///     Err(error) if error.is_not_found() => eprintln!("no such job, or it was forgotten"),
    ///     status => println!("{}", status?.status),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Troubleshooting
    /// The queue keeps a result for an hour, and one of 10 KiB or more (`sync_mode`) for six minutes;
    /// [`Job::result`](crate::Job::result) then looks in the request history. A job belongs to one queue: an id from a
    /// sandbox is unknown to the service, and the other way round.
    pub fn is_not_found(&self) -> bool {
        self.kind() == ErrorKind::NotFound
    }

    /// No connection could be made ([`ErrorKind::Connect`]): nothing was sent. The client has tried several times, and the
    /// service's backup host as well.
    ///
    /// ```
    /// # fn show(error: ideogram_client::Error) {
    /// if error.is_connect() {
    ///     eprintln!("is the network up? {error}");
    /// }
    /// # }
    /// ```
    ///
    /// # Troubleshooting
    /// Print the error with `{:?}` to see every cause. "Connection refused" at an address of this machine: the sandbox is
    /// not running. "invalid peer certificate": a proxy that reads TLS stands in between; name its certificates with
    /// `IDEOGRAM_CA_FILE`. A name that does not resolve: a wrong base URL, or no network.
    pub fn is_connect(&self) -> bool {
        self.kind() == ErrorKind::Connect
    }

    /// Something took too long: the server's answer, the model, or the start timeout ([`ErrorKind::Timeout`]); or the
    /// whole call, by the deadline that its caller set ([`ErrorKind::Deadline`]).
    ///
    /// ```
    /// # fn show(error: ideogram_client::Error) {
    /// if error.is_timeout() && error.is_job_open() {
    ///     eprintln!("the job goes on: wait for it again with `Client::job`: {error}");
    /// }
    /// # }
    /// ```
    pub fn is_timeout(&self) -> bool {
        matches!(self.kind(), ErrorKind::Timeout | ErrorKind::Deadline)
    }

    /// The call was given up by its caller, or the job was cancelled by this program or another
    /// ([`ErrorKind::Cancelled`]). A job that was asked to stop may still finish:
    /// [`may_have_been_accepted`](Self::may_have_been_accepted) is true until the service has said that it did stop.
    ///
    /// ```
    /// # fn show(error: ideogram_client::Error) {
    /// if error.is_cancelled() && !error.may_have_been_accepted() {
    ///     eprintln!("stopped: nothing more comes of it");
    /// }
    /// # }
    /// ```
    pub fn is_cancelled(&self) -> bool {
        self.kind() == ErrorKind::Cancelled
    }

    /// The job has failed ([`RequestState::Failed`]): its outcome is known, and sending the same again is a new job. A
    /// refused input may be billed; a failure of the service or the model is not. The kind says why, so another predicate
    /// may be true as well: [`is_validation`](Self::is_validation) when the input was to blame,
    /// [`is_timeout`](Self::is_timeout) when the model took too long.
    ///
    /// A job that was cancelled has not failed: see [`is_cancelled`](Self::is_cancelled).
    ///
    /// ```
    /// # fn show(error: ideogram_client::Error) {
    /// if error.is_job_failure() && !error.is_validation() {
    ///     eprintln!("the model failed, which is not billed; the same input may do better: {error}");
    /// }
    /// # }
    /// ```
    pub fn is_job_failure(&self) -> bool {
        self.state() == Some(RequestState::Failed)
    }

    /// The job exists and its outcome is not known ([`RequestState::Accepted`]): following it ended in an error, but
    /// the job goes on. To continue with it, pass its [`request_id`](Self::request_id) to
    /// [`Client::job`](crate::Client::job).
    ///
    /// ```
    /// # async fn show(client: ideogram_client::Client, error: ideogram_client::Error) -> ideogram_client::Result<()> {
    /// if error.is_job_open() && let Some(request_id) = error.request_id() {
    ///     let response = client.job::<ideogram_client::Generate>(request_id)?.wait().await?;
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_job_open(&self) -> bool {
        self.state() == Some(RequestState::Accepted)
    }

    /// A successful answer was not what the description says ([`ErrorKind::Decode`]): HTML, other JSON, a cut body.
    ///
    /// ```
    /// # fn show(error: ideogram_client::Error) {
    /// if error.is_decode() {
    ///     eprintln!("does a proxy answer in place of the service? {error}");
    /// }
    /// # }
    /// ```
    ///
    /// # Troubleshooting
    /// An HTML page comes from a proxy or a login page in between: call the service from another network. Otherwise the
    /// API may have changed: look for a newer version of this crate.
    pub fn is_decode(&self) -> bool {
        self.kind() == ErrorKind::Decode
    }

    /// The answer was larger than its [bound](crate::limits) ([`ErrorKind::TooLarge`]).
    ///
    /// ```
    /// # async fn show(image: ideogram_client::Image) -> ideogram_client::Result<()> {
    /// match image.with_max_bytes(1 << 20).bytes().await {
    ///     Err(error) if error.is_too_large() => eprintln!("more than 1 MiB"),
    ///     bytes => println!("{} bytes", bytes?.len()),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn is_too_large(&self) -> bool {
        self.kind() == ErrorKind::TooLarge
    }

    /// The server named a URL to which the key, or this program, must not go ([`ErrorKind::ForeignUrl`]): one outside the
    /// configured bases, or a picture at a private address.
    ///
    /// ```
    /// # fn show(error: ideogram_client::Error) {
    /// if error.is_foreign_url() {
    ///     eprintln!("not followed: {error}");
    /// }
    /// # }
    /// ```
    ///
    /// # Troubleshooting
    /// For a job, [`Client::job`](crate::Client::job) with its id asks the configured base instead. Behind a gateway, set
    /// the base URL to the gateway's.
    pub fn is_foreign_url(&self) -> bool {
        self.kind() == ErrorKind::ForeignUrl
    }

    /// A webhook delivery is not from fal, or is too old ([`ErrorKind::Forged`]). Answer it with 403.
    ///
    /// ```
    /// # fn show(error: ideogram_client::Error) -> u16 {
    /// let status = if error.is_forged() { 403 } else { 503 };
    /// # status
    /// # }
    /// ```
    ///
    /// # Troubleshooting
    /// The signature covers the body byte for byte: check it before any framework parses it. A delivery more than five
    /// minutes old is refused, so a wrong clock refuses all of them.
    pub fn is_forged(&self) -> bool {
        self.kind() == ErrorKind::Forged
    }

    /// Whether the same call may succeed later, and repeating it cannot pay twice. This is true when four things hold.
    /// The error is a temporary one ([`Connect`](ErrorKind::Connect), [`Transport`](ErrorKind::Transport),
    /// [`Timeout`](ErrorKind::Timeout), [`Decode`](ErrorKind::Decode), [`RateLimited`](ErrorKind::RateLimited), and the
    /// statuses 408, 409, 425, 500, 502, 503 and 504). The server did not say that trying again is useless. The job has
    /// not failed. And [`may_have_been_accepted`](Self::may_have_been_accepted) is false, or the error is about the
    /// download of a picture, which can be repeated freely.
    ///
    /// The client has tried again already, as its [`RetryPolicy`](crate::RetryPolicy) says: wait longer before the next
    /// try.
    ///
    /// ```
    /// # fn show(error: ideogram_client::Error) {
    /// if error.is_retryable() {
    ///     eprintln!("repeating it cannot pay twice: try again in a minute: {error}");
    /// }
    /// # }
    /// ```
    pub fn is_retryable(&self) -> bool {
        self.is_transient() && (self.is_of_file() || !self.may_have_been_accepted())
    }

    /// Whether the request may be billed although this call did not deliver its result: its state is
    /// [`Unknown`](RequestState::Unknown), [`Accepted`](RequestState::Accepted) or
    /// [`Answered`](RequestState::Answered).
    ///
    /// True after a paid call whose answer was lost, cut, late, unreadable or a server error, and for trouble while a
    /// known job was followed. False when nothing was sent, when the server refused the request, and when the job has
    /// failed or was cancelled.
    ///
    /// Look before you send again: with [`request_id`](Self::request_id), re-attach with
    /// [`Client::job`](crate::Client::job); without one, search with
    /// [`Client::find_submitted`](crate::Client::find_submitted).
    ///
    /// ```
    /// # use ideogram_client::{Client, Error, Found, GenerateInput, Job, Output};
    /// async fn submit(client: &Client, input: &GenerateInput) -> Result<Job<Output>, Error> {
    ///     let error = match client.submit(input).await {
    ///         Err(error) if error.may_have_been_accepted() => error,
    ///         outcome => return outcome,
    ///     };
    ///     let Some(window) = error.sent_within() else { return Err(error) };
    ///     match client.find_submitted(input, window).await? {
    ///         Found::Once(job) => Ok(job),
    ///         _ => Err(error),
    ///     }
    /// }
    /// ```
    pub fn may_have_been_accepted(&self) -> bool {
        self.state().is_some_and(RequestState::may_have_been_accepted)
    }
}

#[cfg(test)]
mod tests {
    use super::{Error, ErrorKind, RequestState};
    use crate::call::head::Head;
    use crate::call::operation::Operation;
    use http::StatusCode;

    /// A predicate and its name.
    type Question = (&'static str, fn(&Error) -> bool);

    /// The questions that the kind alone answers.
    const OF_KIND: [Question; 17] = [
        ("is_missing_key", Error::is_missing_key),
        ("is_configuration", Error::is_configuration),
        ("is_input", Error::is_input),
        ("is_file", Error::is_file),
        ("is_auth", Error::is_auth),
        ("is_exhausted_balance", Error::is_exhausted_balance),
        ("is_validation", Error::is_validation),
        ("is_content_policy", Error::is_content_policy),
        ("is_rate_limited", Error::is_rate_limited),
        ("is_not_found", Error::is_not_found),
        ("is_connect", Error::is_connect),
        ("is_timeout", Error::is_timeout),
        ("is_cancelled", Error::is_cancelled),
        ("is_decode", Error::is_decode),
        ("is_too_large", Error::is_too_large),
        ("is_foreign_url", Error::is_foreign_url),
        ("is_forged", Error::is_forged),
    ];

    /// Every kind, in the order of the type.
    const KINDS: [ErrorKind; 22] = [
        ErrorKind::MissingKey,
        ErrorKind::Configuration,
        ErrorKind::Input,
        ErrorKind::File,
        ErrorKind::Auth,
        ErrorKind::ExhaustedBalance,
        ErrorKind::Validation,
        ErrorKind::ContentPolicy,
        ErrorKind::RateLimited,
        ErrorKind::NotFound,
        ErrorKind::Connect,
        ErrorKind::Transport,
        ErrorKind::Timeout,
        ErrorKind::Deadline,
        ErrorKind::Cancelled,
        ErrorKind::Server,
        ErrorKind::UnexpectedStatus,
        ErrorKind::Failed,
        ErrorKind::Decode,
        ErrorKind::TooLarge,
        ErrorKind::ForeignUrl,
        ErrorKind::Forged,
    ];

    /// Which of them are true of this kind. A kind that is added has to be added here and to [`KINDS`].
    fn true_of(kind: ErrorKind) -> &'static [&'static str] {
        match kind {
            ErrorKind::MissingKey => &["is_missing_key", "is_configuration", "is_auth"],
            ErrorKind::Configuration => &["is_configuration"],
            ErrorKind::Input => &["is_input"],
            ErrorKind::File => &["is_file"],
            ErrorKind::Auth => &["is_auth"],
            ErrorKind::ExhaustedBalance => &["is_exhausted_balance"],
            ErrorKind::Validation => &["is_validation"],
            ErrorKind::ContentPolicy => &["is_validation", "is_content_policy"],
            ErrorKind::RateLimited => &["is_rate_limited"],
            ErrorKind::NotFound => &["is_not_found"],
            ErrorKind::Connect => &["is_connect"],
            ErrorKind::Timeout | ErrorKind::Deadline => &["is_timeout"],
            ErrorKind::Cancelled => &["is_cancelled"],
            ErrorKind::Decode => &["is_decode"],
            ErrorKind::TooLarge => &["is_too_large"],
            ErrorKind::ForeignUrl => &["is_foreign_url"],
            ErrorKind::Forged => &["is_forged"],
            ErrorKind::Transport | ErrorKind::Server | ErrorKind::UnexpectedStatus | ErrorKind::Failed => &[],
        }
    }

    fn answered(operation: Operation, status: u16) -> Error {
        let head = Head { status: StatusCode::from_u16(status).unwrap(), ..Head::default() };
        Error::status_of(head, b"{}").at(operation, None)
    }

    #[test]
    fn each_question_is_answered_for_every_kind_whatever_became_of_the_request() {
        for (index, kind) in KINDS.into_iter().enumerate() {
            assert_eq!(kind as usize, index, "every kind is here once");
            let plain = || Error::new(kind, "").at(Operation::Submit, None);
            let known = RequestState::ALL.iter().map(|state| plain().in_state(*state));
            for error in known.chain([plain(), Error::new(kind, "").at(Operation::Download, None)]) {
                let yes: Vec<_> = OF_KIND.iter().filter(|(_, is_so)| is_so(&error)).map(|(name, _)| *name).collect();
                assert_eq!(yes, true_of(kind), "{kind:?}, {:?}", error.state());
            }
        }
    }

    #[test]
    fn the_questions_about_the_request_are_answered_by_its_state_whatever_the_kind_is() {
        for kind in KINDS {
            for state in RequestState::ALL.iter().copied() {
                let error = Error::new(kind, "").at(Operation::Submit, None).in_state(state);
                assert_eq!(error.is_job_failure(), state == RequestState::Failed, "{kind:?}, {state}");
                assert_eq!(error.is_job_open(), state == RequestState::Accepted, "{kind:?}, {state}");
                assert_eq!(error.may_have_been_accepted(), state.may_have_been_accepted(), "{kind:?}, {state}");
            }
            let error = Error::new(kind, "").at(Operation::Price, None);
            assert!(!error.is_job_failure() && !error.is_job_open() && !error.may_have_been_accepted(), "{kind:?}");
        }
    }

    #[test]
    fn only_what_may_pass_and_cannot_be_paid_twice_is_worth_another_try() {
        for kind in KINDS {
            let passes =
                matches!(kind, ErrorKind::Connect | ErrorKind::Transport | ErrorKind::Timeout | ErrorKind::Decode);
            let free = Error::new(kind, "").at(Operation::Price, None);
            assert_eq!(free.is_retryable(), passes, "{kind:?}");
            let paid = Error::new(kind, "").at(Operation::Submit, None);
            assert_eq!(paid.is_retryable(), kind == ErrorKind::Connect, "{kind:?}: was anything sent?");
            for state in RequestState::ALL.iter().copied() {
                let error = Error::new(kind, "").at(Operation::Submit, None).in_state(state);
                let is_unpaid = matches!(state, RequestState::NotSent | RequestState::Refused);
                assert_eq!(error.is_retryable(), passes && is_unpaid, "{kind:?}, {state}");
            }
        }
        for status in [302, 400, 401, 402, 403, 404, 405, 408, 409, 410, 422, 425, 429, 499, 500, 501, 502, 503, 504] {
            let passes = matches!(status, 408 | 409 | 425 | 429 | 500 | 502 | 503 | 504);
            assert_eq!(answered(Operation::Price, status).is_retryable(), passes, "{status}");
            // The others do not say that the request was not taken.
            let is_refused = matches!(status, 425 | 429);
            assert_eq!(answered(Operation::Submit, status).is_retryable(), is_refused, "{status}");
        }
    }

    #[test]
    fn a_picture_that_was_paid_for_is_worth_another_try_where_its_trouble_may_pass() {
        let url = "https://cdn.example/fox.png";
        for (status, again, expired) in
            [(403, false, false), (404, false, true), (410, false, true), (429, true, false), (503, true, false)]
        {
            let error = answered(Operation::Download, status);
            assert!(!error.is_expired(), "{status}: not about a file");
            let error = error.undelivered(url, Some("r"));
            assert_eq!((error.is_retryable(), error.is_expired()), (again, expired), "{status}");
            assert!(error.may_have_been_accepted() && error.state() == Some(RequestState::Answered), "{status}");
        }
        for kind in KINDS {
            let passes =
                matches!(kind, ErrorKind::Connect | ErrorKind::Transport | ErrorKind::Timeout | ErrorKind::Decode);
            let of = |url| Error::new(kind, "").at(Operation::Download, None).undelivered(url, None);
            assert_eq!(of(url).is_retryable(), passes, "{kind:?}");
            assert!(!of("data:image/png;base64,AA==").is_retryable(), "{kind:?}: it is what it is");
            assert!(!of(url).is_expired(), "{kind:?}");
        }
    }
}
