//! Colours: where they are, and where they are not.

use crate::support::{Place, Run};

#[test]
fn help_and_mistakes_are_coloured_where_that_is_wanted() {
    let place = Place::new();
    let run = |arguments: &[&str], variables: &[(&str, &str)]| {
        Run::of(place.command().args(arguments).envs(variables.iter().copied()).output().unwrap())
    };
    for (arguments, variables, coloured) in [
        (&["generate", "--help"][..], &[][..], false),
        (&["generate", "--help", "--color=always"], &[], true),
        (&["--color", "always", "generate", "--help"], &[("NO_COLOR", "1")], true),
        (&["generate", "--help"], &[("CLICOLOR_FORCE", "1")], true),
        (&["generate", "--help", "--color", "never"], &[("CLICOLOR_FORCE", "1")], false),
    ] {
        let run = run(arguments, variables);
        assert_eq!((run.code, run.text().contains('\u{1b}')), (Some(0), coloured), "{arguments:?} {variables:?}");
    }
    for (arguments, coloured) in [
        (&["generate", "--color=always"][..], true),
        (&["generate", "a", "--color=always"], true),
        (&["generate", "a"], false),
    ] {
        let run = run(arguments, &[]);
        assert_eq!(run.stderr.starts_with("\u{1b}[1;31merror:\u{1b}[0m "), coloured, "{run:?}");
    }
}
