//! `ideogram man`: made from the command tree when the command runs, so it is never out of date.

use crate::args::command;
use crate::docs::help::EXIT_CODES;
use crate::docs::print;
use crate::exit::Failure;
use crate::output::Output;
use crate::settings::env;
use clap::{ArgMatches, Command};
use clap_mangen::Man;
use roff::{Roff, bold, roman};
use std::path::{Path, PathBuf};

/// The files that the tool reads and writes by itself.
const FILES: [(&str, &str); 3] = [
    (
        "$XDG_CONFIG_HOME/ideogram/config.toml",
        "The settings; see ideogram-config(1). Without the variable below ~/.config.",
    ),
    ("$XDG_CONFIG_HOME/ideogram/key", "The key that ideogram-auth(1) keeps, readable by its owner alone."),
    (
        "$XDG_DATA_HOME/ideogram/ledger.db",
        "The paid requests; see ideogram-jobs(1). Without the variable below ~/.local/share.",
    ),
];

/// Where lines of a page are broken.
const WIDEST: usize = 76;

/// The day that the pages bear: that of the last change of their form.
const DATE: &str = "2026-11-26";

/// Prints the man page of the tool or of one of its commands, or writes all of them to a folder.
pub(crate) fn man(matches: &ArgMatches, output: Output) -> Result<(), Failure> {
    let mut whole = command();
    whole.build();
    if let Some(folder) = matches.get_one::<PathBuf>("out") {
        return write_all(&whole, folder, output);
    }
    let words = matches.get_many::<String>("page").into_iter().flatten();
    let found = words.into_iter().try_fold(&whole, |command, word| {
        command
            .find_subcommand(word)
            .ok_or_else(|| Failure::usage(format!("there is no command `{word}`; see `ideogram --help`")))
    })?;
    print(page(found)?, output)
}

/// Writes every page: `ideogram.1`, `ideogram-generate.1`, `ideogram-jobs-resume.1` and so on.
fn write_all(whole: &Command, folder: &Path, output: Output) -> Result<(), Failure> {
    let cannot = |error: &std::io::Error| Failure::file(format!("cannot write to `{}`: {error}", folder.display()));
    std::fs::create_dir_all(folder).map_err(|error| cannot(&error))?;
    let mut open = vec![whole];
    let mut written = String::new();
    while let Some(command) = open.pop() {
        let path = folder.join(format!("{}.1", title(command)));
        std::fs::write(&path, page(command)?).map_err(|error| cannot(&error))?;
        written.push_str(&format!("{}\n", path.display()));
        open.extend(command.get_subcommands());
    }
    print(written, output)
}

fn title(command: &Command) -> String {
    command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned()
}

fn page(command: &Command) -> Result<String, Failure> {
    let is_whole = command.get_name() == "ideogram";
    let man = Man::new(command.clone())
        .title(title(command).to_uppercase())
        .date(DATE)
        .source(concat!("ideogram ", env!("CARGO_PKG_VERSION")))
        .manual("ideogram");
    let mut page = Vec::new();
    let rendered = man
        .render_title(&mut page)
        .and_then(|()| man.render_name_section(&mut page))
        .and_then(|()| man.render_synopsis_section(&mut page))
        .and_then(|()| man.render_description_section(&mut page))
        .and_then(|()| man.render_options_section(&mut page))
        .and_then(|()| if command.has_subcommands() { man.render_subcommands_section(&mut page) } else { Ok(()) });
    rendered.map_err(|error| Failure::failed(format!("the man page cannot be made: {error}")))?;
    let mut page = String::from_utf8_lossy(&page).into_owned();
    let mut rest = Roff::new();
    let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
    let (examples, notes): (Vec<&str>, Vec<&str>) =
        help.split("\n\n").map(str::trim_end).filter(|block| !block.is_empty()).partition(|block| is_examples(block));
    // The notes on the environment and exit codes in the tool's help have sections of their own here.
    if !is_whole && !notes.is_empty() {
        rest.control("SH", ["NOTES"]);
        for (index, block) in notes.iter().enumerate() {
            paragraph(&mut rest, block, index > 0);
        }
    }
    if !examples.is_empty() {
        rest.control("SH", ["EXAMPLES"]);
        lines(&mut rest, examples.iter().flat_map(|block| block.lines().skip(1)));
    }
    rest.control("SH", ["ENVIRONMENT"]);
    for variable in env::all() {
        item(&mut rest, variable.name, variable.description);
    }
    rest.control("SH", ["EXIT STATUS"]);
    for (code, meaning) in EXIT_CODES.lines().filter_map(|line| line.strip_prefix("  ")?.split_once("  ")) {
        item(&mut rest, code.trim(), meaning.trim());
    }
    rest.control("SH", ["FILES"]);
    for (path, meaning) in FILES {
        item(&mut rest, path, meaning);
    }
    page.push_str(&rest.to_roff());
    Ok(tidied(&page))
}

/// The page with no line longer than 80 bytes and no break beside a blank line, as mandoc wants it.
fn tidied(page: &str) -> String {
    let mut tidy = String::new();
    let mut is_verbatim = false;
    for line in page.replace("\n\n.br\n", "\n\n").replace("\n.br\n\n", "\n\n").lines() {
        is_verbatim = (is_verbatim || line == ".nf") && line != ".fi";
        if line.starts_with('.') {
            tidy.push_str(line);
            tidy.push('\n');
            continue;
        }
        let mut width = 0;
        for (index, word) in line.trim_end().split(' ').enumerate() {
            let breaks = index > 0 && width + word.len() > WIDEST && !word.starts_with(['.', '\'']);
            let separator = match (index, breaks, is_verbatim) {
                (0, ..) => "",
                (_, true, false) => "\n",
                // The line goes on as if it had not been broken.
                (_, true, true) => " \\\n",
                (_, false, _) => " ",
            };
            width = if breaks { word.len() } else { width + separator.len() + word.len() };
            tidy.push_str(separator);
            tidy.push_str(word);
        }
        tidy.push('\n');
    }
    tidy
}

/// Whether a block of a help text is its examples.
pub(super) fn is_examples(block: &str) -> bool {
    block.starts_with("Example:") || block.starts_with("Examples:")
}

/// A term and what it is.
fn item(roff: &mut Roff, term: &str, meaning: &str) {
    roff.control("TP", []).text([bold(term)]).text([roman(meaning)]);
}

/// A block of text: as it stands where its lines are indented, else filled.
fn paragraph(roff: &mut Roff, block: &str, is_next: bool) {
    if is_next {
        roff.control("PP", []);
    }
    let is_verbatim = |line: &str| line.starts_with("  ");
    let mut verbatim = Vec::new();
    for line in block.lines() {
        if is_verbatim(line) {
            verbatim.push(line);
        } else {
            if !verbatim.is_empty() {
                lines(roff, verbatim.drain(..));
            }
            roff.text([roman(line)]);
        }
    }
    if !verbatim.is_empty() {
        lines(roff, verbatim.into_iter());
    }
}

/// Lines as they stand.
fn lines<'a>(roff: &mut Roff, lines: impl Iterator<Item = &'a str>) {
    roff.control("RS", ["4"]).control("nf", []);
    for line in lines {
        roff.text([roman(line.strip_prefix("  ").unwrap_or(line))]);
    }
    roff.control("fi", []).control("RE", []);
}
