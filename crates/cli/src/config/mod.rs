//! `config.toml`: any flag of a call may stand there, by command too. A flag overrides the environment, which
//! overrides the file, which overrides the defaults.

mod command;
mod defaults;
mod edit;
mod file;
mod rules;
mod show;

pub(crate) use command::run;
pub(crate) use defaults::onto;
pub(crate) use file::Settings;

use crate::exit::Failure;
use crate::settings::location::config_folder;
use clap::Command;
use std::path::PathBuf;

/// The commands that work whatever stands in the settings file.
const WITHOUT: &[&str] = &["auth", "completions", "config", "doctor", "help", "man", "schema"];

/// Whether a command needs the settings, so that a file with a mistake in it ends it.
pub(crate) fn is_needed_by(command: &str) -> bool {
    !WITHOUT.contains(&command)
}

/// Where the settings file is, whether there is one or not; none where there is no home.
pub(crate) fn path() -> Option<PathBuf> {
    config_folder().map(|folder| folder.join("config.toml"))
}

/// What the user's settings file says, judged against the whole command tree.
pub(crate) fn settings(tree: impl FnOnce() -> Command) -> Result<Settings, Failure> {
    path().map_or_else(|| Ok(Settings::default()), |path| file::read(&path, tree))
}
