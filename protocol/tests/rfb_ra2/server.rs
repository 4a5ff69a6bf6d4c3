//! A server of the RSA-AES types, as rfbproto tells it: numbers raised to powers, and EAX out of single AES blocks.

use std::sync::OnceLock;

use aes::cipher::{BlockCipherEncrypt as _, KeyInit as _};
use aes::{Aes128, Aes256};
use chacha20::ChaCha20Rng;
use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Odd};
use rsa::RsaPrivateKey;
use rsa::rand_core::SeedableRng as _;
use sha1::{Digest as _, Sha1};
use sha2::Sha256;

/// Made by `openssl genrsa 1024`, for this test alone.
const MODULUS: &str = "b22e206821e1a2d4479904934a9cca8321b5389f1ffa75a0491980839d82fe4a66779db44a318c4453b14c36ba881f15cbbf673a\
     af14d6585e50eb20c8039b3ebc4c5d9ffc88e54df6c2d5ab8d3794f278c6e47d80ed714b909f9f6e828295ee1f0149d779e1655a\
     681a294734d55ba4b63730a93f6c9319dd53cd86ed0636f3";
const PRIVATE: &str = "1cca01287218fff326a25dafe2c5549f3d6a077d0670b462b28cf14bd2be6091eade76d7b3892fedb64c16515d7032fd958f1681\
     cfda210be42954e4560ce71f45abb2bc64bbe69344cd6eacdc223893deb9dcf7629b0710c20c8dd6580abaac16b70edb766268cd\
     c991c268297cb75f5c40371062b1746cb64fb9a4e9aee311";
const BYTES: usize = 128;

/// The client's, of another length than the server's.
pub fn client_key() -> RsaPrivateKey {
    static KEY: OnceLock<RsaPrivateKey> = OnceLock::new();
    let make = || RsaPrivateKey::new(&mut ChaCha20Rng::from_seed([1; 32]), 1152).unwrap();
    KEY.get_or_init(make).clone()
}

fn hex(text: &str) -> Vec<u8> {
    (0..text.len() / 2).map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16).unwrap()).collect()
}

/// All three big-endian, and the result as long as the modulus.
fn raised(base: &[u8], exponent: &[u8], modulus: &[u8]) -> Vec<u8> {
    let number = |bytes: &[u8]| BoxedUint::from_be_slice(bytes, modulus.len() as u32 * 8).unwrap();
    let parameters = BoxedMontyParams::new(Odd::new(number(modulus)).unwrap());
    BoxedMontyForm::new(number(base), &parameters).pow(&number(exponent)).retrieve().to_be_bytes().to_vec()
}

/// How a key is sent.
fn sent(modulus: &[u8], exponent: &[u8]) -> Vec<u8> {
    [&(modulus.len() as u32 * 8).to_be_bytes()[..], modulus, exponent].concat()
}

fn exponent(bytes: usize) -> Vec<u8> {
    [&vec![0; bytes - 3][..], &[1, 0, 1]].concat()
}

pub struct Server {
    is_256: bool,
    number: Vec<u8>,
    client: Vec<u8>,
    inward: Vec<u8>,
    outward: Vec<u8>,
    opened: u8,
    sealed: u8,
}

impl Server {
    pub fn new(kind: u8) -> Self {
        let is_256 = kind > 100;
        let (number, keys) = (vec![0xa5; if is_256 { 32 } else { 16 }], Vec::new());
        let (client, inward, outward) = (keys.clone(), keys.clone(), keys);
        Self { is_256, number, client, inward, outward, opened: 0, sealed: 0 }
    }

    pub fn public() -> Vec<u8> {
        sent(&hex(MODULUS), &exponent(BYTES))
    }

    fn digest(&self, parts: &[&[u8]]) -> Vec<u8> {
        let all = parts.concat();
        if self.is_256 { Sha256::digest(all).to_vec() } else { Sha1::digest(all).to_vec() }
    }

    pub fn hears_key_and_number(&mut self, said: &[u8]) {
        let bits = u32::from_be_bytes(said[..4].try_into().unwrap());
        let size = bits as usize / 8;
        assert_eq!(bits, 1152);
        let (client, rest) = said.split_at(4 + 2 * size);
        assert_eq!(client[4 + size..], exponent(size), "the client's exponent");
        self.client = client.to_vec();
        assert_eq!(rest[..2], (BYTES as u16).to_be_bytes());
        // PKCS #1, version 1.5, block type 2.
        let block = raised(&rest[2..], &hex(PRIVATE), &hex(MODULUS));
        let number = &block[BYTES - self.number.len()..];
        let padding = &block[2..BYTES - self.number.len() - 1];
        assert_eq!((block[0], block[1], block[BYTES - self.number.len() - 1]), (0, 2, 0));
        assert!(padding.iter().all(|byte| *byte != 0));
        let length = if self.is_256 { 32 } else { 16 };
        self.inward = self.digest(&[&self.number, number])[..length].to_vec();
        self.outward = self.digest(&[number, &self.number])[..length].to_vec();
    }

    pub fn number(&self) -> Vec<u8> {
        Self::number_of(&self.number)
    }

    /// This number under the client's key.
    pub fn number_of(number: &[u8]) -> Vec<u8> {
        use rsa::traits::PublicKeyParts as _;
        let modulus = client_key().n_bytes();
        let padding = vec![0x5a; modulus.len() - 3 - number.len()];
        let block = [&[0, 2][..], &padding, &[0], number].concat();
        let sealed = raised(&block, &exponent(modulus.len()), &modulus);
        [&(modulus.len() as u16).to_be_bytes()[..], &sealed].concat()
    }

    /// What the client is to send as its hash.
    pub fn wanted_hash(&self) -> Vec<u8> {
        self.digest(&[&self.client, &Self::public()])
    }

    pub fn hash(&mut self) -> Vec<u8> {
        let hash = self.digest(&[&Self::public(), &self.client]);
        self.seals(&hash)
    }

    pub fn seals(&mut self, plain: &[u8]) -> Vec<u8> {
        self.sealed += 1;
        seal(&self.outward, self.sealed - 1, plain)
    }

    pub fn opens(&mut self, message: &[u8]) -> Vec<u8> {
        let length = usize::from(u16::from_be_bytes([message[0], message[1]]));
        assert_eq!(message.len(), length + 18, "one message");
        let (mut body, mac) = (message[2..2 + length].to_vec(), &message[2 + length..]);
        assert_eq!(mac, mac_of(&self.inward, self.opened, &message[..2], &body), "its MAC");
        crypt(&self.inward, self.opened, &mut body);
        self.opened += 1;
        body
    }
}

/// A message of this number.
pub fn seal(key: &[u8], number: u8, plain: &[u8]) -> Vec<u8> {
    let (length, mut body) = ((plain.len() as u16).to_be_bytes(), plain.to_vec());
    crypt(key, number, &mut body);
    let mac = mac_of(key, number, &length, &body);
    [&length[..], &body, &mac].concat()
}

fn block(key: &[u8], block: u128) -> u128 {
    let mut bytes = block.to_be_bytes().into();
    match key.len() {
        16 => Aes128::new_from_slice(key).unwrap().encrypt_block(&mut bytes),
        _ => Aes256::new_from_slice(key).unwrap().encrypt_block(&mut bytes),
    }
    u128::from_be_bytes(bytes.into())
}

/// Twice a number in GF(2^128), as CMAC counts.
fn doubled(number: u128) -> u128 {
    (number << 1) ^ (0x87 * (number >> 127))
}

/// CMAC of one block that says what is meant, and the text (NIST SP 800-38B).
fn omac(key: &[u8], meaning: u128, text: &[u8]) -> u128 {
    let mut all = [&meaning.to_be_bytes()[..], text].concat();
    let mut last = doubled(block(key, 0));
    if all.len() % 16 != 0 {
        last = doubled(last);
        all.push(0x80);
        all.resize(all.len().next_multiple_of(16), 0);
    }
    let blocks = all.chunks(16).map(|chunk| u128::from_be_bytes(chunk.try_into().unwrap()));
    let count = all.len() / 16;
    blocks
        .enumerate()
        .fold(0, |mac, (i, next)| block(key, mac ^ next ^ if i + 1 == count { last } else { 0 }))
}

/// The number of a message is little-endian.
fn nonce(key: &[u8], number: u8) -> u128 {
    omac(key, 0, &u128::from(number).to_le_bytes())
}

fn crypt(key: &[u8], number: u8, body: &mut [u8]) {
    let begin = nonce(key, number);
    for (i, chunk) in body.chunks_mut(16).enumerate() {
        let stream = block(key, begin.wrapping_add(i as u128)).to_be_bytes();
        chunk.iter_mut().zip(stream).for_each(|(byte, with)| *byte ^= with);
    }
}

fn mac_of(key: &[u8], number: u8, length: &[u8], body: &[u8]) -> [u8; 16] {
    (nonce(key, number) ^ omac(key, 1, length) ^ omac(key, 2, body)).to_be_bytes()
}
