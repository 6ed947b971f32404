//! `ideogram gallery`, and `--gallery` of `ideogram batch`: pages of pictures that open from the disk, for people to look at.
//!
//! First, the pictures are found ([`plan`]); only the row number of each is kept in memory. Then, page by page, the
//! rows are read, the thumbnails are made ([`thumbnails`]), and the page is written ([`page`], [`folder`]).

mod folder;
mod link;
mod page;
mod picture;
mod plan;
mod thumbnails;

pub(crate) use folder::may_write;

use crate::args::gallery::{BATCH, TITLE};
use crate::envelope::{Envelope, GalleryRow, Kind};
use crate::exit::Failure;
use crate::gallery::link::Links;
use crate::gallery::page::{Filters, Page};
use crate::gallery::picture::{Card, Picture};
use crate::gallery::plan::{Place, Plan};
use crate::gallery::thumbnails::Thumbnails;
use crate::jobs::row::{ids, known_row, warn_of_damage};
use crate::jobs::wanted::Wanted;
use crate::ledger::{Filter, Ledger};
use crate::output::{Output, print_envelope, write_stdout};
use crate::settings::ledger::open_ledger;
use clap::ArgMatches;
use std::path::{Path, PathBuf};

/// The most pictures of a page.
const PAGE: usize = 2_000;

/// What a gallery shows, and where it goes.
#[derive(Clone, Debug)]
pub(crate) struct Gallery {
    /// Beside the pictures, as a rule. It is made where it is missing.
    pub(crate) folder: PathBuf,
    /// What stands above the pictures.
    pub(crate) title: String,
    /// Whether pages that are no gallery's are replaced.
    pub(crate) overwrite: bool,
    /// Whether the latest picture comes first.
    pub(crate) latest_first: bool,
}

/// Runs the command.
pub(crate) fn run(matches: &ArgMatches, output: Output) -> Result<(), Failure> {
    let folder = matches.get_one::<PathBuf>("output").cloned().unwrap_or_default();
    may_write(&folder, matches.get_flag("overwrite"))?;
    let ledger = open_ledger(matches.get_one::<PathBuf>("ledger"))?;
    warn_of_damage(&ledger)?;
    let wanted = Wanted::of(matches);
    let batch = matches.get_one::<String>(BATCH).map(|name| batch(&ledger, name)).transpose()?;
    let ids = ids(matches);
    ids.iter().try_for_each(|id| known_row(&ledger, *id).map(drop))?;
    let filter = Filter { batch: batch.as_deref(), ids: &ids, ..wanted.filter() };
    let title = matches.get_one::<String>(TITLE).map_or("Pictures", String::as_str).to_owned();
    let gallery =
        Gallery { folder, title, overwrite: matches.get_flag("overwrite"), latest_first: filter.batch.is_none() };
    let most = matches.get_one::<u32>("limit").copied().unwrap_or(u32::MAX);
    let row = gallery.write(&ledger, &filter, most, output)?;
    if output.json() {
        return print_envelope(&Envelope::new(Kind::Gallery, vec![row]));
    }
    output.note(&in_words(&row));
    write_stdout(format!("{}\n", row.index).as_bytes())
}

/// The batch of that name; where there is none, that of the file.
fn batch(ledger: &Ledger, name: &str) -> Result<String, Failure> {
    let has = |name: &str| {
        let filter = Filter { batch: Some(name), ..Filter::default() };
        ledger.rows(&filter, 1).map(|rows| !rows.is_empty())
    };
    let file = std::fs::canonicalize(name).ok().map(|path| path.display().to_string());
    for name in [Some(name.to_owned()), file].into_iter().flatten() {
        if has(&name)? {
            return Ok(name);
        }
    }
    Err(Failure::usage(format!(
        "the ledger has no batch `{name}`; its name is the path of its file, or what `--name` said"
    )))
}

/// What was written, in one line.
pub(crate) fn in_words(row: &GalleryRow) -> String {
    let many = |count: u64, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    let mut words = format!("{} on {}", many(row.pictures, "picture"), many(row.pages, "page"));
    if row.missing > 0 {
        words.push_str(&format!("; {} not there any more and left out", row.missing));
    }
    words
}

impl Gallery {
    /// Writes the pages and the small pictures, and tells where the first page is.
    pub(crate) fn write(
        &self,
        ledger: &Ledger,
        filter: &Filter<'_>,
        most: u32,
        output: Output,
    ) -> Result<GalleryRow, Failure> {
        may_write(&self.folder, self.overwrite)?;
        let links = Links::new(&self.folder)?;
        let plan = Plan::of(ledger, filter, most, self.latest_first)?;
        let mut thumbnails = Thumbnails::new(links.folder(), plan.places.len(), output);
        let pages: Vec<&[Place]> = if plan.places.is_empty() { vec![&[]] } else { plan.places.chunks(PAGE).collect() };
        let filters = Filters { styles: &plan.styles, endpoints: &plan.endpoints };
        let (mut pictures, mut missing) = (0, plan.missing);
        // The first page links to the others, so it is written last.
        for (index, places) in pages.iter().enumerate().rev() {
            let found = pictures_at(ledger, places)?;
            let paths: Vec<&Path> = found.iter().map(|picture| picture.path.as_path()).collect();
            let seen = thumbnails.make(&paths)?;
            let cards: Vec<Card> =
                found.into_iter().zip(seen).filter_map(|(picture, seen)| Card::new(picture, seen?, &links)).collect();
            let (shown, whole) = (cards.len() as u64, places.len() as u64);
            pictures += shown;
            missing += whole.saturating_sub(shown);
            let page = Page {
                title: &self.title,
                number: index + 1,
                pages: pages.len(),
                // It is not known yet how many pictures the earlier pages will show; usually it is all of them.
                total: plan.places.len(),
                filters,
                cards: &cards,
            };
            folder::write_page(links.folder(), index + 1, &page.html(), self.overwrite)?;
        }
        folder::remove_pages_after(links.folder(), pages.len())?;
        thumbnails.remove_unused();
        let index = self.folder.join(folder::name(1));
        Ok(GalleryRow { index: index.display().to_string(), pages: pages.len() as u64, pictures, missing })
    }
}

/// The pictures of a page, with what made them.
fn pictures_at(ledger: &Ledger, places: &[Place]) -> Result<Vec<Picture>, Failure> {
    let mut pictures = Vec::with_capacity(places.len());
    for place in places {
        let row = ledger.row(place.row)?;
        pictures.extend(row.and_then(|row| Picture::of(&row, place.file)));
    }
    Ok(pictures)
}

/// The absolute folder, made where it is missing.
fn made(folder: &Path) -> Result<PathBuf, Failure> {
    let cannot = |error| Failure::file(format!("cannot make the folder `{}`: {error}", folder.display()));
    std::fs::create_dir_all(folder).map_err(cannot)?;
    std::fs::canonicalize(folder).map_err(cannot)
}

#[cfg(test)]
mod tests {
    use super::{Gallery, PAGE};
    use crate::ledger::{Closing, Filter, Ledger, NewRow};
    use crate::output::{Format, Output};

    #[test]
    fn past_two_thousand_pictures_there_is_another_page_and_none_is_shown_twice() {
        let place = tempfile::tempdir().unwrap();
        let mut ledger = Ledger::temporary().unwrap();
        let picture = place.path().join("one.png");
        image::GrayImage::new(2, 1).save(&picture).unwrap();
        for number in 0..=PAGE {
            let path = place.path().join(format!("{number}.png"));
            std::fs::hard_link(&picture, &path).or_else(|_| std::fs::copy(&picture, &path).map(drop)).unwrap();
            let input = format!("{{\"prompt\":\"fox {number}.\"}}");
            let id = ledger.begin(&NewRow::new("fal-ai/ideogram/v2/turbo", &input)).unwrap();
            ledger.accepted(id, "r").unwrap();
            ledger.close(id, &Closing::Saved { files: vec![path.display().to_string()] }).unwrap();
        }
        let folder = place.path().to_owned();
        let gallery = Gallery { folder, title: "Foxes".to_owned(), overwrite: false, latest_first: false };
        let output = Output::new(Format::Text, true, true);
        let write = |most| gallery.write(&ledger, &Filter::default(), most, output).unwrap();
        let row = write(u32::MAX);
        assert_eq!((row.pages, row.pictures, row.missing), (2, 2_001, 0));
        let page = |name: &str| std::fs::read_to_string(place.path().join(name)).unwrap();
        let (first, second) = (page("index.html"), page("page-2.html"));
        let cards = |page: &str| page.matches("<li class=").count();
        assert_eq!((cards(&first), cards(&second)), (2_000, 1));
        assert!(first.contains(">fox 0.<") && first.contains(">fox 1999.<") && !first.contains(">fox 2000.<"));
        assert!(second.contains(">fox 2000.<") && second.contains("2,001 pictures, page 2 of 2"));
        assert_eq!(write(2_000).pages, 1);
        assert!(!place.path().join("page-2.html").exists(), "what there is no need for any more is gone");
    }
}
