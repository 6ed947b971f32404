//! Checks the key, the addresses, and the service's answers.

use super::Check;
use crate::auth::{accepted, place};
use crate::exit::{ErrorKind, Failure};
use crate::settings::client::{configured, for_showing, how_to_have_a_key, key};
use crate::settings::env;
use ideogram_client::{Client, Reach};

/// How wrong the clock may be, in milliseconds. A request whose answer was lost is looked for by its time.
const CLOCK: i64 = 60_000;

/// The checks that need no network, then those that do.
pub(super) async fn checks() -> Vec<Check> {
    let (mut checks, has_key) = match key() {
        Ok(Some(found)) => {
            let id = found.id().unwrap_or("unknown");
            (vec![Check::fine("key", format!("id {id}, from {}", place(&found.origin)))], true)
        }
        Ok(None) => (vec![Check::failed("key", ErrorKind::Credentials, "there is none", how_to_have_a_key())], false),
        Err(failure) => {
            let advice = "copy it again from https://fal.ai/dashboard/keys, and keep it with `ideogram auth login`";
            (vec![Check::failed("key", failure.kind(), failure.message(), advice)], false)
        }
    };
    checks.push(proxies());
    let client = match if has_key { configured() } else { for_showing() } {
        Ok(client) => client,
        Err(failure) => {
            checks.push(unusable(&failure));
            return checks;
        }
    };
    checks.push(match env::text(ideogram_client::env::IDEOGRAM_CA_FILE).filter(|path| !path.trim().is_empty()) {
        Some(path) => Check::fine("ca-file", format!("`{path}` and the system's certificates are trusted")),
        None => Check::fine("ca-file", "none is set; the system's certificates are trusted"),
    });
    let reached = client.reach().await;
    checks.extend(reached.iter().map(service));
    checks.push(clock(reached.iter().filter_map(|reach| reach.clock_offset_ms).min_by_key(|offset| offset.abs())));
    checks.push(acceptance(&client, has_key, &reached).await);
    checks
}

/// The settings of the client that cannot be used.
fn unusable(failure: &Failure) -> Check {
    let is_of_file = failure.message().contains("certificate");
    let advice = "correct the variable that is named, or unset it";
    Check::failed(if is_of_file { "ca-file" } else { "addresses" }, failure.kind(), failure.message(), advice)
}

/// Their names only: the addresses may hold a password.
fn proxies() -> Check {
    let set = env::proxies();
    match set.as_slice() {
        [] => Check::fine("proxy", "none is set"),
        set => Check::fine("proxy", format!("`{}` is used, but for this machine", set.join("`, `"))),
    }
}

fn service(reach: &Reach) -> Check {
    let url = &reach.url;
    match &reach.status {
        Ok(status) => {
            Check::fine(reach.service, format!("{url} answers ({status}) after {} ms", reach.elapsed.as_millis()))
        }
        Err(error) => {
            let advice = "see whether the address, the proxy and the certificates above are right, and whether a firewall \
                          lets it through";
            Check::failed(reach.service, ErrorKind::from(error), format!("{url}: {error}"), advice)
        }
    }
}

fn clock(offset: Option<i64>) -> Check {
    match offset {
        None => Check::skipped("clock", "no answer told the time"),
        Some(offset) if offset.abs() <= CLOCK => Check::fine("clock", "agrees with the service's"),
        Some(offset) => {
            let (seconds, side) = (offset.abs() / 1000, if offset > 0 { "behind" } else { "ahead of" });
            Check::failed(
                "clock",
                ErrorKind::Failed,
                format!("this machine is {seconds} s {side} the service"),
                "set it right: a lost answer is looked for by its time, and certificates are judged by it",
            )
        }
    }
}

async fn acceptance(client: &Client, has_key: bool, reached: &[Reach]) -> Check {
    let queue = reached.iter().find(|reach| reach.service == "queue");
    if !has_key || queue.is_none_or(|queue| queue.status.is_err()) {
        return Check::skipped("account", "the service was not asked whether it takes the key");
    }
    match accepted(client).await {
        Ok(_) => Check::fine("account", "the service takes the key"),
        Err(failure) => {
            let advice = "see the key and the account at https://fal.ai/dashboard";
            Check::failed("account", failure.kind(), failure.message(), advice)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::clock;

    #[test]
    fn a_clock_that_is_a_minute_off_is_told_with_its_side() {
        for (offset, state, found) in [
            (Some(0), "ok", "agrees"),
            (Some(-59_999), "ok", "agrees"),
            (Some(61_000), "failed", "61 s behind"),
            (Some(-3_600_000), "failed", "3600 s ahead of"),
            (None, "skipped", "no answer"),
        ] {
            let row = clock(offset).row();
            assert!(row.state == state && row.found.contains(found), "{offset:?}: {row:?}");
        }
    }
}
