//! The documents: every `ideogram` command that one names exists, and an example does what is shown below it.

use crate::support::{Place, Run, of_workspace};
use clap::Command;
use std::fs;
use std::path::Path;

/// The path and text of every document below this folder.
fn pages(root: &Path) -> Vec<(String, String)> {
    let folders = ["", "docs", "openapi", "crates/cli", "crates/client", "crates/sandbox", "crates/schema"];
    let files = folders.iter().flat_map(|folder| fs::read_dir(root.join(folder)).unwrap()).map(|entry| entry.unwrap());
    let pages = files.map(|file| file.path()).filter(|path| path.extension().is_some_and(|end| end == "md"));
    let pages = pages.map(|path| (path.strip_prefix(root).unwrap().display().to_string(), path));
    // The log of what changed names what was there then.
    let today = pages.filter(|(name, _)| name != "CHANGELOG.md");
    today.map(|(name, path)| (name, fs::read_to_string(path).unwrap())).collect()
}

/// The commands of a page: lines of its blocks for a shell, and what stands in backticks.
fn commands(page: &str) -> Vec<&str> {
    let blocks = page.split("```console\n").skip(1).filter_map(|rest| rest.split("```").next());
    let lines = blocks.flat_map(str::lines).map(|line| line.trim_start_matches("$ "));
    let ticked = page.split("```").step_by(2).flat_map(|prose| prose.split('`').skip(1).step_by(2));
    lines.chain(ticked).filter(|text| text.starts_with("ideogram ") || text.starts_with("ssh ")).collect()
}

/// Whether a word names one of the command's flags, its own or one of the whole tree.
fn has_flag(command: &Command, global: &Command, word: &str) -> bool {
    let known = |name: &str| {
        [command, global].iter().flat_map(|command| command.get_arguments()).any(|argument| {
            argument.get_long() == Some(name) || argument.get_all_aliases().is_some_and(|names| names.contains(&name))
        })
    };
    let name = word.trim_start_matches("--").split(['=', '[']).next().unwrap_or_default();
    known(name) || ["help", "version"].contains(&name)
}

/// What is wrong with a command that a page names; of `jobs resume|close` each is looked up.
fn problem(root: &Command, text: &str) -> Option<String> {
    // What is quoted is one value.
    let plain = text.split(['"', '\'']).enumerate().map(|(index, part)| if index % 2 == 0 { part } else { "VALUE" });
    let plain: String = plain.collect();
    let words = plain.split_whitespace().skip_while(|word| *word != "ideogram").skip(1);
    let mut at = root;
    let mut path = true;
    for word in words.take_while(|word| !["|", ">", "&&"].contains(word)) {
        if let Some(flag) = word.strip_prefix("--") {
            path = false;
            if !has_flag(at, root, flag) {
                return Some(format!("`{text}`: `{}` has no flag `{word}`", at.get_name()));
            }
        } else if path && at.has_subcommands() {
            for name in word.split('|') {
                let Some(found) = at.find_subcommand(name) else {
                    return Some(format!("`{text}`: `{}` has no command `{name}`", at.get_name()));
                };
                if !word.contains('|') {
                    at = found;
                }
            }
            path = !word.contains('|');
        } else {
            path = false;
        }
    }
    None
}

#[test]
fn every_command_that_a_document_names_exists() {
    let Some(workspace) = of_workspace("") else { return };
    let mut root = ideogram_cli::command();
    root.build();
    let mut count = 0;
    let mut problems = Vec::new();
    for (page, text) in pages(&workspace) {
        for command in commands(&text) {
            count += 1;
            problems.extend(problem(&root, command).map(|problem| format!("{page}: {problem}")));
        }
    }
    assert!(problems.is_empty(), "{problems:#?}");
    assert!(count > 60, "only {count} commands were found");
    for wrong in
        ["ideogram nothing", "ideogram jobs nothing", "ideogram generate \"a\" --nothing", "ideogram jobs --nothing"]
    {
        assert!(problem(&root, wrong).is_some(), "{wrong}");
    }
}

#[test]
fn the_first_example_of_the_page_on_batches_says_what_the_page_shows() {
    let Some(page) = of_workspace("docs/BATCH.md") else { return };
    let page = fs::read_to_string(page).unwrap();
    let block = |language: &str| page.split_once(&format!("```{language}\n")).unwrap().1.split_once("```").unwrap().0;
    let place = Place::new();
    place.write("prompts.csv", block("csv").as_bytes());
    let (command, shown) = block("console").split_once('\n').unwrap();
    let mut ideogram = place.command();
    // With a key the ledger can say what is bought already; a dry run sends nothing.
    ideogram.env("FAL_KEY", "key_id:secret").args(command.strip_prefix("$ ideogram ").unwrap().split(' '));
    let run = Run::of(ideogram.output().unwrap());
    assert_eq!(run.stderr, shown, "{run:?}");
}
