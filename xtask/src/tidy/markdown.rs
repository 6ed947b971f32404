//! Reads links, the anchors of headings, and code from Markdown.

use pulldown_cmark::{CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use std::collections::{BTreeMap, BTreeSet};

/// What was read from a page, each item with the line in which it begins.
#[derive(Debug, Default)]
pub(super) struct Page {
    /// Where its links and pictures lead.
    pub(super) links: Vec<(usize, String)>,
    /// Its code spans.
    pub(super) spans: Vec<(usize, String)>,
    /// Its code blocks: the first line of the code, the language, and the code.
    pub(super) blocks: Vec<(usize, String, String)>,
    /// The anchors that a link `#…` can name.
    pub(super) anchors: BTreeSet<String>,
}

impl Page {
    pub(super) fn read(text: &str) -> Self {
        let mut page = Self::default();
        let mut heading: Option<String> = None;
        let mut block: Option<(usize, String, String)> = None;
        let mut seen = BTreeMap::new();
        let options = Options::ENABLE_TABLES | Options::ENABLE_FOOTNOTES | Options::ENABLE_STRIKETHROUGH;
        for (event, range) in Parser::new_ext(text, options).into_offset_iter() {
            let line = 1 + text.get(..range.start).unwrap_or_default().matches('\n').count();
            match event {
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    page.links.push((line, dest_url.into_string()));
                }
                Event::Start(Tag::Heading { .. }) => heading = Some(String::new()),
                Event::End(TagEnd::Heading(_)) => {
                    page.anchors.insert(anchor(&heading.take().unwrap_or_default(), &mut seen));
                }
                Event::Start(Tag::CodeBlock(kind)) => {
                    let (line, language) = match kind {
                        CodeBlockKind::Fenced(language) => (line + 1, language.into_string()),
                        CodeBlockKind::Indented => (line, String::new()),
                    };
                    block = Some((line, language, String::new()));
                }
                Event::End(TagEnd::CodeBlock) => page.blocks.extend(block.take()),
                Event::Text(text) => {
                    if let Some((_, _, code)) = &mut block {
                        code.push_str(&text);
                    }
                    if let Some(heading) = &mut heading {
                        heading.push_str(&text);
                    }
                }
                Event::Code(text) => {
                    if let Some(heading) = &mut heading {
                        heading.push_str(&text);
                    }
                    page.spans.push((line, text.into_string()));
                }
                _ => {}
            }
        }
        page
    }
}

/// A heading's anchor, as GitHub makes it: lower case, hyphens for spaces, no punctuation, numbered when it comes again.
fn anchor(heading: &str, seen: &mut BTreeMap<String, usize>) -> String {
    let kept =
        heading.trim().chars().filter(|character| character.is_alphanumeric() || matches!(character, ' ' | '-' | '_'));
    let slug: String =
        kept.flat_map(char::to_lowercase).map(|character| if character == ' ' { '-' } else { character }).collect();
    let times = seen.entry(slug.clone()).or_default();
    *times += 1;
    if *times == 1 { slug } else { format!("{slug}-{}", *times - 1) }
}
