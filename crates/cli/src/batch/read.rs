//! Reads the rows of a file, one after the other: JSON lines, or CSV as spreadsheets write it.

use crate::exit::Failure;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use std::cell::Cell as Counter;
use std::fmt;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek as _, SeekFrom};
use std::path::Path;
use std::rc::Rc;

/// The most bytes of a row. Pictures may stand in it as data URIs.
const MAX_ROW: u64 = 32 << 20;

/// How much of a file is looked at to tell what it is.
const HEAD: u64 = 64 << 10;

/// What UTF-8 files of spreadsheets begin with.
const BOM: &[u8] = b"\xef\xbb\xbf";

/// One row as it stands in the file.
#[derive(Debug)]
pub(super) struct Read1 {
    /// The line that it begins in.
    pub(super) line: u64,
    pub(super) cells: Result<Vec<(String, Cell)>, Fault>,
}

/// A value before it is known what it is for.
#[derive(Debug)]
pub(super) enum Cell {
    /// Of CSV: everything is text.
    Text(String),
    /// Of JSON.
    Json(Value),
}

/// What is wrong with a row, and where in its line.
#[derive(Debug)]
pub(super) struct Fault {
    pub(super) column: Option<String>,
    pub(super) why: String,
}

impl Fault {
    pub(super) fn new(why: impl Into<String>) -> Self {
        Self { column: None, why: why.into() }
    }

    pub(super) fn at(column: impl Into<String>, why: impl Into<String>) -> Self {
        Self { column: Some(column.into()), why: why.into() }
    }
}

type Rows = Box<dyn Iterator<Item = Result<Read1, Failure>>>;

/// Opens the rows of a file.
pub(super) fn rows(mut file: File, path: &Path) -> Result<Rows, Failure> {
    let name = path.display().to_string();
    let broken = |error: io::Error| Failure::file(format!("cannot read `{name}`: {error}"));
    let mut head = Vec::new();
    Read::take(&mut file, HEAD).read_to_end(&mut head).map_err(broken)?;
    let start = if head.starts_with(BOM) { BOM.len() } else { 0 };
    file.seek(SeekFrom::Start(start as u64)).map_err(broken)?;
    let head = head.get(start..).unwrap_or_default();
    if head.contains(&0) {
        return Err(Failure::file(format!("`{name}` is no UTF-8 text; save it as CSV in UTF-8")));
    }
    let ending = path.extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
    let is_json = match ending.as_str() {
        "jsonl" | "ndjson" => true,
        "csv" | "tsv" => false,
        _ => head.trim_ascii_start().starts_with(b"{"),
    };
    if is_json { Ok(Box::new(json_lines(BufReader::new(file), name))) } else { csv_rows(file, head, name) }
}

/// One object a line; empty lines are nothing.
fn json_lines(mut reader: BufReader<File>, name: String) -> impl Iterator<Item = Result<Read1, Failure>> {
    let mut line = 0;
    let mut text = Vec::new();
    std::iter::from_fn(move || {
        loop {
            text.clear();
            line += 1;
            match Read::take(&mut reader, MAX_ROW + 1).read_until(b'\n', &mut text) {
                Ok(0) => return None,
                Ok(_) if text.trim_ascii().is_empty() => {}
                Ok(count) if count as u64 > MAX_ROW => {
                    if let Err(error) = skip_line(&mut reader) {
                        return Some(Err(Failure::file(format!("cannot read `{name}`: {error}"))));
                    }
                    let cells = Err(Fault::new(format!("it has more than {} MiB", MAX_ROW >> 20)));
                    return Some(Ok(Read1 { line, cells }));
                }
                Ok(_) => return Some(Ok(Read1 { line, cells: json_cells(&text) })),
                Err(error) => return Some(Err(Failure::file(format!("cannot read `{name}`: {error}")))),
            }
        }
    })
}

/// Reads on to the end of a line without keeping it.
fn skip_line(reader: &mut impl BufRead) -> io::Result<()> {
    loop {
        let piece = reader.fill_buf()?;
        let end = piece.iter().position(|byte| *byte == b'\n');
        let (count, ended) = (end.map_or(piece.len(), |at| at + 1), end.is_some() || piece.is_empty());
        reader.consume(count);
        if ended {
            return Ok(());
        }
    }
}

fn json_cells(text: &[u8]) -> Result<Vec<(String, Cell)>, Fault> {
    let Fields(fields) = serde_json::from_slice(text.trim_ascii_end())
        .map_err(|error| Fault::at(error.column().to_string(), without_place(&error.to_string())))?;
    Ok(fields
        .into_iter()
        .filter(|(_, value)| !value.is_null())
        .map(|(name, value)| (name, Cell::Json(value)))
        .collect())
}

/// The fields of an object as they stand there: a map would keep the last of two with one name, and say nothing.
struct Fields(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Each;

        impl<'de> Visitor<'de> for Each {
            type Value = Fields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Fields(fields))
            }
        }

        deserializer.deserialize_map(Each)
    }
}

/// The parser's words without its own line, which is always the first.
fn without_place(text: &str) -> String {
    text.split(" at line ").next().unwrap_or(text).to_owned()
}

/// A reader that refuses to go on when one row takes more than it may.
struct Bounded {
    file: File,
    read: Rc<Counter<u64>>,
}

impl Read for Bounded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.read.set(self.read.get() + count as u64);
        if self.read.get() > MAX_ROW {
            return Err(io::Error::other(format!("a row has more than {} MiB; is a quote missing?", MAX_ROW >> 20)));
        }
        Ok(count)
    }
}

fn csv_rows(file: File, head: &[u8], name: String) -> Result<Rows, Failure> {
    let read = Rc::new(Counter::new(0));
    let reader = Bounded { file, read: Rc::clone(&read) };
    let mut builder = csv::ReaderBuilder::new();
    let mut reader = builder.delimiter(delimiter(head)).flexible(true).from_reader(reader);
    // The parser counts the `\n` of a line end `\r\n` with the next row, so its line number is one too low.
    let late = u64::from(head.split(|byte| *byte == b'\n').next().is_some_and(|line| line.ends_with(b"\r")));
    let broken = move |error: &dyn std::fmt::Display| Failure::file(format!("cannot read `{name}`: {error}"));
    let header = reader.headers().map_err(|error| broken(&error))?;
    let header: Vec<String> = header.iter().map(|cell| cell.trim().to_owned()).collect();
    let mut record = csv::StringRecord::new();
    Ok(Box::new(std::iter::from_fn(move || {
        read.set(0);
        let cells = match reader.read_record(&mut record) {
            Ok(false) => return None,
            Ok(true) => csv_cells(&header, &record),
            Err(error) => match error.kind() {
                csv::ErrorKind::Utf8 { err, .. } => Err(Fault::at(
                    header.get(err.field()).cloned().unwrap_or_default(),
                    "it is no UTF-8 text; save the file as CSV in UTF-8",
                )),
                _ => return Some(Err(broken(&error))),
            },
        };
        let line = record.position().map_or(0, csv::Position::line) + late;
        Some(Ok(Read1 { line, cells }))
    })))
}

fn csv_cells(header: &[String], record: &csv::StringRecord) -> Result<Vec<(String, Cell)>, Fault> {
    let beyond = record.iter().enumerate().skip(header.len()).find(|(_, cell)| !cell.trim().is_empty());
    if let Some((at, _)) = beyond {
        return Err(Fault::at((at + 1).to_string(), "there is no name above this cell; does a text lack its quotes?"));
    }
    let cells = header.iter().zip(record).filter(|(_, cell)| !cell.trim().is_empty());
    Ok(cells.map(|(name, cell)| (name.clone(), Cell::Text(cell.to_owned()))).collect())
}

/// What separates the cells: of the characters that may, the one that is in the first line most often.
fn delimiter(head: &[u8]) -> u8 {
    let first = head.split(|byte| *byte == b'\n').next().unwrap_or_default();
    let count = |wanted: u8| first.split(|byte| *byte == wanted).count();
    [b',', b';', b'\t'].into_iter().max_by_key(|wanted| (count(*wanted), *wanted == b',')).unwrap_or(b',')
}

#[cfg(test)]
mod tests {
    use super::{Cell, Read1, rows};
    use std::io::Write as _;
    use std::path::Path;

    fn read(name: &str, content: &[u8]) -> Vec<Read1> {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(content).unwrap();
        std::io::Seek::rewind(&mut file).unwrap();
        rows(file, Path::new(name)).unwrap().map(Result::unwrap).collect()
    }

    fn shown(row: &Read1) -> (u64, String) {
        let cells = match &row.cells {
            Ok(cells) => cells
                .iter()
                .map(|(name, cell)| match cell {
                    Cell::Text(text) => format!("{name}={text}"),
                    Cell::Json(value) => format!("{name}={value}"),
                })
                .collect::<Vec<_>>()
                .join(" "),
            Err(fault) => format!("{}: {}", fault.column.as_deref().unwrap_or("-"), fault.why),
        };
        (row.line, cells)
    }

    #[test]
    fn a_spreadsheets_file_is_understood() {
        for (name, content) in [
            ("a.csv", "\u{feff}prompt;seed\r\n\"a \"\"fox\"\"\n;x\";7\r\n;\r\nb;\r\n"),
            ("a.txt", "prompt,seed\n\"a \"\"fox\"\"\n;x\",7\n,\nb,\n"),
            ("a.tsv", "prompt\tseed\n\"a \"\"fox\"\"\n;x\"\t7\n\t\nb\t\n"),
        ] {
            let found: Vec<_> = read(name, content.as_bytes()).iter().map(shown).collect();
            let expected = [(2, "prompt=a \"fox\"\n;x seed=7"), (4, ""), (5, "prompt=b")];
            assert_eq!(found, expected.map(|(line, text)| (line, text.to_owned())), "{name}");
        }
    }

    #[test]
    fn json_lines_tell_line_and_column_of_what_is_none() {
        let found: Vec<_> = read("-", b"{\"prompt\":\"a\",\"seed\":null}\n\n{\"prompt\": a}\n[1]\n{\"seed\":7}")
            .iter()
            .map(shown)
            .collect();
        assert_eq!(found[0], (1, "prompt=\"a\"".to_owned()));
        assert_eq!(found[1], (3, "12: expected value".to_owned()));
        assert_eq!((found[2].0, found[3].clone()), (4, (5, "seed=7".to_owned())));
        assert!(found[2].1.contains("invalid type"), "{found:?}");
    }

    #[test]
    fn of_two_fields_or_columns_with_one_name_both_are_read() {
        for (name, content) in [("a.csv", "prompt,prompt\na,b\n"), ("a.jsonl", "{\"prompt\":\"a\",\"prompt\":\"b\"}\n")]
        {
            let found = read(name, content.as_bytes()).remove(0).cells.unwrap();
            let names: Vec<_> = found.iter().map(|(name, _)| name.as_str()).collect();
            assert_eq!(names, ["prompt", "prompt"], "{name}");
        }
    }

    #[test]
    fn a_row_without_bound_and_a_cell_without_name_are_refused() {
        let long = [b"{\"prompt\":\"".as_slice(), &vec![b'a'; 33 << 20], b"\"}\n{\"prompt\":\"b\"}\n"].concat();
        let found: Vec<_> = read("a.jsonl", &long).iter().map(shown).collect();
        assert_eq!(found, [(1, "-: it has more than 32 MiB".to_owned()), (2, "prompt=\"b\"".to_owned())]);
        let found: Vec<_> = read("a.csv", b"prompt\na, b\n").iter().map(shown).collect();
        assert!(found[0].1.starts_with("2: there is no name above"), "{found:?}");
        // A row of a CSV file ends nowhere where a quote is missing, so nothing after it can be read.
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&[b"prompt\na\n\"b\n".as_slice(), &vec![b'a'; 33 << 20]].concat()).unwrap();
        std::io::Seek::rewind(&mut file).unwrap();
        let mut found = rows(file, Path::new("a.csv")).unwrap();
        assert_eq!(found.next().unwrap().map(|row| row.line).ok(), Some(2));
        let failure = found.next().unwrap().err().unwrap();
        assert!(failure.message().contains("more than 32 MiB; is a quote missing?"), "{}", failure.message());
    }

    #[test]
    fn a_row_that_is_no_text_is_a_bad_one_and_the_next_is_read() {
        let found: Vec<_> = read("a.csv", b"prompt,id\na,\xff\nb,2\n").iter().map(shown).collect();
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].1.starts_with("id: it is no UTF-8 text"), "{found:?}");
        assert_eq!(found[1], (3, "prompt=b id=2".to_owned()));
    }
}
