//! Columns for people.

use crate::clean;

/// The most characters of a cell that is not the last of its line.
const WIDEST: usize = 48;

/// Lines of columns that stand below each other, two spaces between them. A cell is one line, harmless to a terminal.
pub(super) fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let cell = |text: &str, last: bool| -> String {
        let text: Vec<char> = clean::line(text).chars().collect();
        match text.get(..WIDEST.saturating_sub(1)) {
            Some(start) if !last && text.len() > WIDEST => start.iter().chain(['…'].iter()).collect(),
            _ => text.into_iter().collect(),
        }
    };
    let head: Vec<String> = head.iter().map(|name| (*name).to_owned()).collect();
    let lines: Vec<Vec<String>> = std::iter::once(&head)
        .chain(rows)
        .map(|row| row.iter().enumerate().map(|(at, text)| cell(text, at + 1 == row.len())).collect())
        .collect();
    let width = |column: usize| {
        lines.iter().filter_map(|line| line.get(column)).map(|text| text.chars().count()).max().unwrap_or_default()
    };
    let widths: Vec<usize> = (0..head.len()).map(width).collect();
    let mut text = String::new();
    for line in &lines {
        let cells: Vec<String> = line.iter().zip(&widths).map(|(text, width)| format!("{text:<width$}")).collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::table;

    #[test]
    fn columns_stand_below_each_other_and_a_long_cell_is_cut() {
        let long = "x".repeat(60);
        let rows = [vec!["1".to_owned(), "a\n\u{1b}[31mb".to_owned()], vec![long, "狐".to_owned()]];
        let text = table(&["id", "prompt"], &rows);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3);
        assert!(lines[0].starts_with("id ") && lines[0].ends_with("  prompt"), "{text}");
        assert!(!text.contains('\u{1b}') && lines[2].contains("x…  狐"), "{text}");
    }
}
