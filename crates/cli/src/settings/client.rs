//! The client, as the environment and the key file configure it.

use crate::exit::{ErrorKind, Failure};
use crate::settings::env::text;
use crate::settings::key_file;
use ideogram_client::{Client, ClientBuilder, Error, env};
use secrecy::{ExposeSecret as _, SecretString};
use std::path::PathBuf;

/// A client with the key and the addresses that are set.
pub(crate) fn configured() -> Result<Client, Failure> {
    configured_builder()?.build().map_err(|error| failure(&error))
}

/// The same before it is made.
pub(crate) fn configured_builder() -> Result<ClientBuilder, Failure> {
    let builder = Client::builder().with_env().map_err(|error| failure(&error))?;
    Ok(match key()? {
        // A key from the environment was read by the client itself.
        Some(Found { origin: Origin::File(_), key }) => builder.with_key(key.expose_secret()),
        _ => builder,
    })
}

/// A client that only says where requests would go: with the key that is set, or with none of use.
pub(crate) fn for_showing() -> Result<Client, Failure> {
    configured().or_else(|_| {
        let client = Client::builder().with_key("none:none").with_env().and_then(ClientBuilder::build);
        client.map_err(|error| failure(&error))
    })
}

/// A key, and where it stands.
pub(crate) struct Found {
    pub(crate) key: SecretString,
    pub(crate) origin: Origin,
}

/// Where a key stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    /// In this variable, and where two halves make it in both.
    Environment(&'static str),
    /// In the file that `auth login` wrote.
    File(PathBuf),
}

impl Found {
    /// The part that is no secret, where the key has two.
    pub(crate) fn id(&self) -> Option<&str> {
        self.key.expose_secret().trim().split_once(':').map(|(id, _)| id)
    }
}

/// The key that is used: the environment's, else the file's. One that was plainly copied wrongly is refused.
pub(crate) fn key() -> Result<Option<Found>, Failure> {
    let of_environment = [env::FAL_KEY, env::FAL_KEY_ID, env::FAL_KEY_SECRET].map(text);
    refuse(misread(of_environment.each_ref().map(Option::as_deref)))?;
    let [whole, id, secret] = of_environment.map(|text| text.filter(|text| !text.trim().is_empty()));
    if let Some(whole) = whole {
        return Ok(Some(Found { key: whole.into(), origin: Origin::Environment(env::FAL_KEY) }));
    }
    if let (Some(id), Some(secret)) = (id, secret) {
        let key = format!("{}:{}", id.trim(), secret.trim()).into();
        return Ok(Some(Found { key, origin: Origin::Environment(env::FAL_KEY_ID) }));
    }
    let Some((key, path)) = key_file::read()? else { return Ok(None) };
    refuse(misread([Some(key.expose_secret()), None, None]))?;
    Ok(Some(Found { key, origin: Origin::File(path) }))
}

fn refuse(why: Option<&str>) -> Result<(), Failure> {
    match why {
        Some(why) => Err(Failure::new(ErrorKind::Credentials, format!("{why}; nothing was sent"))),
        None => Ok(()),
    }
}

/// What is plainly wrong with a key, by its variables: all of it, its id, its secret. The key itself is not repeated.
pub(crate) fn misread(key: [Option<&str>; 3]) -> Option<&'static str> {
    let [whole, id, secret] = key.map(|text| text.map(str::trim).filter(|text| !text.is_empty()));
    let parts = if whole.is_some() { [whole, None] } else { [id, secret] };
    let any = |is: fn(&str) -> bool| parts.iter().flatten().any(|text| is(text));
    if any(|text| text.starts_with(env::FAL_KEY) || text.starts_with("export ")) {
        return Some("the key begins with the name of a variable; leave that out");
    }
    if any(|text| text.contains(['"', '\''])) {
        return Some("the key has quotes in it; leave them out");
    }
    match (whole, id, secret) {
        (Some(whole), ..) if whole.split_once(':').is_none_or(|(id, secret)| id.is_empty() || secret.is_empty()) => {
            Some("that is half a key: fal's keys are an id and a secret with a `:` between them")
        }
        (None, Some(_), None) => Some("that is half a key: `FAL_KEY_ID` is set, and `FAL_KEY_SECRET` is not"),
        (None, None, Some(_)) => Some("that is half a key: `FAL_KEY_SECRET` is set, and `FAL_KEY_ID` is not"),
        (None, Some(_), Some(secret)) if secret.contains(':') => {
            Some("`FAL_KEY_SECRET` holds a whole key, id and secret; set that as `FAL_KEY`")
        }
        _ => None,
    }
}

/// The ways on where there is no key.
pub(crate) fn no_key() -> String {
    format!("there is no API key; {}", how_to_have_a_key())
}

/// The ways to go on without a key.
pub(crate) fn how_to_have_a_key() -> String {
    let sandbox = if cfg!(feature = "sandbox") { ", or add `--sandbox` to try without one" } else { "" };
    format!("keep one with `ideogram auth login`, set `FAL_KEY`{sandbox}")
}

/// A failure before there was any call: the key, the settings.
pub(crate) fn failure(error: &Error) -> Failure {
    let message = if error.is_missing_key() { no_key() } else { error.to_string() };
    Failure::new(ErrorKind::from(error), message)
}

#[cfg(test)]
mod tests {
    use super::misread;

    #[test]
    fn a_key_that_was_copied_wrongly_is_told_and_never_repeated() {
        for (key, told) in [
            ([Some("FAL_KEY=id:secret"), None, None], "name of a variable"),
            ([Some("export FAL_KEY=id:secret"), None, None], "name of a variable"),
            ([Some("\"id:secret\""), None, None], "quotes"),
            ([Some("'id:secret'"), None, None], "quotes"),
            ([Some("secret"), None, None], "half a key"),
            ([Some(":secret"), None, None], "half a key"),
            ([Some("id:"), None, None], "half a key"),
            ([None, Some("id"), None], "`FAL_KEY_SECRET` is not"),
            ([None, Some("id"), Some(" ")], "`FAL_KEY_SECRET` is not"),
            ([None, None, Some("secret")], "`FAL_KEY_ID` is not"),
            ([None, Some("id"), Some("id:secret")], "a whole key"),
        ] {
            let why = misread(key).unwrap_or_default();
            assert!(why.contains(told) && !why.contains("id:secret"), "{key:?}: {why}");
        }
        for key in [
            [Some("id:secret"), None, None],
            [Some(" id:secret\n"), Some("id"), None],
            [None, Some("id"), Some("secret")],
            [None, None, None],
        ] {
            assert_eq!(misread(key), None, "{key:?}");
        }
    }
}
