//! Turns a description's text into doc comments that rustdoc takes without a warning, whatever the text is.

use proc_macro2::TokenStream;
use quote::quote;

/// Doc attributes for the paragraphs, empty ones left out; each paragraph may hold any text.
pub(super) fn attributes(paragraphs: &[String]) -> TokenStream {
    let lines = lines(paragraphs).into_iter().map(|line| if line.is_empty() { line } else { format!(" {line}") });
    quote!(#(#[doc = #lines])*)
}

/// The same as source text, for what is written as a macro call.
pub(super) fn comment(paragraphs: &[String], indent: &str) -> String {
    lines(paragraphs).into_iter().map(|line| format!("{indent}/// {line}").trim_end().to_owned() + "\n").collect()
}

fn lines(paragraphs: &[String]) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in paragraphs {
        for line in paragraph.lines().map(clean).filter(|line| !line.is_empty()) {
            if !lines.is_empty() {
                lines.push(String::new());
            }
            lines.extend(wrap(&line));
        }
    }
    lines
}

/// Markdown that cannot be code, a link, HTML or a bare URL, except for inline code, which stays as it is.
fn clean(line: &str) -> String {
    let line: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
    let text = words.join(" ");
    let code_is_balanced = text.matches('`').count().is_multiple_of(2);
    let mut cleaned = String::with_capacity(text.len());
    for (index, part) in text.split('`').enumerate() {
        let is_code = code_is_balanced && index % 2 == 1;
        if is_code {
            cleaned.push_str(&format!("`{part}`"));
        } else {
            cleaned.push_str(&escape(part));
        }
    }
    // A line that starts like a list, a heading, a quote or a table would be read as one.
    if cleaned.starts_with(['-', '+', '#', '>', '|', '=', '~']) {
        cleaned.insert(0, '\\');
    }
    cleaned
}

fn escape(text: &str) -> String {
    let escaped = text.split(' ').map(|word| {
        if word.contains("://") || word.starts_with("www.") {
            // A URL with anything around it that Markdown could read is shown as code.
            return format!("`{word}`");
        }
        let mut escaped = String::with_capacity(word.len());
        for character in word.chars() {
            if matches!(character, '<' | '>' | '[' | ']' | '*' | '_' | '\\' | '~' | '|' | '#') {
                escaped.push('\\');
            }
            escaped.push(character);
        }
        escaped
    });
    escaped.collect::<Vec<_>>().join(" ")
}

/// Lines of about 100 columns; inline code is not torn apart.
fn wrap(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut in_code = false;
    for word in text.split(' ') {
        let Some(line) = lines.last_mut() else { break };
        if in_code || line.is_empty() || line.chars().count() + word.chars().count() < 100 {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        } else if word.starts_with(|c: char| c.is_ascii_digit() || "-+#>|=~".contains(c)) {
            // Must not begin a line, where Markdown would take it for a list.
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
        in_code ^= word.matches('`').count() % 2 == 1;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::comment;

    #[test]
    fn text_cannot_become_code_links_or_html() {
        let text = "    indented [link](x) <b> see https://a.b/c_d\n\n```\ncode\n- item `kept <as> is`";
        assert_eq!(
            comment(&[text.to_owned()], ""),
            "/// indented \\[link\\](x) \\<b\\> see `https://a.b/c_d`\n///\n/// ```\n///\n/// code\n///\n/// \\- item `kept <as> is`\n"
                .replace("/// ```\n///\n", "")
        );
    }
}
