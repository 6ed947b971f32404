//! Finds every path in some tokens: in `use` trees, types, expressions, attributes and macro arguments.

use super::items::plain;
use proc_macro2::{Delimiter, Spacing, Span, TokenStream, TokenTree};

const QUOTES: [&str; 4] = ["parse_quote", "parse_quote_spanned", "quote", "quote_spanned"];

/// A path, as it is written.
#[derive(Clone, Debug)]
pub struct Mention {
    /// Its names, `crate`, `super` and `self` among them; a glob's without the star.
    pub path: Vec<String>,
    span: Span,
    /// Whether it follows a dot: a method or a field.
    pub member: bool,
    /// Whether it is called.
    pub called: bool,
}

impl Mention {
    /// The line it begins in.
    pub fn line(&self) -> usize {
        self.span.start().line
    }
}

/// The paths in some tokens, in their order.
pub fn mentions(tokens: TokenStream) -> Vec<Mention> {
    let mut found = Vec::new();
    walk(tokens, &mut found);
    found
}

fn walk(tokens: TokenStream, found: &mut Vec<Mention>) {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut at = 0;
    let mut member = false;
    while let Some(token) = tokens.get(at) {
        match token {
            TokenTree::Ident(ident) if ident == "pub" => {
                // The path in `pub(in crate::wire)` is a visibility, not a use.
                at += 1 + usize::from(group(tokens.get(at + 1), Delimiter::Parenthesis).is_some());
                continue;
            }
            // The tokens in `quote!` are code of another crate.
            TokenTree::Ident(ident) if QUOTES.iter().any(|quote| ident == quote) && is_bang(tokens.get(at + 1)) => {
                at += 3;
                continue;
            }
            TokenTree::Ident(ident) => {
                at = path(&tokens, at, &[], ident.span(), member, found);
                member = false;
                continue;
            }
            // `::name` is another package.
            TokenTree::Punct(_) if colons(&tokens, at) => {
                at += 2;
                while matches!(tokens.get(at), Some(TokenTree::Ident(_))) {
                    at += if colons(&tokens, at + 1) { 3 } else { 1 };
                }
                continue;
            }
            TokenTree::Group(inner) => walk(inner.stream(), found),
            TokenTree::Literal(literal) => found.extend(quoted(literal)),
            TokenTree::Punct(_) => {}
        }
        // `a.b` and not `a..b`.
        let dot =
            matches!(token, TokenTree::Punct(punct) if punct.as_char() == '.' && punct.spacing() == Spacing::Alone);
        let range = at > 0 && matches!(tokens.get(at - 1), Some(TokenTree::Punct(before)) if before.as_char() == '.');
        member = dot && !range;
        at += 1;
    }
}

/// Reads the path that begins at `at`, what a group after it names included; gives where it ends.
fn path(
    tokens: &[TokenTree],
    mut at: usize,
    prefix: &[String],
    span: Span,
    member: bool,
    found: &mut Vec<Mention>,
) -> usize {
    let mut path = prefix.to_vec();
    loop {
        match tokens.get(at) {
            Some(TokenTree::Ident(ident)) if ident != "self" || path.is_empty() => {
                path.push(plain(ident));
                at += 1;
            }
            // `use a::{self}` and `use a::*` name `a`.
            Some(TokenTree::Ident(_)) => at += 1,
            Some(TokenTree::Punct(star)) if star.as_char() == '*' => at += 1,
            Some(TokenTree::Group(inner)) if inner.delimiter() == Delimiter::Brace => {
                let inner: Vec<TokenTree> = inner.stream().into_iter().collect();
                let mut branch = 0;
                while branch < inner.len() {
                    let span = inner.get(branch).map_or(span, TokenTree::span);
                    branch = self::path(&inner, branch, &path, span, member, found);
                    // To the next branch, past `as name`.
                    while inner.get(branch).is_some_and(|token| !is_comma(token)) {
                        branch += 1;
                    }
                    branch += 1;
                }
                return at + 1;
            }
            _ => break,
        }
        if !colons(tokens, at) {
            break;
        }
        at += 2;
    }
    let called = group(tokens.get(at), Delimiter::Parenthesis).is_some();
    found.push(Mention { path, span, member, called });
    at
}

fn colons(tokens: &[TokenTree], at: usize) -> bool {
    let is_colon = |token: Option<&TokenTree>, spacing: Option<Spacing>| match token {
        Some(TokenTree::Punct(punct)) => {
            punct.as_char() == ':' && spacing.is_none_or(|spacing| punct.spacing() == spacing)
        }
        _ => false,
    };
    is_colon(tokens.get(at), Some(Spacing::Joint)) && is_colon(tokens.get(at + 1), None)
}

fn group(token: Option<&TokenTree>, delimiter: Delimiter) -> Option<&proc_macro2::Group> {
    match token {
        Some(TokenTree::Group(group)) if group.delimiter() == delimiter => Some(group),
        _ => None,
    }
}

fn is_bang(token: Option<&TokenTree>) -> bool {
    matches!(token, Some(TokenTree::Punct(punct)) if punct.as_char() == '!')
}

fn is_comma(token: &TokenTree) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == ',')
}

/// A path in quotes, as `#[serde(with = "crate::json")]` has it.
fn quoted(literal: &proc_macro2::Literal) -> Option<Mention> {
    let text = literal.to_string();
    let inner = text.strip_prefix('"')?.strip_suffix('"')?;
    let path: Vec<String> = inner.split("::").map(str::to_owned).collect();
    let begins =
        path.len() > 1 && path.first().is_some_and(|first| matches!(first.as_str(), "crate" | "super" | "self"));
    let names = path
        .iter()
        .all(|name| !name.is_empty() && name.chars().all(|character| character.is_alphanumeric() || character == '_'));
    (begins && names).then(|| Mention { path, span: literal.span(), member: false, called: false })
}
