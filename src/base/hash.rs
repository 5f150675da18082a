//! Content hashes: BLAKE3, 128 bits kept.

use serde::{Deserialize, Serialize};

/// The first 128 bits of BLAKE3 of some bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ContentHash(pub [u8; 16]);

impl ContentHash {
    pub fn of(bytes: &[u8]) -> Self {
        Self::of_parts(&[bytes])
    }

    /// Hash of several byte strings; each is preceded by its length, so that `["ab","c"]` and `["a","bc"]` differ.
    pub fn of_parts(parts: &[&[u8]]) -> Self {
        let mut hasher = blake3::Hasher::new();
        for part in parts {
            hasher.update(&(part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
        let mut out = [0; 16];
        out.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        ContentHash(out)
    }

    /// As [`ContentHash::of`] of the parts one after another.
    pub fn of_joined(parts: &[&[u8]]) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&(parts.iter().map(|part| part.len() as u64).sum::<u64>()).to_le_bytes());
        for part in parts {
            hasher.update(part);
        }
        let mut out = [0; 16];
        out.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
        ContentHash(out)
    }

    /// 32 lower-case hexadecimal digits.
    pub fn hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// The first 8 characters in upper-case base 32 (RFC 4648 alphabet): 40 bits, for file names. Case does not
    /// matter, so two names never meet on a case-insensitive disk.
    pub fn short(&self) -> String {
        const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        let bits = self.0[..5].iter().fold(0u64, |bits, byte| (bits << 8) | u64::from(*byte));
        (0..8).map(|at| ALPHABET[(bits >> (35 - 5 * at)) as usize & 31] as char).collect()
    }
}

impl std::fmt::Debug for ContentHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.hex())
    }
}
