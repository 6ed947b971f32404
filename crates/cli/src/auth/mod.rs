//! `ideogram auth`: saves a key for this user, shows its id, and removes it.

mod prompt;

use crate::envelope::{Envelope, KeyRow, Kind};
use crate::exit::{ErrorKind, Failure};
use crate::output::{Output, print_envelope, write_stdout};
use crate::runtime::block_on;
use crate::settings::client::{Found, Origin, configured, key, misread, no_key};
use crate::settings::key_file;
use clap::ArgMatches;
use ideogram_client::Client;
use ideogram_schema::ENDPOINTS;
use secrecy::ExposeSecret as _;

/// A job that nobody has: asking for it costs nothing, and the answer says whether the key is good.
const NO_JOB: &str = "00000000-0000-4000-8000-000000000000";

/// Runs `ideogram auth`.
pub(crate) fn run(matches: &ArgMatches, output: Output) -> Result<(), Failure> {
    match matches.subcommand() {
        Some(("login", matches)) => login(matches.get_flag("stdin"), output),
        Some(("logout", _)) => logout(output),
        Some((_, matches)) => status(matches.get_flag("check"), output),
        None => Ok(()),
    }
}

fn login(stdin: bool, output: Output) -> Result<(), Failure> {
    let key = prompt::read(stdin)?;
    if key.expose_secret().trim().is_empty() {
        return Err(Failure::usage("no key came in; nothing was changed"));
    }
    let why = misread([Some(key.expose_secret()), None, None]);
    let printable = key.expose_secret().trim().bytes().all(|byte| byte.is_ascii_graphic());
    let why =
        why.or_else(|| (!printable).then_some("the key holds a space or a character that is not ASCII; copy it again"));
    if let Some(why) = why {
        return Err(Failure::new(ErrorKind::Credentials, format!("{why}; nothing was changed")));
    }
    let path = key_file::write(&key)?;
    let found = Found { key, origin: Origin::File(path.clone()) };
    output.note(&format!("the key with the id {} is kept in `{}`", found.id().unwrap_or_default(), path.display()));
    if let Some(Found { origin: Origin::Environment(name), .. }) = self::key().ok().flatten() {
        output.note(&format!("`{name}` is set, and is used instead of it"));
    }
    if output.json() { print_envelope(&Envelope::new(Kind::Key, vec![row(&found, None)])) } else { Ok(()) }
}

fn logout(output: Output) -> Result<(), Failure> {
    let removed = key_file::remove()?;
    output.note(if removed { "the key is removed from this machine; fal still takes it" } else { "no key was kept" });
    if let Some(Found { origin: Origin::Environment(name), .. }) = key().ok().flatten() {
        output.note(&format!("`{name}` is set, and is still used"));
    }
    if output.json() { print_envelope(&Envelope::new(Kind::Key, Vec::<KeyRow>::new())) } else { Ok(()) }
}

fn status(check: bool, output: Output) -> Result<(), Failure> {
    let found = key()?.ok_or_else(|| Failure::new(ErrorKind::Credentials, no_key()))?;
    let accepted = if check { block_on(accepted(&configured()?))?? } else { None };
    if output.json() {
        print_envelope(&Envelope::new(Kind::Key, vec![row(&found, accepted)]))?;
    } else {
        let id = found.id().unwrap_or("unknown");
        let told = if accepted.is_some() { "\naccepted  yes" } else { "" };
        write_stdout(crate::clean::excerpt(&format!("id        {id}")).as_bytes())?;
        write_stdout(format!("\norigin    {}{told}\n", place(&found.origin)).as_bytes())?;
    }
    Ok(())
}

/// Asks the service whether it takes the key, for free: a failure where it does not, or could not be asked.
pub(crate) async fn accepted(client: &Client) -> Result<Option<bool>, Failure> {
    let Some(info) = ENDPOINTS.first() else { return Ok(None) };
    let job = client.job_of(info, NO_JOB).map_err(|error| Failure::failed(error.to_string()))?;
    match job.status().await {
        Ok(_) => Ok(Some(true)),
        Err(error) if error.is_auth() => Err(Failure::new(ErrorKind::Credentials, client.redact(&error.to_string()))),
        // Any other client error shows that the key was accepted.
        Err(error) if error.status().is_some_and(|status| status.is_client_error()) => Ok(Some(true)),
        Err(error) => Err(Failure::new(ErrorKind::from(&error), client.redact(&error.to_string()))),
    }
}

fn row(found: &Found, accepted: Option<bool>) -> KeyRow {
    let origin = match found.origin {
        Origin::Environment(_) => "environment",
        Origin::File(_) => "file",
    };
    KeyRow { id: found.id().map(str::to_owned), origin, place: place(&found.origin), accepted }
}

pub(crate) fn place(origin: &Origin) -> String {
    match origin {
        Origin::Environment(name) => (*name).to_owned(),
        Origin::File(path) => path.display().to_string(),
    }
}
