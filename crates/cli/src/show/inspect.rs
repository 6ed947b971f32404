//! `ideogram inspect`: shows what a picture is, and the request that made it.

use crate::args::flag::options;
use crate::clean;
use crate::envelope::{Envelope, FileRow, Kind, RerunRow};
use crate::exit::Failure;
use crate::made::Again;
use crate::output::{Output, print_envelope, write_stdout};
use crate::pictures::{made_by, texts};
use crate::summary::sha256_of;
use clap::ArgMatches;
use ideogram_client::{Dimensions, Format};
use serde_json::Value;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Bytes of the beginning that are looked at for format and size.
const BEGIN: u64 = 256 << 10;

/// Tells of each file.
pub(crate) fn print(matches: &ArgMatches, output: Output) -> Result<(), Failure> {
    let paths = matches.get_many::<PathBuf>("file").into_iter().flatten();
    let rows = paths.map(|path| inspect(path)).collect::<Result<Vec<_>, _>>()?;
    if output.json() {
        return print_envelope(&Envelope::new(Kind::File, rows));
    }
    let pages: Vec<String> = rows.iter().map(page).collect();
    write_stdout(pages.join("\n").as_bytes())
}

fn inspect(path: &Path) -> Result<FileRow, Failure> {
    let cannot = |error: std::io::Error| Failure::file(format!("cannot read `{}`: {error}", path.display()));
    let mut begin = Vec::new();
    let found = std::fs::metadata(path).map_err(cannot)?;
    if !found.is_file() {
        // It is read three times, and a pipe can be read once.
        let why = "it is a folder, a device or a pipe; save it to a file first";
        return Err(Failure::file(format!("cannot read `{}`: {why}", path.display())));
    }
    let bytes = found.len();
    let file = File::open(path).map_err(cannot)?;
    file.take(BEGIN).read_to_end(&mut begin).map_err(cannot)?;
    let format = Format::of(&begin)
        .ok_or_else(|| Failure::file(format!("`{}` is no picture of a known format", path.display())))?;
    let size = Dimensions::of(&begin);
    let texts = texts(path).map_err(cannot)?;
    let made = made_by(&texts);
    let rerun = made.as_ref().and_then(|made| made.again(false)).map(|again| rerun_row(&again));
    Ok(FileRow {
        path: path.display().to_string(),
        content_type: format.content_type(),
        width: size.map(|size| size.width),
        height: size.map(|size| size.height),
        bytes,
        sha256: sha256_of(path).map_err(cannot)?,
        made: made.and_then(|made| serde_json::to_value(made).ok()),
        rerun,
        texts: texts.into_iter().collect(),
    })
}

/// What `rerun` would send.
fn rerun_row(again: &Again) -> RerunRow {
    let flag = |name: &str| options().into_iter().find(|flag| flag.field.name == name).map(|flag| flag.shown());
    RerunRow {
        endpoint: again.info.id.to_owned(),
        input: Value::Object(again.input.clone()),
        missing: again.missing().map(|name| flag(name).unwrap_or_else(|| name.to_owned())).collect(),
        left_out: again.left_out.clone(),
    }
}

/// A file's facts, then what made it, or the texts in it where that is not known.
fn page(row: &FileRow) -> String {
    let size = match (row.width, row.height) {
        (Some(width), Some(height)) => format!("{width}×{height}, "),
        _ => String::new(),
    };
    let mut page = format!("{}: {}, {size}{} bytes\n", clean::line(&row.path), row.content_type, row.bytes);
    let mut line = |name: &str, value: &str| {
        page.push_str(&format!("  {:<16} {}\n", clean::line(name), clean::line(value)));
    };
    line("sha256", &row.sha256);
    let Some(made) = &row.made else {
        row.texts.iter().for_each(|(keyword, text)| line(keyword, text));
        return page;
    };
    for (name, value) in made.as_object().into_iter().flatten() {
        match (name.as_str(), value) {
            ("input", Value::Object(input)) => {
                for (name, value) in input.iter().filter(|(name, _)| name.as_str() != "seed") {
                    line(name, &plain(value));
                }
            }
            ("price", Value::Object(price)) => {
                let part = |name| price.get(name).map(plain).unwrap_or_default();
                line("price", &format!("{} {} per {}", part("amount"), part("currency"), part("unit")));
            }
            (_, Value::Null) => {}
            _ => line(name, &plain(value)),
        }
    }
    match &row.rerun {
        Some(rerun) if rerun.missing.is_empty() => line("again", "`ideogram rerun` sends it once more"),
        Some(rerun) => line("again", &format!("`ideogram rerun` needs `{}` for it", rerun.missing.join("`, `"))),
        None => line("again", "its endpoint is not known here"),
    }
    page
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
