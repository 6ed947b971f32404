//! Building a client: the key, the addresses of the services, retries and timeouts.

use crate::client::Client;
use crate::env;
use crate::error::{Error, Result};
use crate::generated::{platform, queue, run, storage};
use crate::transport::base::{Base, Bases};
use crate::transport::http_clients::{Customise, HttpClients};
use crate::transport::key::Key;
use crate::transport::tls;
use crate::wire::Wire;
use crate::wire::retry::{OnRetry, RetryPolicy};
use crate::wire::timeouts::Timeouts;
use http::header::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Settings of a [`Client`]; made by [`Client::builder`].
///
/// ```
/// use ideogram_client::{Client, RetryPolicy};
///
/// # fn main() -> ideogram_client::Result<()> {
/// let client = Client::builder()
///     .with_key("key_id:key_secret")
///     .with_base_url("http://127.0.0.1:8787")
///     .with_retry_policy(RetryPolicy::never())
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Default)]
#[must_use]
pub struct ClientBuilder {
    key: Option<SecretString>,
    base: Option<String>,
    run: Option<String>,
    queue: Option<String>,
    run_backup: Option<String>,
    queue_backup: Option<String>,
    rest: Option<String>,
    cdn: Option<String>,
    platform: Option<String>,
    ca_file: Option<PathBuf>,
    user_agent: Option<String>,
    retry: RetryPolicy,
    on_retry: Option<OnRetry>,
    timeouts: Timeouts,
    http: Option<Customise>,
}

impl ClientBuilder {
    /// The API key as fal's dashboard shows it, `key_id:key_secret`; white space around it is dropped.
    pub fn with_key(mut self, key: impl Into<String>) -> Self {
        self.key = Some(SecretString::from(key.into()));
        self
    }

    /// The API key as its two parts, the text before and after the colon.
    pub fn with_key_pair(mut self, id: impl AsRef<str>, secret: impl AsRef<str>) -> Self {
        self.key = Some(Key::join(id.as_ref(), secret.as_ref()));
        self
    }

    /// One origin for everything: `/run`, `/queue`, `/rest`, `/cdn` and `/platform/v1` below it, as the sandbox serves
    /// them. A URL set for a single service overrides it.
    ///
    /// Every base URL must be `https`; plain `http` is allowed for addresses of this machine only, since the key is sent there.
    pub fn with_base_url(mut self, url: impl Into<String>) -> Self {
        self.base = Some(url.into());
        self
    }

    /// The base URL of synchronous runs, by default `https://fal.run`.
    pub fn with_run_url(mut self, url: impl Into<String>) -> Self {
        self.run = Some(url.into());
        self
    }

    /// The base URL of the queue, by default `https://queue.fal.run`.
    pub fn with_queue_url(mut self, url: impl Into<String>) -> Self {
        self.queue = Some(url.into());
        self
    }

    /// Second base URLs of runs and of the queue, used when no connection to the first can be made. By default these are fal's
    /// backup hosts where the base URLs are fal's, and none for other base URLs. The key is sent there too.
    pub fn with_backup_urls(mut self, run: impl Into<String>, queue: impl Into<String>) -> Self {
        self.run_backup = Some(run.into());
        self.queue_backup = Some(queue.into());
        self
    }

    /// The base URL of storage tokens and webhook keys, by default `https://rest.fal.ai`.
    pub fn with_rest_url(mut self, url: impl Into<String>) -> Self {
        self.rest = Some(url.into());
        self
    }

    /// The base URL of uploads, by default `https://v3.fal.media`.
    pub fn with_cdn_url(mut self, url: impl Into<String>) -> Self {
        self.cdn = Some(url.into());
        self
    }

    /// The base URL of the platform API, by default `https://api.fal.ai/v1`.
    pub fn with_platform_url(mut self, url: impl Into<String>) -> Self {
        self.platform = Some(url.into());
        self
    }

    /// A PEM file of certificates to trust in addition to the system's, at most
    /// [`limits::CA_FILE_BYTES`](crate::limits::CA_FILE_BYTES).
    pub fn with_ca_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.ca_file = Some(path.into());
        self
    }

    /// The `User-Agent` header, by default `ideogram-client/<version>`.
    pub fn with_user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = Some(user_agent.into());
        self
    }

    /// How often and how fast failed requests are sent again; by default [`RetryPolicy::default`].
    pub fn with_retry_policy(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Calls this function with each failure after which the client will try again, and with the wait before that: a refusal
    /// with 429, a connection that could not be made, a status that did not arrive. It runs in the task that waits, so it must
    /// not block.
    ///
    /// ```
    /// # fn main() -> ideogram_client::Result<()> {
    /// let client = ideogram_client::Client::builder()
    ///     .with_key("key_id:key_secret")
    ///     .on_retry(|error, wait| eprintln!("{error}; again in {wait:.0?}"))
    ///     .build()?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn on_retry(mut self, told: impl Fn(&Error, Duration) + Send + Sync + 'static) -> Self {
        self.on_retry = Some(Arc::new(told));
        self
    }

    /// How long a whole `run`, `submit`, `subscribe` or `wait` may take where the call sets nothing else, and each attempt
    /// at an upload or a download: by default [`limits::DEADLINE`](crate::limits::DEADLINE).
    pub fn with_deadline(mut self, deadline: Duration) -> Self {
        self.timeouts.deadline = deadline;
        self
    }

    /// The grace period: how long a call may go on after its deadline or its cancellation, to finish what is under way. It waits for the
    /// answer of a submit (for three fifths of this time), cancels the job, or fetches the result of a job that has
    /// completed. By default [`limits::WIND_UP`](crate::limits::WIND_UP).
    pub fn with_wind_up(mut self, wind_up: Duration) -> Self {
        self.timeouts.wind_up = wind_up;
        self
    }

    /// How long it may take to open a connection, TLS included; by default
    /// [`limits::CONNECT`](crate::limits::CONNECT).
    pub fn with_connect_timeout(mut self, timeout: Duration) -> Self {
        self.timeouts.connect = timeout;
        self
    }

    /// How long the queue may take to answer a submit, a status or a cancel; by default
    /// [`limits::ANSWER`](crate::limits::ANSWER).
    pub fn with_answer_timeout(mut self, timeout: Duration) -> Self {
        self.timeouts.answer = timeout;
        self
    }

    /// How long it may take to fetch a result; by default [`limits::RESULT`](crate::limits::RESULT).
    pub fn with_result_timeout(mut self, timeout: Duration) -> Self {
        self.timeouts.result = timeout;
        self
    }

    /// How long a status stream may be silent; by default [`limits::STREAM_SILENCE`](crate::limits::STREAM_SILENCE).
    /// The server pings every 15 seconds.
    pub fn with_stream_silence(mut self, silence: Duration) -> Self {
        self.timeouts.stream_silence = silence;
        self
    }

    /// How often a job is also polled while it has a status stream, in case the stream loses an event. By default the first
    /// poll comes after twice the time that such jobs of this client took plus three seconds, or after 20 seconds if none did;
    /// later ones come every ten seconds.
    pub fn with_stream_check(mut self, interval: Duration) -> Self {
        self.timeouts.stream_check = Some(interval);
        self
    }

    /// Changes the HTTP client before it is made: proxies, addresses, interfaces, DNS.
    ///
    /// Redirects, TLS and limits are set afterwards, so this function cannot weaken what protects the key. It may be called
    /// several times, because calls with the key, calls to this machine and downloads each have an HTTP client. Downloads connect
    /// to public addresses only; set a proxy at a private address in the environment, not here.
    ///
    /// Needs the feature `reqwest`. The version of reqwest may change in any release of this crate.
    ///
    /// ```
    /// let client = ideogram_client::Client::builder()
    ///     .with_key("key_id:key_secret")
    ///     .with_http(|http| http.no_proxy().pool_max_idle_per_host(8))
    ///     .build();
    /// ```
    #[cfg(feature = "reqwest")]
    pub fn with_http(
        mut self,
        customise: impl Fn(reqwest::ClientBuilder) -> reqwest::ClientBuilder + Send + Sync + 'static,
    ) -> Self {
        self.http = Some(Arc::new(customise));
        self
    }

    /// Takes every setting that was not set here from the [environment](crate::env).
    ///
    /// # Errors
    /// [`is_configuration`](Error::is_configuration) when a variable is not Unicode.
    pub fn with_env(self) -> Result<Self> {
        self.with_vars(|name| {
            crate::env::read(name)
                .map_err(|_| Error::configuration(format!("the environment variable `{name}` is not valid Unicode")))
        })
    }

    fn with_vars(mut self, read: impl Fn(&str) -> Result<Option<String>>) -> Result<Self> {
        // A variable with an empty value counts as not set.
        let read = |name| Ok::<_, Error>(read(name)?.filter(|value| !value.trim().is_empty()));
        if self.key.is_none() {
            self.key = match read(env::FAL_KEY)? {
                Some(key) => Some(key.into()),
                None => match (read(env::FAL_KEY_ID)?, read(env::FAL_KEY_SECRET)?) {
                    (Some(id), Some(secret)) => Some(Key::join(&id, &secret)),
                    _ => None,
                },
            };
        }
        for (setting, name) in [
            (&mut self.run, env::IDEOGRAM_RUN_URL),
            (&mut self.queue, env::IDEOGRAM_QUEUE_URL),
            (&mut self.rest, env::IDEOGRAM_REST_URL),
            (&mut self.cdn, env::IDEOGRAM_CDN_URL),
            (&mut self.platform, env::IDEOGRAM_PLATFORM_URL),
            (&mut self.base, env::IDEOGRAM_BASE_URL),
        ] {
            if setting.is_none() {
                *setting = read(name)?;
            }
        }
        if self.ca_file.is_none() {
            self.ca_file = read(env::IDEOGRAM_CA_FILE)?.map(PathBuf::from);
        }
        Ok(self)
    }

    /// Checks the settings and makes the client.
    ///
    /// If a base URL is `https`, a thread begins to read the certificates that this system trusts, which takes some
    /// milliseconds that the first connection would wait for.
    ///
    /// # Errors
    /// [`is_missing_key`](Error::is_missing_key) without a key; [`is_configuration`](Error::is_configuration) when a
    /// setting cannot be used, with its name in the message.
    pub fn build(self) -> Result<Client> {
        let bases = self.bases()?;
        let key = Key::new(self.key.as_ref().map(ExposeSecret::expose_secret).unwrap_or_default())?;
        let roots = self.ca_file.as_deref().map(tls::read_roots).transpose()?.unwrap_or_default();
        let user_agent = self.user_agent.as_deref().unwrap_or(concat!("ideogram-client/", env!("CARGO_PKG_VERSION")));
        let user_agent = HeaderValue::try_from(user_agent)
            .map_err(|error| Error::configuration("the user agent cannot stand in a header").with_source(error))?;
        let tls = tls::config(roots, !bases.run.is_plain() || !bases.queue.is_plain())?;
        let http = HttpClients::new(tls, self.timeouts.connect, self.http);
        let mut wire = Wire::new(bases, &key, user_agent, http, self.retry, self.timeouts)?;
        wire.on_retry = self.on_retry;
        Ok(Client::new(wire))
    }

    fn bases(&self) -> Result<Bases> {
        let base = |own: &Option<String>, variable: &str, prefix: &str, default: &str| match (own, &self.base) {
            (Some(own), _) => Base::parse(variable, own),
            (None, Some(base)) => {
                Base::parse(env::IDEOGRAM_BASE_URL, base)?;
                Base::parse(env::IDEOGRAM_BASE_URL, &format!("{}{prefix}", base.trim().trim_end_matches('/')))
            }
            (None, None) => Base::parse(variable, default),
        };
        let backup = |own: &Option<String>, moved: bool, default: &str| match own {
            Some(own) => Base::parse("backup", own).map(Some),
            None if moved || self.base.is_some() => Ok(None),
            None => Base::parse("backup", default).map(Some),
        };
        Ok(Bases {
            run_backup: backup(&self.run_backup, self.run.is_some(), run::BACKUP_SERVER)?,
            queue_backup: backup(&self.queue_backup, self.queue.is_some(), queue::BACKUP_SERVER)?,
            run: base(&self.run, env::IDEOGRAM_RUN_URL, "/run", run::SERVER)?,
            queue: base(&self.queue, env::IDEOGRAM_QUEUE_URL, "/queue", queue::SERVER)?,
            rest: base(&self.rest, env::IDEOGRAM_REST_URL, "/rest", storage::SERVER)?,
            cdn: base(&self.cdn, env::IDEOGRAM_CDN_URL, "/cdn", storage::PATH_SERVER)?,
            platform: base(&self.platform, env::IDEOGRAM_PLATFORM_URL, "/platform/v1", platform::SERVER)?,
            cdn_is_configured: self.cdn.is_some() || self.base.is_some(),
        })
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("bases", &self.bases().ok())
            .field("ca_file", &self.ca_file)
            .field("user_agent", &self.user_agent)
            .field("retry", &self.retry)
            .field("timeouts", &self.timeouts)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::ClientBuilder;
    use crate::client::Client;

    fn from(vars: &[(&str, &str)]) -> ClientBuilder {
        let read = |name: &str| Ok(vars.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned()));
        Client::builder().with_vars(read).unwrap()
    }

    #[test]
    fn one_variable_moves_every_base_and_a_particular_one_goes_before_it() {
        let bases =
            from(&[("IDEOGRAM_BASE_URL", "http://127.0.0.1:8787/"), ("IDEOGRAM_CDN_URL", "https://cdn.example")])
                .bases()
                .unwrap();
        assert_eq!(bases.run.as_str(), "http://127.0.0.1:8787/run");
        assert_eq!(bases.queue.as_str(), "http://127.0.0.1:8787/queue");
        assert_eq!(bases.rest.as_str(), "http://127.0.0.1:8787/rest");
        assert_eq!(bases.platform.as_str(), "http://127.0.0.1:8787/platform/v1");
        assert_eq!(bases.cdn.as_str(), "https://cdn.example");
    }

    #[test]
    fn the_builder_goes_before_the_environment_and_half_a_key_is_none() {
        let builder = Client::builder().with_run_url("https://a.example");
        let builder = builder.with_vars(|_| Ok(Some("https://b.example".to_owned()))).unwrap();
        assert_eq!(builder.bases().unwrap().run.as_str(), "https://a.example");
        assert!(from(&[("FAL_KEY_ID", "id")]).build().unwrap_err().is_missing_key());
        assert!(from(&[("FAL_KEY", " "), ("FAL_KEY_ID", "id"), ("FAL_KEY_SECRET", "s")]).build().is_ok());
    }

    #[test]
    fn a_refused_setting_is_named() {
        let error = from(&[("FAL_KEY", "a:b"), ("IDEOGRAM_QUEUE_URL", "http://queue.example")]).build().unwrap_err();
        assert!(error.is_configuration());
        assert!(error.to_string().contains("`IDEOGRAM_QUEUE_URL`"), "{error}");
    }
}
