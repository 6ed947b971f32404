//! The `Range` header.

/// What a `Range` header asks for.
#[derive(Debug, PartialEq)]
pub(crate) enum Wanted {
    /// To be ignored: no header, another unit, several ranges, or nonsense.
    Everything,
    /// From the first to the last byte, both included.
    Bytes(usize, usize),
    /// Nothing that the file has.
    Outside,
}

pub(crate) fn parse_range(text: &str, length: usize) -> Wanted {
    let range = text.strip_prefix("bytes=").and_then(|range| range.split_once('-'));
    let Some((first, last)) = range else { return Wanted::Everything };
    match (first.parse::<usize>(), last.parse::<usize>(), length.checked_sub(1)) {
        (Ok(first), Ok(last), _) if last < first => Wanted::Everything,
        (Ok(first), Ok(last), Some(end)) if first <= end => Wanted::Bytes(first, last.min(end)),
        (Ok(first), Err(_), Some(end)) if last.is_empty() && first <= end => Wanted::Bytes(first, end),
        (Err(_), Ok(count), Some(end)) if first.is_empty() && count > 0 => {
            Wanted::Bytes(length.saturating_sub(count), end)
        }
        (Ok(_), Ok(_), _) => Wanted::Outside,
        (Ok(_), Err(_), _) if last.is_empty() => Wanted::Outside,
        (Err(_), Ok(_), _) if first.is_empty() => Wanted::Outside,
        _ => Wanted::Everything,
    }
}

#[cfg(test)]
mod tests {
    use super::{Wanted, parse_range};

    #[test]
    fn ranges_are_cut_to_the_file() {
        for (text, expected) in [
            ("bytes=0-3", Wanted::Bytes(0, 3)),
            ("bytes=4-", Wanted::Bytes(4, 9)),
            ("bytes=-3", Wanted::Bytes(7, 9)),
            ("bytes=-30", Wanted::Bytes(0, 9)),
            ("bytes=8-99", Wanted::Bytes(8, 9)),
            ("bytes=10-", Wanted::Outside),
            ("bytes=-0", Wanted::Outside),
            ("bytes=3-1", Wanted::Everything),
            ("bytes=0-1,4-5", Wanted::Everything),
            ("lines=0-1", Wanted::Everything),
        ] {
            assert_eq!(parse_range(text, 10), expected, "{text}");
        }
        assert_eq!(parse_range("bytes=0-", 0), Wanted::Outside);
    }
}
