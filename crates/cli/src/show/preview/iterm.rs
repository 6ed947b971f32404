//! The inline images of iTerm2, which `WezTerm` shows too: <https://iterm2.com/documentation-images.html>.

use super::size::Cells;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A PNG shown in so many cells.
pub(super) fn draw(png: &[u8], cells: Cells) -> Vec<u8> {
    let Cells { columns, rows } = cells;
    let head =
        format!("\x1b]1337;File=inline=1;size={};width={columns};height={rows};preserveAspectRatio=1:", png.len());
    [head.as_bytes(), STANDARD.encode(png).as_bytes(), b"\x07\n"].concat()
}

#[cfg(test)]
mod tests {
    use super::{Cells, draw};

    #[test]
    fn one_sequence_has_all_of_it() {
        let drawn = draw(b"PNG", Cells { columns: 42, rows: 21 });
        assert_eq!(drawn, b"\x1b]1337;File=inline=1;size=3;width=42;height=21;preserveAspectRatio=1:UE5H\x07\n");
    }
}
