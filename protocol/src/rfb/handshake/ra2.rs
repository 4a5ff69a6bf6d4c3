//! RealVNC's RSA-AES types, which TigerVNC and others have too (rfbproto, section 7.2.5 to 7.2.6 and 7.2.8 to 7.2.9).
//!
//! ```text
//!  server's key ─▶ trusted? ─▶ our key, our number ─▶ server's number ─▶ our hash ┄▶ server's hash ─▶ subtype ─▶ login
//! ```
//!
//! Each side sends a random number under the other's RSA key. Both numbers give the keys that seal the rest, from
//! the hashes of both public keys on. "ne" unseals it again behind the login.

use bytes::{Buf as _, BytesMut};
use chacha20::ChaCha20Rng;
use rsa::rand_core::SeedableRng as _;
use rsa::traits::PublicKeyParts as _;
use rsa::{BoxedUint, Pkcs1v15Encrypt, RsaPrivateKey, RsaPublicKey};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::{Login, Random, RfbError, Step, kind, send};
use crate::limits;
use crate::rfb::reader::Reader;
use crate::rfb::seal::{Opener, Sealer};

/// Shorter keys can be broken (rfbproto leaves the bounds to the client; these are TigerVNC's).
const FEWEST_KEY_BITS: u32 = 1024;
/// Longest random number.
const NUMBER_MOST: usize = 32;
const USER_AND_PASSWORD: u8 = 1;
const PASSWORD: u8 = 2;

/// Which of the four types it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Strength {
    /// AES-256 and SHA-256, not AES-128 and SHA-1.
    is_256: bool,
    /// Whether everything behind the login is sealed too.
    seals_all: bool,
}

impl Strength {
    pub(super) fn of(kind: u32) -> Option<Self> {
        let (is_256, seals_all) = match kind {
            kind::RA2 => (false, true),
            kind::RA2NE => (false, false),
            kind::RA2_256 => (true, true),
            kind::RA2NE_256 => (true, false),
            _ => return None,
        };
        Some(Self { is_256, seals_all })
    }

    fn digest(self, first: &[u8], second: &[u8]) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(if self.is_256 {
            Sha256::new().chain_update(first).chain_update(second).finalize().to_vec()
        } else {
            Sha1::new().chain_update(first).chain_update(second).finalize().to_vec()
        })
    }

    /// The keys come from the same two numbers in either order.
    fn seals(self, ours: &[u8], theirs: &[u8]) -> Seals {
        let (outward, inward) = (self.digest(theirs, ours), self.digest(ours, theirs));
        if self.is_256 {
            let (sealer, opener) = (Sealer::aes256(&key(&outward)), Opener::aes256(&key(&inward)));
            return Seals { sealer, opener };
        }
        Seals { sealer: Sealer::aes128(&key(&outward)), opener: Opener::aes128(&key(&inward)) }
    }

    fn number_bytes(self) -> usize {
        // rfbproto says 16 for all four; TigerVNC and those after it take 32 for AES-256.
        if self.is_256 { NUMBER_MOST } else { 16 }
    }

    /// Our random number.
    fn number(self, random: &Random) -> Zeroizing<Vec<u8>> {
        Zeroizing::new(random.0.iter().take(self.number_bytes()).copied().collect())
    }
}

/// A hash's first bytes; hashes are never shorter.
fn key<const N: usize>(hash: &[u8]) -> Zeroizing<[u8; N]> {
    Zeroizing::new(hash.first_chunk().copied().unwrap_or([0; N]))
}

/// What seals the stream from the login on.
pub struct Seals {
    /// For what goes to the server.
    pub sealer: Sealer,
    /// For what comes from it.
    pub opener: Opener,
}

/// How far it has come.
#[derive(Default)]
pub(super) enum Exchange {
    /// The server's key is on its way.
    Key(Strength),
    /// Whether that is the machine's is for the caller to say.
    Asked { strength: Strength, theirs: Public },
    /// It is.
    Trusted { strength: Strength, theirs: Public, ours: Box<RsaPrivateKey> },
    /// The server's number is on its way.
    Number { strength: Strength, theirs: Public, ours: Box<RsaPrivateKey> },
    /// The server's hash of both keys is on its way.
    Hash { strength: Strength, wanted: Zeroizing<Vec<u8>>, seals: Seals },
    /// What it wants of us is on its way.
    Subtype { strength: Strength, seals: Seals },
    /// Logged in, and whatever follows is sealed.
    Sealed(Seals),
    /// Logged in, and nothing more is sealed here.
    #[default]
    Over,
}

impl Exchange {
    /// Goes on with a key of our own, if the server's was asked about.
    pub(super) fn trust(self, ours: Box<RsaPrivateKey>) -> Self {
        match self {
            Self::Asked { strength, theirs } => Self::Trusted { strength, theirs, ours },
            other => other,
        }
    }

    /// One step, and where it leads to.
    pub(super) fn step(
        self,
        input: &mut BytesMut,
        login: &Login,
        random: &Random,
    ) -> Result<(Self, Step), RfbError> {
        match self {
            Self::Key(strength) => {
                let Some(theirs) = Public::read(input)? else { return Ok((self, Step::Wait)) };
                let step = Step::Key(theirs.sent.clone());
                Ok((Self::Asked { strength, theirs }, step))
            }
            Self::Trusted { strength, theirs, ours } => {
                let mut answer = Public::sent(&ours);
                let number = strength.number(random);
                let sealed = theirs.key.encrypt(&mut rng(random), Pkcs1v15Encrypt, &number);
                let sealed = sealed.map_err(|_| RfbError::Weak("public key"))?;
                answer.extend(u16::try_from(sealed.len()).unwrap_or_default().to_be_bytes());
                answer.extend(sealed);
                Ok((Self::Number { strength, theirs, ours }, send(&answer)))
            }
            Self::Number { strength, theirs, ours } => {
                let Some(number) = read_number(input, ours.size())? else {
                    return Ok((Self::Number { strength, theirs, ours }, Step::Wait));
                };
                // Which of the two was wrong is nobody's business.
                let number = ours.decrypt_blinded(&mut rng(random), Pkcs1v15Encrypt, &number);
                let number = number.ok().map(Zeroizing::new).filter(|n| n.len() == strength.number_bytes());
                let Some(number) = number else { return Err(RfbError::Malformed("random number")) };
                let mut seals = strength.seals(&strength.number(random), &number);
                let sent = Public::sent(&ours);
                let mut answer = BytesMut::new();
                seals.sealer.seal(&strength.digest(&sent, &theirs.sent), &mut answer);
                let wanted = strength.digest(&theirs.sent, &sent);
                Ok((Self::Hash { strength, wanted, seals }, send(&answer)))
            }
            Self::Hash { strength, wanted, mut seals } => {
                let Some(hash) = seals.opener.open(input)? else {
                    return Ok((Self::Hash { strength, wanted, seals }, Step::Wait));
                };
                if hash[..] != wanted[..] {
                    return Err(RfbError::Keys);
                }
                Self::Subtype { strength, seals }.step(input, login, random)
            }
            Self::Subtype { strength, mut seals } => {
                let Some(subtype) = seals.opener.open(input)? else {
                    return Ok((Self::Subtype { strength, seals }, Step::Wait));
                };
                let mut answer = BytesMut::new();
                seals.sealer.seal(&credentials(&subtype, login)?, &mut answer);
                let next = if strength.seals_all { Self::Sealed(seals) } else { Self::Over };
                Ok((next, send(&answer)))
            }
            Self::Asked { .. } | Self::Sealed(_) | Self::Over => Ok((self, Step::Wait)),
        }
    }
}

/// For padding and blinding: what follows our number in the randomness.
fn rng(random: &Random) -> ChaCha20Rng {
    let seed = random.0.get(NUMBER_MOST..).and_then(<[u8]>::first_chunk);
    ChaCha20Rng::from_seed(seed.copied().unwrap_or_default())
}

/// The server's public key.
pub(super) struct Public {
    /// As it was sent: length in bits, modulus, exponent. Its hash is what a machine is known by.
    sent: Vec<u8>,
    key: RsaPublicKey,
}

impl Public {
    fn read(input: &mut BytesMut) -> Result<Option<Self>, RfbError> {
        let mut reader = Reader::new(input);
        let Some(bits) = reader.u32() else { return Ok(None) };
        if bits < FEWEST_KEY_BITS {
            return Err(RfbError::Weak("key length"));
        }
        if bits > limits::RFB_RSA_BITS {
            return Err(RfbError::TooLong { what: "an RSA key", bytes: bits.div_ceil(8).into() });
        }
        let size = bits.div_ceil(8) as usize;
        let (Some(modulus), Some(exponent)) = (reader.take(size), reader.take(size)) else { return Ok(None) };
        let weak = || RfbError::Weak("public key");
        // What is sent is as long as the modulus; what is raised to such a power would never be done.
        let (zeros, exponent) = exponent.split_last_chunk::<8>().ok_or_else(weak)?;
        if zeros.iter().any(|byte| *byte != 0) {
            return Err(weak());
        }
        let number = BoxedUint::from_be_slice(modulus, bits.next_multiple_of(8)).map_err(|_| weak())?;
        let key = RsaPublicKey::new(number, u64::from_be_bytes(*exponent).into()).map_err(|_| weak())?;
        if key.size() != size || key.n().bits() < FEWEST_KEY_BITS {
            return Err(weak());
        }
        let whole = size.saturating_mul(2).saturating_add(4);
        Ok(Some(Self { sent: input.split_to(whole).to_vec(), key }))
    }

    /// How our own is sent.
    fn sent(ours: &RsaPrivateKey) -> Vec<u8> {
        let size = ours.size();
        let mut sent = ours.n().bits().to_be_bytes().to_vec();
        for number in [ours.n_bytes(), ours.e_bytes()] {
            sent.extend(std::iter::repeat_n(0, size.saturating_sub(number.len())));
            sent.extend_from_slice(&number);
        }
        sent
    }
}

/// A number under our key, which is `size` bytes long.
fn read_number(input: &mut BytesMut, size: usize) -> Result<Option<BytesMut>, RfbError> {
    let Some(length) = Reader::new(input).u16() else { return Ok(None) };
    if usize::from(length) != size {
        return Err(RfbError::Malformed("length of a random number"));
    }
    if input.len() < size.saturating_add(2) {
        return Ok(None);
    }
    input.advance(2);
    Ok(Some(input.split_to(size)))
}

/// User name and password, each with its length before it; where only a password is wanted, no name.
fn credentials(subtype: &[u8], login: &Login) -> Result<Zeroizing<Vec<u8>>, RfbError> {
    let user = match subtype {
        [USER_AND_PASSWORD] => login.username(),
        [PASSWORD] => "",
        _ => return Err(RfbError::Malformed("subtype of RA2")),
    };
    let mut credentials = Zeroizing::new(Vec::with_capacity(512));
    for text in [user, login.password()] {
        let too_long = |_| RfbError::TooLong { what: "the user name or password", bytes: text.len() as u64 };
        credentials.push(u8::try_from(text.len()).map_err(too_long)?);
        credentials.extend_from_slice(text.as_bytes());
    }
    Ok(credentials)
}
