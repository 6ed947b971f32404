//! A page as HTML. The template escapes every text from outside. The page may load only the pictures beside it, and may
//! run only its own script.

use crate::gallery::folder::{MARK, name};
use crate::gallery::picture::Card;
use crate::gallery::thumbnails::FOLDER;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeSet;

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The most characters of a prompt that stand for a picture where it is not seen.
const LONGEST_ALT: usize = 300;
/// So many pages before and after the own one are named among the links.
const NEAR: usize = 3;
/// Pictures that are wider or higher than this are shown whole in a place of this shape: tenths of the height.
const NARROWEST: u32 = 6;
const WIDEST: u32 = 24;

/// What can be chosen among, of all pages.
#[derive(Clone, Copy, Debug)]
pub(super) struct Filters<'a> {
    pub(super) styles: &'a BTreeSet<String>,
    pub(super) endpoints: &'a BTreeSet<String>,
}

/// One page of a gallery.
#[derive(Clone, Copy, Debug)]
pub(super) struct Page<'a> {
    pub(super) title: &'a str,
    /// Which page it is, the first with 1.
    pub(super) number: usize,
    pub(super) pages: usize,
    /// How many pictures there are on all pages.
    pub(super) total: usize,
    pub(super) filters: Filters<'a>,
    pub(super) cards: &'a [Card],
}

impl Page<'_> {
    pub(super) fn html(&self) -> String {
        let title = if self.pages > 1 {
            format!("{}, page {} of {}", self.title, self.number, self.pages)
        } else {
            self.title.to_owned()
        };
        let page = html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    (PreEscaped(MARK))
                    meta http-equiv="Content-Security-Policy" content=(policy());
                    meta name="referrer" content="no-referrer";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { (title) }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    header {
                        h1 { (self.title) }
                        p {
                            (many(self.total))
                            @if self.pages > 1 { ", page " (self.number) " of " (self.pages) }
                        }
                    }
                    (self.form())
                    main {
                        ul .cards { @for card in self.cards { (self::card(card)) } }
                        p .empty #none hidden[!self.cards.is_empty()] {
                            @if self.cards.is_empty() { "There are no pictures here." } @else { "No picture is like that." }
                        }
                    }
                    (self.links())
                    (view())
                    script { (PreEscaped(SCRIPT)) }
                }
            }
        };
        page.into_string()
    }

    /// What is filtered by; the script shows it.
    fn form(&self) -> Markup {
        let choice = |name: &str, label: &str, values: &BTreeSet<String>| {
            html! {
                label .choice {
                    (label)
                    select name=(name) {
                        option value="" { "any" }
                        @for value in values { option value=(value) { (value) } }
                    }
                }
            }
        };
        html! {
            form #filter role="search" hidden {
                label .words { "Prompt" input type="search" name="words" placeholder="words of it" autocomplete="off"; }
                (choice("style", "Style", self.filters.styles))
                (choice("endpoint", "Made by", self.filters.endpoints))
                label .choice { "Seed" input #seed name="seed" inputmode="numeric" autocomplete="off" placeholder="any"; }
                button #clear type="reset" disabled { "Clear" }
                p #state role="status" {}
            }
        }
    }

    /// The way to the other pages.
    fn links(&self) -> Markup {
        if self.pages < 2 {
            return html! {};
        }
        let is_named = |number: &usize| *number == 1 || *number == self.pages || number.abs_diff(self.number) <= NEAR;
        let numbers: Vec<usize> = (1..=self.pages).filter(is_named).collect();
        let link = |number: usize| format!("./{}", name(number));
        html! {
            nav aria-label="Pages" {
                @if self.number > 1 { a .button rel="prev" href=(link(self.number - 1)) { "Previous" } }
                @for (index, number) in numbers.iter().enumerate() {
                    @if index > 0 && numbers.get(index - 1).is_some_and(|before| before + 1 < *number) { span { "…" } }
                    @if *number == self.number {
                        span .button aria-current="page" { (number) }
                    } @else {
                        a .button href=(link(*number)) aria-label={ "Page " (number) } { (number) }
                    }
                }
                @if self.number < self.pages { a .button rel="next" href=(link(self.number + 1)) { "Next" } }
            }
        }
    }
}

/// One picture.
fn card(card: &Card) -> Markup {
    let picture = &card.picture;
    let alt: String = picture.prompt.chars().take(LONGEST_ALT).collect();
    let alt = if alt.is_empty() { "A picture".to_owned() } else { alt };
    let (shape, is_far) = shape(card.seen.size);
    let size = card.seen.size.map(|(width, height)| format!("{width} × {height}"));
    let class = match (&card.seen.thumbnail, is_far) {
        (None, _) => format!("card file r{shape}"),
        (Some(_), true) => format!("card far r{shape}"),
        (Some(_), false) => format!("card r{shape}"),
    };
    let fact = |class: &str, name: &str, value: Option<&str>| {
        html! { @if let Some(value) = value { div class=[(!class.is_empty()).then_some(class)] { dt { (name) } dd { (value) } } } }
    };
    let seed = picture.seed.map(|seed| seed.to_string());
    html! {
        li class=(class) data-style=[&picture.style] data-endpoint=(picture.endpoint) data-seed=[&seed] {
            a href=(card.link) {
                @match &card.seen.thumbnail {
                    Some(name) => img src={ "./" (FOLDER) "/" (name) } alt=(alt) loading="lazy" decoding="async";,
                    None => span { (card.format()) " file: " (alt) },
                }
            }
            p dir="auto" { (picture.prompt) }
            dl {
                (fact("brief bare", "Style", picture.style.as_deref()))
                (fact("brief", "Seed", seed.as_deref()))
                (fact("", "Made by", Some(&picture.endpoint)))
                (fact("", "Size", size.as_deref()))
                (fact("", "Day", Some(&picture.day)))
            }
        }
    }
}

/// The shape of a picture's place in tenths of its height, and whether the picture itself is wider or higher.
fn shape(size: Option<(u32, u32)>) -> (u32, bool) {
    let Some((width, height)) = size.filter(|(width, height)| *width > 0 && *height > 0) else { return (10, false) };
    let tenths = (u64::from(width) * 10 + u64::from(height) / 2) / u64::from(height);
    let shape = u32::try_from(tenths).unwrap_or(u32::MAX).clamp(NARROWEST, WIDEST);
    (shape, u64::from(shape) != tenths)
}

/// The whole picture with what made it, over the page.
fn view() -> Markup {
    html! {
        dialog #view aria-label="Picture" {
            figure { img alt=""; }
            section {
                div .bar {
                    button #before type="button" aria-label="Previous picture" { "←" }
                    button #after type="button" aria-label="Next picture" { "→" }
                    small #place role="status" {}
                    button #close type="button" aria-label="Close" { "×" }
                }
                p dir="auto" {}
                dl {}
                a .button #file href="" { "Open the file" }
            }
        }
    }
}

fn many(count: usize) -> String {
    if count == 1 { "1 picture".to_owned() } else { format!("{} pictures", grouped(count)) }
}

/// `12,345`.
fn grouped(count: usize) -> String {
    let digits = count.to_string();
    let is_group = |index: usize| index > 0 && (digits.len() - index).is_multiple_of(3);
    digits
        .chars()
        .enumerate()
        .flat_map(|(index, digit)| is_group(index).then_some(',').into_iter().chain([digit]))
        .collect()
}

/// No network, no script and no style but those of the page itself.
fn policy() -> String {
    let hash = |text: &str| BASE64_STANDARD.encode(Sha256::digest(text));
    format!(
        "default-src 'none'; img-src 'self' file:; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
}

#[cfg(test)]
mod tests {
    use super::{Filters, MARK, Page, grouped, shape};
    use crate::gallery::picture::{Card, Picture};
    use crate::gallery::thumbnails::Seen;
    use std::collections::BTreeSet;

    fn page(prompt: &str, number: usize, pages: usize) -> String {
        let none = BTreeSet::new();
        let picture = Picture {
            path: "/pictures/a.png".into(),
            prompt: prompt.to_owned(),
            endpoint: "generate".to_owned(),
            style: Some("anime".to_owned()),
            seed: Some(7),
            day: "2026-01-31".to_owned(),
        };
        let seen = Seen { thumbnail: Some("0.jpg".to_owned()), size: Some((64, 48)) };
        let cards = [Card { picture, seen, link: "./a.png".to_owned() }];
        let filters = Filters { styles: &none, endpoints: &none };
        Page { title: "T & <T>", number, pages, total: 1, filters, cards: &cards }.html()
    }

    #[test]
    fn a_text_from_outside_is_text_wherever_it_stands() {
        let hostile = "</script></style></li><script>alert(1)</script><img src=x onerror=alert(1)>\"' &amp; {{x}}";
        let (plain, with) = (page("fox", 1, 1), page(hostile, 1, 1));
        for (mark, count) in [("<script", 1), ("<img", 2), ("</li>", 1), ("</style>", 1)] {
            assert_eq!((plain.matches(mark).count(), with.matches(mark).count()), (count, count), "{mark}");
        }
        assert!(with.contains("<h1>T &amp; &lt;T&gt;</h1>") && with.contains("&quot;' &amp;amp; {{x}}"), "{with}");
        let head = plain.find(MARK).unwrap();
        assert!(head < 100, "the mark stands in the head, where it is looked for");
    }

    #[test]
    fn a_page_leads_to_the_next_one_to_those_near_it_and_to_both_ends() {
        assert!(!page("fox", 1, 1).contains("<nav"));
        let links = |number| -> Vec<String> {
            let page = page("fox", number, 9);
            page.split("href=\"./").skip(2).filter_map(|rest| rest.split('"').next().map(str::to_owned)).collect()
        };
        assert_eq!(links(1), ["page-2.html", "page-3.html", "page-4.html", "page-9.html", "page-2.html"]);
        let middle = links(6);
        assert_eq!(middle.first().map(String::as_str), Some("page-5.html"));
        assert!(middle.contains(&"index.html".to_owned()) && middle.contains(&"page-9.html".to_owned()), "{middle:?}");
        assert!(!middle.contains(&"page-2.html".to_owned()), "{middle:?}");
    }

    #[test]
    fn a_place_has_the_shape_of_its_picture_within_bounds() {
        for (size, expected) in [
            ((1024, 1024), (10, false)),
            ((1280, 720), (18, false)),
            ((720, 1280), (6, false)),
            ((400, 1200), (6, true)),
            ((1200, 400), (24, true)),
            ((1, 0), (10, false)),
        ] {
            assert_eq!(shape(Some(size)), expected, "{size:?}");
        }
        assert_eq!([grouped(7), grouped(1_234), grouped(1_000_000)], ["7", "1,234", "1,000,000"]);
    }
}
