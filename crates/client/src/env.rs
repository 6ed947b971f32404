//! The environment variables that this crate reads, and what they mean.

use std::env::VarError;

/// One environment variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// What it sets, one sentence.
    pub description: &'static str,
    /// Whether its value must not be shown.
    pub secret: bool,
}

macro_rules! variables {
    ($($(#[doc = $description:literal])+ $name:ident $(= $secret:ident)?;)+) => {
        $($(#[doc = $description])+ pub const $name: &str = stringify!($name);)+

        /// All of them.
        pub const ALL: &[Variable] = &[$(Variable {
            name: $name,
            description: concat!($($description),+).trim_ascii_start(),
            secret: variables!(@ $($secret)?),
        }),+];
    };
    (@ secret) => { true };
    (@) => { false };
}

variables! {
    /// The API key, `key_id:key_secret`.
    FAL_KEY = secret;
    /// The key's id, if id and secret are kept apart.
    FAL_KEY_ID;
    /// The key's secret, if id and secret are kept apart.
    FAL_KEY_SECRET = secret;
    /// One origin for all services: `/run`, `/queue` and so on below it.
    IDEOGRAM_BASE_URL;
    /// The base URL of synchronous runs.
    IDEOGRAM_RUN_URL;
    /// The base URL of the queue.
    IDEOGRAM_QUEUE_URL;
    /// The base URL of storage tokens and webhook keys.
    IDEOGRAM_REST_URL;
    /// The base URL of uploads.
    IDEOGRAM_CDN_URL;
    /// The base URL of the platform API, its `/v1` included.
    IDEOGRAM_PLATFORM_URL;
    /// A PEM file of certificates to trust in addition to the system's.
    IDEOGRAM_CA_FILE;
}

/// The variables that name proxies, which the system's conventions define.
pub(crate) const PROXIES: [&str; 6] =
    ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"];

/// What a variable is set to, where it is set; an error when that is not Unicode.
pub(crate) fn read(name: &str) -> Result<Option<String>, VarError> {
    match std::env::var(name) {
        Err(VarError::NotPresent) => Ok(None),
        read => read.map(Some),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_registry_names_every_variable_with_a_sentence() {
        assert_eq!(super::ALL.len(), 10);
        assert!(super::ALL.iter().all(|variable| variable.description.ends_with('.')));
        assert!(super::ALL.iter().filter(|variable| variable.secret).count() == 2);
    }
}
