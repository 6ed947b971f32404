//! The graphics protocol of kitty: <https://sw.kovidgoyal.net/kitty/graphics-protocol/>.

use super::size::Cells;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The most bytes of data in one sequence.
const PIECE: usize = 4_096;

/// A PNG shown in so many cells, in as many sequences as it takes; the terminal is told not to answer.
pub(super) fn draw(png: &[u8], cells: Cells) -> Vec<u8> {
    let data = STANDARD.encode(png);
    let mut pieces = data.as_bytes().chunks(PIECE).peekable();
    let mut head = format!("a=T,f=100,q=2,c={},r={},", cells.columns, cells.rows);
    let mut bytes = Vec::with_capacity(data.len() + data.len() / PIECE * 16 + 64);
    while let Some(piece) = pieces.next() {
        let more = u8::from(pieces.peek().is_some());
        bytes.extend_from_slice(format!("\x1b_G{head}m={more};").as_bytes());
        bytes.extend_from_slice(piece);
        bytes.extend_from_slice(b"\x1b\\");
        head.clear();
    }
    bytes.push(b'\n');
    bytes
}

#[cfg(test)]
mod tests {
    use super::{Cells, draw};

    #[test]
    fn a_picture_goes_in_pieces_of_which_the_last_says_so() {
        let cells = Cells { columns: 42, rows: 21 };
        assert_eq!(draw(b"PNG", cells), b"\x1b_Ga=T,f=100,q=2,c=42,r=21,m=0;UE5H\x1b\\\n");
        let text = String::from_utf8(draw(&[0; 6_150], cells)).unwrap();
        let sequences: Vec<&str> = text.trim_end().split("\x1b\\").collect();
        assert_eq!(sequences.len(), 4, "three, and nothing behind the last");
        assert!(sequences[0].starts_with("\x1b_Ga=T,f=100,q=2,c=42,r=21,m=1;"));
        assert!(sequences[1].starts_with("\x1b_Gm=1;") && sequences[2].starts_with("\x1b_Gm=0;"));
        assert!(sequences.iter().all(|sequence| sequence.len() < 4_096 + 64));
    }
}
