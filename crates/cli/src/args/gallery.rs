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
counted. Anyone who gets the pages sees prompts, seeds and styles, and the local paths of pictures that are outside FOLDER.

Examples:
  ideogram gallery -o pictures/
  ideogram gallery --newer-than 7d --endpoint generate --title 'This week' -o week/";

/// `ideogram gallery`.
pub(super) fn command() -> Command {
    Command::new("gallery")
        .about("Write an HTML page with the pictures that were made")
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
                .help("Folder for the pages, best the one with the pictures"),
        )
        .args(wanted())
        .arg(Arg::new(BATCH).long(BATCH).value_name("FILE").help("Only those of the batch of this file or `--name`"))
        .arg(limit())
        .arg(Arg::new(TITLE).long(TITLE).value_name("TEXT").help("Heading of the page [default: Pictures]"))
        .arg(switch("overwrite", "Overwrite an `index.html` that is no gallery"))
        .after_help(ABOUT)
}
