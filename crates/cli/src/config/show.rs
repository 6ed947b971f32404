//! Shows every setting, its value, and where the value comes from.

use crate::config::file::{Setting, Settings};
use crate::config::rules::{self, Place};
use crate::envelope::SettingRow;
use crate::exit::Failure;
use crate::settings::env;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command};
use ideogram_schema::ENDPOINTS;
use std::path::Path;

/// The rows: what may stand at the top of the file, what stands in its tables, the variables of the environment.
pub(super) fn rows(tree: &Command, settings: &Settings, matches: &ArgMatches) -> Result<Vec<SettingRow>, Failure> {
    let mut rows = Vec::new();
    for arg in rules::arguments(tree, &Place::default()).map_err(Failure::usage)? {
        rows.push(top(&arg, settings, matches));
    }
    rows.sort_by(|one, other| one.name.cmp(&other.name));
    for setting in settings.all.iter().filter(|setting| !setting.place.is_root()) {
        let args = rules::arguments(tree, &setting.place).map_err(Failure::usage)?;
        let arg = args.iter().find(|arg| arg.get_id().as_str() == setting.id);
        let long = arg.and_then(Arg::get_long).unwrap_or_default();
        rows.push(of_file(setting.place.name(long), setting, &settings.path));
    }
    rows.extend(env::set().into_iter().map(|(name, value)| SettingRow {
        name: name.to_owned(),
        value: Some(value),
        origin: "environment",
        place: Some(name.to_owned()),
    }));
    Ok(rows)
}

fn top(arg: &Arg, settings: &Settings, matches: &ArgMatches) -> SettingRow {
    let name = arg.get_long().unwrap_or_default().to_owned();
    let id = arg.get_id().as_str();
    let given = matches.try_contains_id(id).is_ok_and(|given| given).then(|| matches.value_source(id)).flatten();
    let typed = || {
        let raw = matches.get_raw(id).into_iter().flatten();
        Some(raw.map(|value| value.to_string_lossy()).collect::<Vec<_>>().join(", "))
    };
    if given == Some(ValueSource::CommandLine) {
        let value = if matches!(arg.get_action(), ArgAction::SetTrue) { Some("true".to_owned()) } else { typed() };
        return SettingRow { place: Some(format!("--{name}")), name, value, origin: "flag" };
    }
    if given == Some(ValueSource::EnvVariable) {
        let variable = arg.get_env().map(|variable| variable.to_string_lossy().into_owned());
        return SettingRow { name, value: typed(), origin: "environment", place: variable };
    }
    match settings.all.iter().find(|setting| setting.place.is_root() && setting.id == id) {
        Some(setting) => of_file(name, setting, &settings.path),
        None => SettingRow { name, value: default(arg), origin: "default", place: None },
    }
}

fn of_file(name: String, setting: &Setting, path: &Path) -> SettingRow {
    let place = Some(format!("{}:{}", path.display(), setting.line));
    SettingRow { name, value: Some(setting.values.join(", ")), origin: "file", place }
}

/// What holds where nobody says: the service's own value of a field, the tool's of the rest; none where that is not one
/// value.
fn default(arg: &Arg) -> Option<String> {
    if let Some(name) = arg.get_id().as_str().strip_prefix("field.") {
        let mut fields = ENDPOINTS.iter().filter_map(|info| info.input(name));
        return fields.find_map(|field| field.default).map(crate::args::flag::plain);
    }
    if matches!(arg.get_action(), ArgAction::SetTrue) {
        return Some("false".to_owned());
    }
    let values = arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect::<Vec<_>>().join(", ");
    let told = || {
        let help = arg.get_help()?.to_string();
        let (_, told) = help.rsplit_once("[default: ")?;
        told.strip_suffix(']').map(str::to_owned)
    };
    if values.is_empty() { told() } else { Some(values) }
}

/// The settings file itself.
pub(super) fn path_row(path: &Path) -> SettingRow {
    let path = path.display().to_string();
    SettingRow { name: "path".to_owned(), value: Some(path), origin: "default", place: None }
}

/// The rows for people.
pub(super) fn table(rows: &[SettingRow]) -> String {
    let shown = |row: &SettingRow| row.value.clone().unwrap_or_else(|| "-".to_owned());
    let width = |of: &dyn Fn(&SettingRow) -> usize| rows.iter().map(of).max().unwrap_or_default();
    let (names, values) = (width(&|row| row.name.len()), width(&|row| shown(row).chars().count()).min(40));
    let lines = rows.iter().map(|row| {
        let place = row.place.as_ref().map(|place| format!(" {place}")).unwrap_or_default();
        let line = format!("{:names$}  {:values$}  {}{place}", row.name, shown(row), row.origin);
        crate::clean::excerpt(&line) + "\n"
    });
    lines.collect()
}
