//! `--no-sync` for `--sync`, and `--metadata` for `--no-metadata`: every switch has its opposite, so that the command line
//! can take back what a settings file says. The later of the two on a command line counts.

use clap::builder::ArgPredicate;
use clap::parser::ValueSource;
use clap::{Arg, ArgAction, ArgMatches, Command};

/// The command, its switches and yes-or-no fields with their opposites, and so all commands below it.
pub(super) fn with_opposites(command: Command) -> Command {
    let mut taken: Vec<String> = command.get_arguments().filter_map(|arg| arg.get_long().map(str::to_owned)).collect();
    let mut opposites = Vec::new();
    let command = command.mut_args(|arg| {
        let Some(name) = arg.get_long().map(opposite).filter(|name| is_switch(&arg) && !taken.contains(name)) else {
            return arg;
        };
        let id = format!("not.{}", arg.get_id());
        let opposite = Arg::new(id.clone())
            .long(name.clone())
            .action(ArgAction::SetTrue)
            .overrides_with(arg.get_id().clone())
            .global(arg.is_global_set())
            .hide(true);
        opposites.push(opposite);
        taken.push(name);
        arg.overrides_with(id.clone()).default_value_if(id, ArgPredicate::Equals("true".into()), "false")
    });
    command.args(opposites).mut_subcommands(with_opposites)
}

/// Whether an argument says yes or no and may stand without a value.
pub(crate) fn is_switch(arg: &Arg) -> bool {
    let is_field = || {
        let words = arg.get_value_parser().possible_values();
        words.is_some_and(|words| words.take(2).map(|word| word.get_name().to_owned()).eq(["true", "false"]))
    };
    match arg.get_action() {
        ArgAction::SetTrue => true,
        ArgAction::Set => arg.get_long().is_some() && is_field(),
        _ => false,
    }
}

/// Whether an argument was given on this very command line, by its own name or by its opposite.
pub(crate) fn is_given(matches: &ArgMatches, id: &str) -> bool {
    let typed =
        |id: &str| matches.try_contains_id(id).is_ok() && matches.value_source(id) == Some(ValueSource::CommandLine);
    typed(id) || typed(&format!("not.{id}"))
}

/// The name that says the opposite.
fn opposite(name: &str) -> String {
    name.strip_prefix("no-").map_or_else(|| format!("no-{name}"), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::with_opposites;
    use crate::args::command;
    use crate::args::value::switch;
    use clap::Command;

    #[test]
    fn the_later_of_a_switch_and_its_opposite_counts_also_against_a_default() {
        let tree = |default: &'static str| {
            let command = Command::new("x").args([switch("sync", ""), switch("no-metadata", "")]);
            with_opposites(command).mut_arg("sync", |arg| arg.default_value(default))
        };
        for (default, arguments, expected) in [
            ("false", &["x"][..], false),
            ("false", &["x", "--sync"], true),
            ("true", &["x"], true),
            ("true", &["x", "--no-sync"], false),
            ("false", &["x", "--no-sync", "--sync"], true),
            ("true", &["x", "--sync", "--no-sync"], false),
        ] {
            let matches = tree(default).try_get_matches_from(arguments).unwrap();
            assert_eq!(matches.get_flag("sync"), expected, "{default} {arguments:?}");
        }
        let matches = tree("true").try_get_matches_from(["x", "--no-metadata", "--metadata"]).unwrap();
        assert!(!matches.get_flag("no-metadata"));
    }

    #[test]
    fn a_field_that_says_yes_or_no_has_both_names() {
        for (argument, expected) in
            [("--no-expand-prompt", "false"), ("--expand-prompt", "true"), ("--expand-prompt=false", "false")]
        {
            let matches = command().try_get_matches_from(["ideogram", "generate", "a", argument]).unwrap();
            let value = matches.subcommand().unwrap().1.get_one::<String>("field.expand_prompt").unwrap();
            assert_eq!(value, expected, "{argument}");
        }
    }
}
