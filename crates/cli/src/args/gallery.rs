//! The arguments of `ideogram gallery`.

use crate::args::jobs::{limit, wanted};
use crate::args::value::switch;
use clap::{Arg, Command, ValueHint, value_parser};
use std::path::PathBuf;

/// The batch whose pictures are shown.
pub(crate) const BATCH: &str = "batch";

/// What stands above the pictures.
pub(crate) const TITLE: &str = "title";

const ABOUT: &str = "\
Writes `index.html` and small pictures in `thumbnails/`; past 2,000 pictures `page-2.html` and so on. The pages open from the \
disk, need no network and no server, and load nothing from elsewhere. Pictures that are not there any more are left out and \
counted. Prompts, seeds and styles stand on the page for everybody who gets it; paths of this machine do where a picture is \
outside of FOLDER.

Examples:
  ideogram gallery -o pictures/
  ideogram gallery --newer-than 7d --endpoint generate --title 'This week' -o week/";

/// `ideogram gallery`.
pub(super) fn command() -> Command {
    Command::new("gallery")
        .about("Write a page of the pictures that were made, to look at and to show")
        .arg(
            Arg::new("id")
                .value_name("ID")
                .value_parser(value_parser!(i64).range(1..))
                .num_args(0..)
                .help("Numbers from `ideogram jobs` [default: every request whose pictures are there]"),
        )
        .arg(
            Arg::new("output")
                .short('o')
                .long("output")
                .value_name("FOLDER")
                .value_parser(value_parser!(PathBuf))
                .value_hint(ValueHint::DirPath)
                .required(true)
                .help("Where the pages go: best the folder that the pictures are in"),
        )
        .args(wanted())
        .arg(Arg::new(BATCH).long(BATCH).value_name("FILE").help("Only those of the batch of this file or `--name`"))
        .arg(limit())
        .arg(Arg::new(TITLE).long(TITLE).value_name("TEXT").help("What stands above the pictures [default: Pictures]"))
        .arg(switch("overwrite", "Overwrite an `index.html` that is no gallery"))
        .after_help(ABOUT)
}
