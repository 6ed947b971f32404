//! How many cells of a terminal a picture takes.

/// A size in character cells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Cells {
    pub(super) columns: u32,
    pub(super) rows: u32,
}

/// The widest preview, in columns: on a large terminal it is a preview all the same.
const WIDEST: u32 = 80;

/// The rows that stay free for the words around it.
const FREE: u32 = 3;

impl Cells {
    /// The largest size for a picture of this width and height in pixels, where a cell is twice as high as wide.
    pub(super) fn fit((width, height): (u32, u32), terminal: Self) -> Self {
        let most_columns = u64::from(terminal.columns.clamp(1, WIDEST));
        let most_rows = u64::from(terminal.rows.saturating_sub(FREE).max(1));
        let (width, height) = (u64::from(width.max(1)), u64::from(height.max(1)));
        // By width, and where that is too high by height.
        let rows = (most_columns * height).div_ceil(width * 2);
        let (columns, rows) = if rows <= most_rows {
            (most_columns, rows)
        } else {
            ((most_rows * 2 * width / height).clamp(1, most_columns), most_rows)
        };
        let cell = |count: u64| u32::try_from(count.max(1)).unwrap_or(1);
        Self { columns: cell(columns), rows: cell(rows) }
    }
}

#[cfg(test)]
mod tests {
    use super::Cells;

    #[test]
    fn a_preview_keeps_its_shape_and_stays_within_the_terminal() {
        for (picture, terminal, expected) in [
            ((1024, 1024), (80, 24), (42, 21)),
            ((1024, 1024), (80, 60), (80, 40)),
            ((1024, 1024), (300, 100), (80, 40)),
            ((3000, 1000), (80, 24), (80, 14)),
            ((1000, 3000), (80, 24), (14, 21)),
            ((1, 100_000), (80, 24), (1, 21)),
            ((100_000, 1), (80, 24), (80, 1)),
            ((1024, 1024), (1, 1), (1, 1)),
            ((0, 0), (0, 0), (1, 1)),
        ] {
            let (columns, rows) = terminal;
            let (expected_columns, expected_rows) = expected;
            assert_eq!(
                Cells::fit(picture, Cells { columns, rows }),
                Cells { columns: expected_columns, rows: expected_rows },
                "{picture:?} on {terminal:?}"
            );
        }
    }
}
