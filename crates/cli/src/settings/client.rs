//! The client, as the environment configures it.

use crate::exit::{ErrorKind, Failure};
use crate::settings::env::text;
use ideogram_client::{Client, ClientBuilder, Error, env};

/// A client with the key and the addresses of the environment.
pub(crate) fn from_env() -> Result<Client, Failure> {
    builder_from_env()?.build().map_err(|error| failure(&error))
}

/// The same before it is made.
pub(crate) fn builder_from_env() -> Result<ClientBuilder, Failure> {
    let key = [env::FAL_KEY, env::FAL_KEY_ID, env::FAL_KEY_SECRET].map(text);
    if let Some(why) = misread(key.each_ref().map(Option::as_deref)) {
        return Err(Failure::new(ErrorKind::Credentials, format!("{why}; nothing was sent")));
    }
    Client::builder().with_env().map_err(|error| failure(&error))
}

/// A client that only says where requests would go: with the key of the environment, or with none of use.
pub(crate) fn for_showing() -> Result<Client, Failure> {
    from_env().or_else(|_| {
        let client = Client::builder().with_key("none:none").with_env().and_then(ClientBuilder::build);
        client.map_err(|error| failure(&error))
    })
}

/// What is plainly wrong with a key, by its variables: all of it, its id, its secret. The key itself is not repeated.
fn misread(key: [Option<&str>; 3]) -> Option<&'static str> {
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
        (None, Some(_), None) => Some("that is half a key: `FAL_KEY_ID` is set, and `FAL_KEY_SECRET` is not"),
        (None, None, Some(_)) => Some("that is half a key: `FAL_KEY_SECRET` is set, and `FAL_KEY_ID` is not"),
        (None, Some(_), Some(secret)) if secret.contains(':') => {
            Some("`FAL_KEY_SECRET` holds a whole key, id and secret; set that as `FAL_KEY`")
        }
        _ => None,
    }
}

/// A failure before there was any call: the key, the settings.
pub(crate) fn failure(error: &Error) -> Failure {
    let message = match (error.is_missing_key(), cfg!(feature = "sandbox")) {
        (true, true) => "there is no API key; set `FAL_KEY`, or add `--sandbox` to try without one".to_owned(),
        (true, false) => "there is no API key; set `FAL_KEY`".to_owned(),
        (false, _) => error.to_string(),
    };
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
