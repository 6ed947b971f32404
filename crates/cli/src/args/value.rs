//! Argument types that several commands share: switches, and times with units.

use clap::builder::{OsStringValueParser, TypedValueParser};
use clap::{Arg, ArgAction, ArgMatches};
use std::time::Duration;
use url::Url;

pub(crate) fn switch(name: &'static str, help: &'static str) -> Arg {
    Arg::new(name).long(name).help(help).action(ArgAction::SetTrue)
}

/// Whether a switch was given, on a command that has it.
pub(crate) fn is_set(matches: &ArgMatches, name: &str) -> bool {
    matches.try_get_one::<bool>(name).ok().flatten().copied().unwrap_or_default()
}

/// The parser of a time.
pub(crate) fn time() -> impl TypedValueParser<Value = Duration> {
    OsStringValueParser::new().try_map(|text| duration(&text.to_string_lossy()))
}

/// An address that a service can call.
pub(crate) fn web_url(text: &str) -> Result<String, String> {
    let url = Url::parse(text).map_err(|error| format!("it must be a URL: {error}"))?;
    match url.scheme() {
        "http" | "https" => Ok(text.to_owned()),
        _ => Err("it must begin with `https://` or `http://`".to_owned()),
    }
}

/// Seconds, or a number with `ms`, `s`, `m` or `h` behind it; more than nothing and at most a week.
fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|character: char| character.is_ascii_alphabetic());
    let scale = match text.get(digits.len()..) {
        Some("" | "s") => 1.0,
        Some("ms") => 0.001,
        Some("m") => 60.0,
        Some("h") => 3600.0,
        _ => return Err("it must be a number with `ms`, `s`, `m` or `h`".to_owned()),
    };
    let number: f64 = digits.parse().map_err(|_| "it must be a number with `ms`, `s`, `m` or `h`".to_owned())?;
    let seconds = number * scale;
    if (0.001..=7.0 * 24.0 * 3600.0).contains(&seconds) {
        Ok(Duration::from_secs_f64(seconds))
    } else {
        Err("it must be from 1ms to 168h".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::{duration, web_url};
    use std::time::Duration;

    #[test]
    fn an_address_to_call_is_of_the_web() {
        assert_eq!(web_url("https://example.com/done?x=1"), Ok("https://example.com/done?x=1".to_owned()));
        for wrong in ["", "example.com", "ftp://example.com/", "file:///etc/passwd", "https://"] {
            assert!(web_url(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn times_have_units_and_limits() {
        assert_eq!(duration("90"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("1.5m"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("20ms"), Ok(Duration::from_millis(20)));
        for wrong in ["", "m", "0", "-1", "NaN", "inf", "1d", "1e400", "200h"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
    }
}
