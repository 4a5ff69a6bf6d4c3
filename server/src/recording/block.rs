//! Blocks: a batch of records, compressed and sealed.
//!
//! | bytes | what |
//! |---|---|
//! | 4 | length of the sealed payload that follows the head |
//! | 4 | length of the payload, unsealed and decompressed |
//! | 8 | its number: from 0, ever more; numbers of blocks that could not be written are left out |
//! | 8 | time of its first record, in milliseconds since the recording began |
//! | 8 | time of its last record |
//! | 8 | output bytes before it |
//! | 8 | output bytes in it |
//!
//! Numbers are little endian. The payload is compressed with Zstandard, then sealed with AES-256-GCM
//! under the recording's own key: the nonce is the number of the block, which serves once; the head is authenticated with
//! it. So blocks cannot be changed, swapped or left out unseen, but for the last ones.

use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use zstd::bulk::{Compressor, Decompressor};

/// Length of a block's head, in bytes.
pub const HEAD_BYTES: usize = 48;
/// Longest payload of a block, decompressed, in bytes.
pub const PLAIN_BYTES: usize = 1024 * 1024;
/// Longest payload of a block as it is stored, in bytes.
pub const STORED_BYTES: usize = PLAIN_BYTES + 64 * 1024;
/// A fast one: the machine's output must not wait for it.
const LEVEL: i32 = -3;

/// What stands before a block's payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Length of the sealed payload.
    pub stored: u32,
    /// Length of the payload.
    pub plain: u32,
    /// Its number.
    pub number: u64,
    /// Time of its first record, in milliseconds.
    pub first_ms: u64,
    /// Time of its last record, in milliseconds.
    pub last_ms: u64,
    /// Output bytes before it.
    pub offset: u64,
    /// Output bytes in it.
    pub output: u64,
}

impl Head {
    /// As it stands in the file.
    #[must_use]
    pub fn to_bytes(self) -> [u8; HEAD_BYTES] {
        let mut bytes = [0; HEAD_BYTES];
        bytes[..4].copy_from_slice(&self.stored.to_le_bytes());
        bytes[4..8].copy_from_slice(&self.plain.to_le_bytes());
        let numbers = [self.number, self.first_ms, self.last_ms, self.offset, self.output];
        for (at, number) in numbers.into_iter().enumerate() {
            bytes[8 + at * 8..16 + at * 8].copy_from_slice(&number.to_le_bytes());
        }
        bytes
    }

    /// `None` for lengths that no block has.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; HEAD_BYTES]) -> Option<Self> {
        let long = |at: usize| {
            let mut number = [0; 8];
            number.copy_from_slice(&bytes[at..at + 8]);
            u64::from_le_bytes(number)
        };
        let (lengths, number) = (long(0), long(8));
        let stored = u32::try_from(lengths & 0xffff_ffff).ok()?;
        let plain = u32::try_from(lengths >> 32).ok()?;
        let fits = |length: u32, most: usize| usize::try_from(length).is_ok_and(|l| l <= most);
        let (first_ms, last_ms, offset, output) = (long(16), long(24), long(32), long(40));
        let head = Self { stored, plain, number, first_ms, last_ms, offset, output };
        (fits(stored, STORED_BYTES) && fits(plain, PLAIN_BYTES)).then_some(head)
    }
}

/// The key of one recording.
pub struct Key(LessSafeKey);

impl Key {
    /// From its 32 bytes; `None` for another number of them.
    #[must_use]
    pub fn new(bytes: &[u8]) -> Option<Self> {
        UnboundKey::new(&AES_256_GCM, bytes).ok().map(|key| Self(LessSafeKey::new(key)))
    }

    fn nonce(number: u64) -> Nonce {
        let mut nonce = [0; NONCE_LEN];
        nonce[..8].copy_from_slice(&number.to_le_bytes());
        Nonce::assume_unique_for_key(nonce)
    }
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key")
    }
}

/// What compressing takes: memory that is used again and again, by whoever's turn it is.
pub struct Press {
    compressor: Compressor<'static>,
    /// Where the payload is put together.
    pub plain: Vec<u8>,
    packed: Vec<u8>,
}

impl Press {
    /// A new one.
    ///
    /// # Errors
    /// Where there is no memory for it.
    pub fn new() -> std::io::Result<Self> {
        Ok(Self { compressor: Compressor::new(LEVEL)?, plain: Vec::new(), packed: Vec::new() })
    }

    /// Makes the payload that was put together into a block, and appends it to `out`. `head` needs no
    /// lengths.
    ///
    /// # Errors
    /// Where it is longer than a block may be.
    pub fn pack(&mut self, key: &Key, head: Head, out: &mut Vec<u8>) -> std::io::Result<()> {
        let too_long = || std::io::Error::other("a block that is too long");
        if self.plain.len() > PLAIN_BYTES {
            return Err(too_long());
        }
        self.packed.clear();
        self.packed.reserve(zstd::zstd_safe::compress_bound(self.plain.len()) + AES_256_GCM.tag_len());
        self.compressor.compress_to_buffer(&self.plain, &mut self.packed)?;
        let stored = u32::try_from(self.packed.len() + AES_256_GCM.tag_len()).map_err(|_| too_long())?;
        let plain = u32::try_from(self.plain.len()).map_err(|_| too_long())?;
        let nonce = Key::nonce(head.number);
        let head = Head { stored, plain, ..head }.to_bytes();
        key.0
            .seal_in_place_append_tag(nonce, Aad::from(head), &mut self.packed)
            .map_err(|_| std::io::Error::other("a block that cannot be sealed"))?;
        out.extend_from_slice(&head);
        out.extend_from_slice(&self.packed);
        self.plain.clear();
        Ok(())
    }
}

impl std::fmt::Debug for Press {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Press")
    }
}

/// The payload of a block, decompressed; `None` where it is not what was written.
#[must_use]
pub fn unpack(key: &Key, head: Head, stored: &mut [u8]) -> Option<Vec<u8>> {
    let packed = key.0.open_in_place(Key::nonce(head.number), Aad::from(head.to_bytes()), stored).ok()?;
    let length = usize::try_from(head.plain).ok().filter(|length| *length <= PLAIN_BYTES)?;
    let plain = Decompressor::new().ok()?.decompress(packed, length).ok()?;
    (plain.len() == length).then_some(plain)
}
