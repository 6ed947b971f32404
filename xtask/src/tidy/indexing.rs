//! Examples in documentation do not index: an answer may be empty, a reader may copy the example, and the crates' own
//! code must not index either.

use super::Breach;
use super::markdown::Page;
use super::tree::Tree;
use proc_macro2::{Delimiter, TokenStream, TokenTree};

const RULE: &str = "indexing";

pub(super) fn check(tree: &Tree, breaches: &mut Vec<Breach>) {
    let message = "an example indexes: take the first with `first()`, or go through all";
    let breach = |file: &str, line| Breach { file: file.to_owned(), line, rule: RULE, message: message.to_owned() };
    for (file, text) in tree.ending("md") {
        breaches.extend(examples(&Page::read(text), is_marked_rust).into_iter().map(|line| breach(file, line)));
    }
    for (file, text) in tree.ending("rs") {
        if file.contains("/examples/") {
            breaches.extend(indexed(text).into_iter().map(|line| breach(file, line)));
        }
        for (start, doc) in docs(text) {
            let lines = examples(&Page::read(&doc), is_rust_in_docs);
            breaches.extend(lines.into_iter().map(|line| breach(file, start + line - 1)));
        }
    }
}

fn is_marked_rust(language: &str) -> bool {
    language.split(',').next() == Some("rust")
}

/// As rustdoc takes it: what is not marked is Rust.
fn is_rust_in_docs(language: &str) -> bool {
    language.split([',', ' ']).filter(|word| !word.is_empty()).all(|word| {
        matches!(word, "rust" | "no_run" | "ignore" | "should_panic" | "compile_fail") || word.starts_with("edition")
    })
}

/// The lines of a page's examples that index.
fn examples(page: &Page, is_rust: impl Fn(&str) -> bool) -> Vec<usize> {
    let blocks = page.blocks.iter().filter(|(_, language, _)| is_rust(language));
    blocks
        .flat_map(|(line, _, code)| {
            // rustdoc hides lines that begin with `# `.
            let shown = code.lines().map(|line| line.strip_prefix("# ").unwrap_or(line)).collect::<Vec<_>>().join("\n");
            indexed(&shown).into_iter().map(move |within| line + within - 1)
        })
        .collect()
}

/// The doc comments of a file, each with the line it begins in.
fn docs(text: &str) -> Vec<(usize, String)> {
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut open = false;
    for (index, line) in text.lines().enumerate() {
        let line = line.trim_start();
        let Some(doc) = line.strip_prefix("///").or_else(|| line.strip_prefix("//!")) else {
            open = false;
            continue;
        };
        if !open {
            found.push((index + 1, String::new()));
            open = true;
        }
        if let Some((_, text)) = found.last_mut() {
            text.push_str(doc.strip_prefix(' ').unwrap_or(doc));
            text.push('\n');
        }
    }
    found
}

/// The lines of some Rust that index.
fn indexed(code: &str) -> Vec<usize> {
    let mut lines = Vec::new();
    if let Ok(tokens) = code.parse::<TokenStream>() {
        walk(tokens, &mut lines);
    }
    lines
}

fn walk(tokens: TokenStream, lines: &mut Vec<usize>) {
    let mut value = false;
    for token in tokens {
        match &token {
            TokenTree::Group(group) => {
                if value && group.delimiter() == Delimiter::Bracket {
                    lines.push(group.span_open().start().line);
                }
                walk(group.stream(), lines);
                value = group.delimiter() != Delimiter::Brace;
            }
            // `in [a, b]`, `&mut [u8]`: a word of the language is no value.
            TokenTree::Ident(ident) => {
                value = syn::parse_str::<syn::Ident>(&ident.to_string()).is_ok() || ident == "self";
            }
            TokenTree::Literal(_) => value = true,
            // `results?[0]`
            TokenTree::Punct(punct) => value = value && punct.as_char() == '?',
        }
    }
}
