//! `SQLite`'s write-ahead log, copied with new checksums.
//!
//! `SQLite` reads its log up to the first damaged byte and ignores the rest. In a copy with new checksums it reads all
//! of the log, and each row's own checksum shows whether that row is undamaged. The format is described in
//! <https://sqlite.org/fileformat2.html#walformat>.

/// Bytes before the first frame.
const HEADER: usize = 32;

/// Bytes of a frame before its page.
const FRAME: usize = 24;

/// The log with every checksum made anew; `None` where it has no frame.
pub(super) fn with_new_checksums(mut log: Vec<u8>) -> Option<Vec<u8>> {
    let big_endian = number(&log, 0)? & 1 == 1;
    let page = usize::try_from(number(&log, 8)?).ok().filter(|page| (512..=65_536).contains(page))?;
    let size = FRAME + page;
    let salts: [u8; 8] = log.get(16..24)?.try_into().ok()?;
    let frames = log.len().checked_sub(HEADER)? / size;
    // After the last frame with the current salts there may be frames of an earlier use of the log.
    let of_this_round = |frame: &usize| log.get(HEADER + frame * size + 8..HEADER + frame * size + 16) == Some(&salts);
    let last = (0..frames).rev().find(of_this_round)?;
    let mut sum = checksum((0, 0), log.get(..24)?, big_endian);
    put(&mut log, 24, sum)?;
    for frame in 0..=last {
        let at = HEADER + frame * size;
        log.get_mut(at + 8..at + 16)?.copy_from_slice(&salts);
        sum = checksum(sum, log.get(at..at + 8)?, big_endian);
        sum = checksum(sum, log.get(at + FRAME..at + size)?, big_endian);
        put(&mut log, at + 16, sum)?;
    }
    log.truncate(HEADER + (last + 1) * size);
    Some(log)
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..at + 4)?.try_into().ok().map(u32::from_be_bytes)
}

fn put(bytes: &mut [u8], at: usize, (first, second): (u32, u32)) -> Option<()> {
    bytes.get_mut(at..at + 4)?.copy_from_slice(&first.to_be_bytes());
    bytes.get_mut(at + 4..at + 8)?.copy_from_slice(&second.to_be_bytes());
    Some(())
}

/// `SQLite`'s own sum over pairs of words.
fn checksum((mut first, mut second): (u32, u32), bytes: &[u8], big_endian: bool) -> (u32, u32) {
    let word = |bytes: &[u8]| {
        let bytes = bytes.try_into().unwrap_or_default();
        if big_endian { u32::from_be_bytes(bytes) } else { u32::from_le_bytes(bytes) }
    };
    for pair in bytes.chunks_exact(8) {
        let (left, right) = pair.split_at(4);
        first = first.wrapping_add(word(left)).wrapping_add(second);
        second = second.wrapping_add(word(right)).wrapping_add(first);
    }
    (first, second)
}
