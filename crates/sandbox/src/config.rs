//! Every setting of a sandbox, with its meaning, unit and default.

#[cfg(feature = "pictures")]
use crate::draw::Face;
use crate::draw::MaskEdits;
use crate::faults::Faults;
use crate::log::Log;
use std::fmt;
use std::time::Duration;

/// The keys that are accepted. An empty list accepts every well-formed key.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Keys(Vec<String>);

impl Keys {
    /// Whether this key is one of them.
    pub(crate) fn accepts(&self, key: &str) -> bool {
        self.0.is_empty() || self.0.iter().any(|known| known == key)
    }

    /// Why one of them cannot be used, if so.
    fn malformed(&self) -> Option<&'static str> {
        let is_key =
            |key: &String| key.split_once(':').is_some_and(|(id, secret)| !id.is_empty() && !secret.is_empty());
        (!self.0.iter().all(is_key)).then_some("a key has the form `key_id:key_secret`")
    }

    /// Those that are accepted; none for every well-formed one.
    pub(crate) fn all(&self) -> &[String] {
        &self.0
    }

    /// Whether only some keys are accepted.
    pub(crate) fn is_restricted(&self) -> bool {
        !self.0.is_empty()
    }

    /// One that is accepted, for calls that the sandbox makes to itself.
    pub(crate) fn first(&self) -> &str {
        self.0.first().map_or("sandbox:sandbox", String::as_str)
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({} redacted)", self.0.len())
    }
}

impl From<&str> for Keys {
    fn from(key: &str) -> Self {
        Self(vec![key.to_owned()])
    }
}

impl From<Vec<String>> for Keys {
    fn from(keys: Vec<String>) -> Self {
        Self(keys)
    }
}

/// The settings of a [`Sandbox`](crate::Sandbox) that is to be started: one method for each. [`Builder::start`] says
/// which value cannot be used.
///
/// ```
/// use ideogram_sandbox::Sandbox;
/// use std::time::Duration;
///
/// let builder = Sandbox::builder().runners(1usize).service_time(Duration::from_secs(2)).balance(50_000);
/// # drop(builder);
/// ```
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct Builder {
    pub(crate) config: Config,
    pub(crate) log: Log,
    #[cfg(feature = "pictures")]
    pub(crate) font: Option<Face>,
}

impl Builder {
    /// A typeface for letters that the crate's own typefaces lack (they have Latin, Greek and Cyrillic); without one
    /// such letters are drawn as boxes with their codes. Default none.
    ///
    /// ```no_run
    /// use ideogram_sandbox::{Sandbox, draw::Face};
    ///
    /// let bytes = std::fs::read("NotoSansJP-Regular.otf")?;
    /// let builder = Sandbox::builder().font(Face::new(&bytes).ok_or("no font")?);
    /// # drop(builder);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "pictures")]
    pub fn font(mut self, face: Face) -> Self {
        self.font = Some(face);
        self
    }

    /// Calls this function with messages for the user of the sandbox, one line each, for example that its memory is
    /// full. Default: none.
    pub fn on_log(mut self, tell: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.log = Log::new(tell);
        self
    }
}

const MIB: usize = 1024 * 1024;

/// Defines the settings: as fields of [`Config`], with their defaults, and as methods of [`Builder`].
macro_rules! settings {
    ($($(#[$doc:meta])* $name:ident: $type:ty = $default:expr;)*) => {
        /// Every setting of a sandbox.
        #[derive(Clone, Debug)]
        pub(crate) struct Config {
            $($(#[$doc])* pub(crate) $name: $type,)*
        }

        impl Default for Config {
            fn default() -> Self {
                Self { $($name: $default,)* }
            }
        }

        impl Builder {
            $(
                $(#[$doc])*
                pub fn $name(mut self, $name: impl Into<$type>) -> Self {
                    self.config.$name = $name.into();
                    self
                }
            )*
        }
    };
}

settings! {
    /// The port on 127.0.0.1; 0 takes any free one. Default 0.
    port: u16 = 0;
    /// Also listen on one port for each service, so that a program that knows hosts but no path prefixes can be
    /// pointed at them. Default off.
    service_ports: bool = false;
    /// Speak TLS, with a certificate that the sandbox makes for itself; HTTP/2 is offered. Default off.
    tls: bool = false;

    /// Host names, beside `localhost`, this machine's loopback addresses and fal's own, under which a browser may see the
    /// page at `/_sandbox`. Default none.
    allow_hosts: Vec<String> = Vec::new();

    /// The keys that are accepted, each `key_id:key_secret`; none given accepts every well-formed key.
    keys: Keys = Keys::default();
    /// Whether a call needs a key at all. Default on.
    require_key: bool = true;
    /// Whether the CDN accepts uploads with the key, as some programs send them. It is not known whether fal's CDN
    /// does. Default off: it accepts only tokens of the storage.
    cdn_takes_key: bool = false;
    /// The balance of the account, in millionths of a dollar. Each picture costs its list price, and when the balance
    /// is used up, requests are refused as fal refuses them. Default: no limit.
    balance: Option<u64> = None;

    /// How many jobs run at once, synchronous and queued together. Default 8.
    runners: usize = 8;
    /// How long a job runs. Default 50 ms.
    service_time: Duration = Duration::from_millis(50);
    /// A job runs up to this much longer, evenly spread. Default 0.
    service_spread: Duration = Duration::ZERO;
    /// How many synchronous runs may be under way before the next is refused with 429. Default: no limit.
    concurrency: Option<usize> = None;
    /// Let running jobs finish in spite of a cancel, as models may. Default off.
    ignore_cancel: bool = false;
    /// The seed of the sandbox's random choices: the seeds of pictures and the spread of service times. Default: none,
    /// so every run differs.
    seed: Option<u64> = None;
    /// Which colour of a mask is repainted; what fal's endpoint expects is not documented. Default black.
    mask_edits: MaskEdits = MaskEdits::Black;
    /// Make pictures of one colour, in the right size, instead of drawing: for tests, which are faster then, and for
    /// load tests. Default on in a build with debug assertions, where drawing takes seconds, off in any other.
    flat: bool = cfg!(debug_assertions);
    /// Further endpoints, each as the OpenAPI document that fal serves for it; one whose id the crate has already replaces that
    /// one. [`Builder::on_log`] is called for each part of their outputs that cannot be made. Default none.
    documents: Vec<String> = Vec::new();
    /// Fetch images from any `http(s)` URL. Off, only data URIs, loopback, the sandbox's own CDN and the example URLs of
    /// the endpoints' description load; anything else fails like a dead link. Default off.
    allow_fetch: bool = false;

    /// Time between two pings of a status stream. Default 15 s.
    ping_interval: Duration = Duration::from_secs(15);
    /// How often a status stream checks the position in the queue. Default 200 ms.
    position_interval: Duration = Duration::from_millis(200);
    /// How long a result is kept after its job has completed. Default 1 hour.
    result_ttl: Duration = Duration::from_secs(3600);
    /// How long a large result is kept. Default 6 minutes.
    large_result_ttl: Duration = Duration::from_secs(360);
    /// From how many bytes on a result is large. Default 10 KiB.
    large_result_bytes: usize = 10 * 1024;
    /// How long after it was sent a request appears in the platform's history. Default 0.
    history_lag: Duration = Duration::ZERO;
    /// Whether payloads are kept for the history, for requests that do not set this themselves. Default on.
    store_io: bool = true;

    /// How long one delivery of a webhook may take. Default 15 s.
    webhook_timeout: Duration = Duration::from_secs(15);
    /// How often a webhook is tried in all. Default 11.
    webhook_attempts: u32 = 11;
    /// The wait before a webhook's second attempt; each later one waits twice as long, at most an hour. Default 5 s.
    webhook_backoff: Duration = Duration::from_secs(5);

    /// The largest body of a run, a submit or another JSON call, in bytes. Default 16 MiB.
    max_body_bytes: usize = 16 * MIB;
    /// The largest upload, or part of one, in bytes. Default 128 MiB.
    max_upload_bytes: usize = 128 * MIB;
    /// How many bytes are kept in all. When they are used up, unfinished uploads are dropped first, then drawings
    /// (which are drawn again on demand), then finished files and results. Inputs of open jobs and the record of
    /// requests are never dropped; if there is still no room, a body is refused with 507. Default 512 MiB.
    memory: usize = 512 * MIB;
    /// How many jobs are kept; the oldest completed ones go first. Default 20 000.
    max_jobs: usize = 20_000;
    /// How many requests `/_sandbox/requests` remembers. Default 2 000.
    max_requests: usize = 2_000;

    /// How long a client may take for a handshake or for the head of a request, and how long it may send nothing of a
    /// body. Default 30 s.
    read_timeout: Duration = Duration::from_secs(30);

    /// The faults that apply from the start. Default none.
    faults: Faults = Faults::default();
    /// How long a shutdown waits for calls under way. Default 1 s.
    shutdown_grace: Duration = Duration::from_secs(1);
}

impl Config {
    /// The setting that cannot be used, and why.
    pub(crate) fn check(&self) -> Result<(), (&'static str, &'static str)> {
        if self.runners == 0 {
            return Err(("runners", "no job would ever run; take at least 1"));
        }
        if self.concurrency == Some(0) {
            return Err(("concurrency", "every synchronous run would be refused; take at least 1"));
        }
        if self.webhook_attempts == 0 {
            return Err(("webhook_attempts", "no webhook would be sent; take at least 1"));
        }
        if let Some(key) = self.keys.malformed() {
            return Err(("keys", key));
        }
        Ok(())
    }
}
