//! Bytes that are nearly right.

use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof};
use proptest::sample::{Index, select};

/// One change to some bytes.
#[derive(Clone, Debug)]
enum Edit {
    /// Another byte there.
    Set(Index, u8),
    /// These bytes as well.
    Insert(Index, Vec<u8>),
    /// So many bytes fewer.
    Remove(Index, usize),
    /// So many bytes again, so often.
    Repeat(Index, usize, usize),
    /// Nothing from there on.
    Cut(Index),
}

/// Inputs that are right, changed in up to six places; `tokens` are what is worth putting in.
pub fn bytes(right: &[&str], tokens: &[&str]) -> impl Strategy<Value = Vec<u8>> + use<> {
    let right: Vec<Vec<u8>> = right.iter().map(|text| text.as_bytes().to_vec()).collect();
    changed(select(right), tokens)
}

/// The same with inputs that are no text.
pub fn altered(right: &[&[u8]], tokens: &[&str]) -> impl Strategy<Value = Vec<u8>> + use<> {
    let right: Vec<Vec<u8>> = right.iter().map(|bytes| bytes.to_vec()).collect();
    changed(select(right), tokens)
}

/// What a strategy gives, changed so.
pub(crate) fn changed<S>(right: S, tokens: &[&str]) -> impl Strategy<Value = Vec<u8>> + use<S>
where
    S: Strategy<Value = Vec<u8>>,
{
    let tokens: Vec<Vec<u8>> = tokens.iter().map(|text| text.as_bytes().to_vec()).collect();
    let inserted = prop_oneof![3 => select(tokens), 1 => vec(any::<u8>(), 1..8)];
    let edit = prop_oneof![
        2 => (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Edit::Set(at, byte)),
        4 => (any::<Index>(), inserted).prop_map(|(at, bytes)| Edit::Insert(at, bytes)),
        2 => (any::<Index>(), 1..40_usize).prop_map(|(at, count)| Edit::Remove(at, count)),
        1 => (any::<Index>(), 1..80_usize, 1..40_usize).prop_map(|(at, count, times)| Edit::Repeat(at, count, times)),
        1 => any::<Index>().prop_map(Edit::Cut),
    ];
    let edits = prop_oneof![1 => Just(Vec::new()), 9 => vec(edit, 0..6)];
    (right, edits).prop_map(|(bytes, edits)| edits.into_iter().fold(bytes, apply))
}

/// The bytes in pieces, as a network may deliver them.
pub fn pieces(bytes: &[u8], cuts: &[Index]) -> Vec<Vec<u8>> {
    let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
    at.extend([0, bytes.len()]);
    at.sort_unstable();
    at.windows(2).filter_map(|ends| bytes.get(*ends.first()?..*ends.last()?)).map(<[u8]>::to_vec).collect()
}

fn apply(mut bytes: Vec<u8>, edit: Edit) -> Vec<u8> {
    let place = |at: &Index| at.index(bytes.len() + 1);
    match edit {
        Edit::Set(at, byte) => {
            let at = place(&at);
            if let Some(there) = bytes.get_mut(at) {
                *there = byte;
            }
        }
        Edit::Insert(at, inserted) => {
            let at = place(&at);
            bytes.splice(at..at, inserted);
        }
        Edit::Remove(at, count) => {
            let at = place(&at);
            bytes.drain(at..bytes.len().min(at + count));
        }
        Edit::Repeat(at, count, times) => {
            let at = place(&at);
            let repeated = bytes.get(at..bytes.len().min(at + count)).unwrap_or_default().repeat(times);
            bytes.splice(at..at, repeated);
        }
        Edit::Cut(at) => bytes.truncate(place(&at)),
    }
    bytes
}
