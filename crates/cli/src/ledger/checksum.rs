//! Checksums, which show whether a row is as it was written or was changed on the disk.

use sha2::{Digest, Sha256};

/// Sums up fields, each with its length, so that no two lists of fields are one text.
#[derive(Clone)]
pub(super) struct Checksum(Sha256);

impl Checksum {
    pub(super) fn new() -> Self {
        Self(Sha256::new())
    }

    pub(super) fn bytes(mut self, bytes: &[u8]) -> Self {
        self.0.update((bytes.len() as u64).to_le_bytes());
        self.0.update(bytes);
        self
    }

    pub(super) fn optional(self, bytes: Option<&[u8]>) -> Self {
        match bytes {
            Some(bytes) => self.bytes(&[1]).bytes(bytes),
            None => self.bytes(&[0]),
        }
    }

    pub(super) fn number(self, number: i64) -> Self {
        self.bytes(&number.to_le_bytes())
    }

    pub(super) fn optional_number(self, number: Option<i64>) -> Self {
        self.optional(number.map(i64::to_le_bytes).as_ref().map(<[u8; 8]>::as_slice))
    }

    /// The first eight bytes of the hash, as `SQLite` stores integers.
    pub(super) fn finish(self) -> i64 {
        let hash = self.0.finalize();
        hash.iter().take(8).fold(0, |sum, byte| (sum << 8) | i64::from(*byte))
    }

    /// The sum of one text.
    pub(super) fn of(text: &str) -> i64 {
        Self::new().bytes(text.as_bytes()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::Checksum;
    use sha2::{Digest as _, Sha256};

    #[test]
    fn a_sum_is_the_first_eight_bytes_of_the_hash_and_tells_lists_of_fields_apart() {
        let hash = Sha256::digest(b"\x03\0\0\0\0\0\0\0fox");
        let first = hash.iter().take(8).copied().collect::<Vec<u8>>().try_into().unwrap();
        assert_eq!(Checksum::of("fox"), i64::from_be_bytes(first), "files that are there have this one");
        let of =
            |fields: &[&str]| fields.iter().fold(Checksum::new(), |sum, field| sum.bytes(field.as_bytes())).finish();
        assert_ne!(of(&["ab", "c"]), of(&["a", "bc"]));
        assert_ne!(Checksum::new().optional(None).finish(), Checksum::new().optional(Some(b"")).finish());
    }
}
