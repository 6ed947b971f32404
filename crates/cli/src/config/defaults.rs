//! The settings as defaults of the command tree: flags and the environment override them, and a new flag needs no line.

use crate::config::file::{Setting, Settings};
use crate::config::rules::Place;
use clap::{ArgAction, Command};
use ideogram_schema::ENDPOINTS;

/// The command tree with the settings in it.
pub(crate) fn onto(tree: Command, settings: &Settings) -> Command {
    if settings.all.is_empty() { tree } else { at(tree, &Place::default(), &settings.all) }
}

fn at(command: Command, place: &Place, settings: &[Setting]) -> Command {
    // A command's own table overrides what stands at the top.
    let (own, general): (Vec<&Setting>, Vec<&Setting>) = settings
        .iter()
        .filter(|setting| setting.place == *place || (setting.place.is_root() && is_for(setting, place)))
        .partition(|setting| setting.place == *place);
    let command = command.mut_args(|arg| {
        let is = |setting: &&&Setting| setting.id == arg.get_id().as_str();
        match own.iter().find(is).or_else(|| general.iter().find(is)) {
            Some(setting) if matches!(arg.get_action(), ArgAction::SetTrue) => {
                arg.default_values(setting.values.clone())
            }
            Some(setting) => arg.required(false).hide_default_value(true).default_values(setting.values.clone()),
            None => arg,
        }
    });
    command.mut_subcommands(|inner| {
        let place = place.below(inner.get_name());
        at(inner, &place, settings)
    })
}

/// Whether what stands at the top of the file is for a command: it is for those that make pictures. Those that send what
/// was written down elsewhere take none of its fields.
fn is_for(setting: &Setting, place: &Place) -> bool {
    let is_field = setting.id.starts_with("field.");
    ENDPOINTS.iter().any(|info| place.is(&[info.verb]))
        || (!is_field && ["batch", "rerun"].iter().any(|verb| place.is(&[verb])))
}
