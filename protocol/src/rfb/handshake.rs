//! From the first byte to the screen's size: version, security type, login, initialisation (RFC 6143, section 7.1
//! to 7.3; VeNCrypt and the list of types in rfbproto, section 7.2).
//!
//! ```text
//!  version ─▶ types ─▶ None ───────────────────────────────────────┐
//!                  ├─▶ VncAuth: challenge ─────────────────────────┤
//!                  ├─▶ Apple: key exchange ────────────────────────┼─▶ result ─▶ ServerInit
//!                  ├─▶ RA2: keys, numbers, hashes, sealed login ───┤
//!                  └─▶ VeNCrypt ─▶ subtypes ─▶ TLS ─▶ one of these ┘
//! ```

mod apple;
mod kind;
mod login;
mod ra2;
mod vnc;

use bytes::{Buf as _, BytesMut};
use rsa::RsaPrivateKey;
use zeroize::Zeroizing;

pub(super) use kind::name;
use kind::{
    APPLE, INVALID, NONE, RA2, RA2_256, RA2NE, RA2NE_256, VENCRYPT, VNC_AUTH, X509_NONE, X509_PLAIN, X509_VNC,
};
pub use login::{Login, Random};
pub use ra2::Seals;
use ra2::{Exchange, Strength};

use super::reader::Reader;
use super::{RfbError, text};
use crate::limits;
use crate::rect::is_screen_size;

const BANNER_BYTES: usize = 12;
/// What the server says of its screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerInit {
    /// Pixels from left to right.
    pub width: u16,
    /// Pixels from top to bottom.
    pub height: u16,
    /// The desktop's name.
    pub name: String,
    /// Whether it is macOS's own server.
    pub is_apple: bool,
}

/// What comes next.
#[derive(Debug, PartialEq, Eq)]
pub enum Step {
    /// More bytes of the server are needed.
    Wait,
    /// These bytes go to the server.
    Send(Zeroizing<Vec<u8>>),
    /// TLS begins: whatever follows goes through it, both ways.
    Tls,
    /// The server's RSA key as it was sent (length, modulus, exponent). It goes on with [`Handshake::trust`], once the
    /// caller knows that this is the machine's.
    Key(Vec<u8>),
    /// Whatever follows is sealed, both ways, with [`Handshake::seals`]; what is left of the input is, too.
    Seal,
    /// Logged in; the next bytes are the [`Decoder`](super::Decoder)'s.
    Ready(ServerInit),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Banner,
    Types,
    VencryptVersion,
    VencryptTypes,
    VencryptAck { subtype: u32 },
    Begin { kind: u32 },
    Challenge,
    AppleKeys,
    Ra2,
    Result,
    Reason,
    Init,
    Over,
}

/// The conversation before the first picture.
pub struct Handshake {
    login: Login,
    random: Random,
    state: State,
    /// 3, 7 or 8.
    minor: u8,
    is_apple: bool,
    /// What stands between the server's key and the sealed stream.
    exchange: Exchange,
    /// What came of the login, while the server's words about it are on their way.
    refusal: fn(String) -> RfbError,
}

impl Handshake {
    /// Begins with the server's first byte.
    #[must_use]
    pub fn new(login: Login, random: Random) -> Self {
        Self {
            login,
            random,
            state: State::Banner,
            minor: 8,
            is_apple: false,
            exchange: Exchange::Over,
            refusal: RfbError::Refused,
        }
    }

    /// The key of [`Step::Key`] is the machine's; `ours` is for this one login.
    pub fn trust(&mut self, ours: RsaPrivateKey) {
        self.exchange = std::mem::take(&mut self.exchange).trust(Box::new(ours));
    }

    /// What [`Step::Seal`] asks for, once.
    pub fn seals(&mut self) -> Option<Seals> {
        match std::mem::take(&mut self.exchange) {
            Exchange::Sealed(seals) => Some(seals),
            other => {
                self.exchange = other;
                None
            }
        }
    }

    /// Takes what it needs from the front of `input`. To be called until it says [`Step::Wait`], and again
    /// when more has come.
    ///
    /// # Errors
    /// [`RfbError`] says why there will be no screen.
    pub fn step(&mut self, input: &mut BytesMut) -> Result<Step, RfbError> {
        loop {
            if self.state == State::Ra2 {
                return self.ra2(input);
            }
            let mut reader = Reader::new(input);
            let before = self.state;
            let step = self.read(&mut reader)?;
            let taken = input.len().saturating_sub(reader.rest().len());
            match step {
                Some(step) => {
                    input.advance(taken);
                    return Ok(step);
                }
                // Moved on without anything to say.
                None if self.state != before => input.advance(taken),
                None => return Ok(Step::Wait),
            }
        }
    }

    /// One state; where it stays the same, nothing was taken.
    fn read(&mut self, reader: &mut Reader<'_>) -> Result<Option<Step>, RfbError> {
        match self.state {
            State::Banner => self.banner(reader),
            State::Types if self.minor == 3 => self.type_given(reader),
            State::Types => self.types(reader),
            State::VencryptVersion => {
                let Some([major, minor]) = reader.array() else { return Ok(None) };
                if (major, minor) < (0, 2) {
                    return Err(RfbError::Security(vec![VENCRYPT]));
                }
                self.state = State::VencryptTypes;
                Ok(Some(send(&[0, 2])))
            }
            State::VencryptTypes => self.vencrypt_types(reader),
            State::VencryptAck { subtype } => {
                let Some(ack) = reader.u8() else { return Ok(None) };
                if ack != 1 {
                    return Err(RfbError::Refused("no TLS".into()));
                }
                let kind = match subtype {
                    X509_NONE => NONE,
                    X509_VNC => VNC_AUTH,
                    _ => X509_PLAIN,
                };
                self.state = State::Begin { kind };
                Ok(Some(Step::Tls))
            }
            State::Begin { kind } => Ok(self.begin(kind)),
            State::Challenge => {
                let Some(challenge) = reader.array() else { return Ok(None) };
                let response = vnc::response(challenge, self.login.password());
                self.state = State::Result;
                Ok(Some(send(&response)))
            }
            State::AppleKeys => {
                let Some(keys) = apple::Keys::read(reader)? else { return Ok(None) };
                let answer = keys.answer(self.login.username(), self.login.password(), &self.random)?;
                self.state = State::Result;
                Ok(Some(Step::Send(answer)))
            }
            State::Result => Ok(self.result(reader)?),
            State::Reason => {
                let Some(words) = string(reader, "the server's reason")? else { return Ok(None) };
                Err((self.refusal)(text(words)))
            }
            State::Init => self.init(reader),
            // `step` sees to these.
            State::Ra2 | State::Over => Ok(None),
        }
    }

    fn ra2(&mut self, input: &mut BytesMut) -> Result<Step, RfbError> {
        if let Exchange::Sealed(_) = self.exchange {
            self.state = State::Result;
            return Ok(Step::Seal);
        }
        let exchange = std::mem::take(&mut self.exchange);
        let (exchange, step) = exchange.step(input, &self.login, &self.random)?;
        self.exchange = exchange;
        if let Exchange::Over = self.exchange {
            self.state = State::Result;
        }
        Ok(step)
    }

    fn banner(&mut self, reader: &mut Reader<'_>) -> Result<Option<Step>, RfbError> {
        // Another protocol is told as soon as it differs.
        let begun = reader.rest();
        if !b"RFB ".iter().zip(begun).all(|(a, b)| a == b) {
            return Err(RfbError::Version);
        }
        let Some(banner) = reader.array::<BANNER_BYTES>() else { return Ok(None) };
        let number = |digits: Option<&[u8]>| -> Option<u16> {
            let digits = digits.filter(|d| d.iter().all(u8::is_ascii_digit))?;
            str::from_utf8(digits).ok()?.parse().ok()
        };
        let version = (number(banner.get(4..7)), number(banner.get(8..11)));
        let (Some(major), Some(minor)) = version else { return Err(RfbError::Version) };
        if banner.get(7) != Some(&b'.') || banner.get(11) != Some(&b'\n') {
            return Err(RfbError::Version);
        }
        self.is_apple = (major, minor) == (3, 889);
        // RFC 6143, 7.1.1: whatever is not known is 3.3. Later ones than 3.8 are, by what their servers do.
        self.minor = match (major, minor) {
            (3, 7) => 7,
            (3, 8 | 889) | (4.., _) => 8,
            (3, _) => 3,
            _ => return Err(RfbError::Version),
        };
        self.state = State::Types;
        Ok(Some(send(format!("RFB 003.00{}\n", self.minor).as_bytes())))
    }

    /// Version 3.3: the server decides.
    fn type_given(&mut self, reader: &mut Reader<'_>) -> Result<Option<Step>, RfbError> {
        let Some(kind) = reader.u32() else { return Ok(None) };
        if kind == INVALID {
            self.state = State::Reason;
            return Ok(None);
        }
        let kind = self.choose(&[kind])?;
        if kind != NONE && kind != VNC_AUTH {
            return Err(RfbError::Security(vec![kind]));
        }
        self.state = State::Begin { kind };
        Ok(None)
    }

    fn types(&mut self, reader: &mut Reader<'_>) -> Result<Option<Step>, RfbError> {
        let Some(count) = reader.u8() else { return Ok(None) };
        if count == 0 {
            self.state = State::Reason;
            return Ok(None);
        }
        let Some(types) = reader.take(count.into()) else { return Ok(None) };
        let types: Vec<u32> = types.iter().map(|kind| u32::from(*kind)).collect();
        let kind = self.choose(&types)?;
        self.state = if kind == VENCRYPT { State::VencryptVersion } else { State::Begin { kind } };
        Ok(Some(send(&[u8::try_from(kind).unwrap_or_default()])))
    }

    /// The best of what is offered that can be used: a name before a password, and nothing in the clear where
    /// encryption was agreed upon beforehand.
    fn choose(&self, offered: &[u32]) -> Result<u32, RfbError> {
        let named = self.login.is_named();
        let (pinned, sealed) = (self.login.pinned, self.login.pinned && self.login.password.is_some());
        // Who is known by a certificate or a key has to show it: anybody could offer something else.
        let clear = !pinned;
        let usable = [
            (VENCRYPT, pinned),
            (RA2_256, sealed),
            (RA2, sealed),
            // Proof of the machine and a secret login, but what follows can be read on the way, as with all below.
            (RA2NE_256, sealed),
            (RA2NE, sealed),
            (APPLE, clear && named),
            (VNC_AUTH, clear && self.login.password.is_some()),
            (NONE, clear && self.login.none),
        ];
        let mut usable = usable.iter().filter(|(_, usable)| *usable).map(|(kind, _)| *kind);
        usable.find(|kind| offered.contains(kind)).ok_or_else(|| RfbError::Security(offered.to_vec()))
    }

    fn vencrypt_types(&mut self, reader: &mut Reader<'_>) -> Result<Option<Step>, RfbError> {
        let Some(refused) = reader.u8() else { return Ok(None) };
        if refused != 0 {
            return Err(RfbError::Security(vec![VENCRYPT]));
        }
        let Some(count) = reader.u8() else { return Ok(None) };
        let Some(bytes) = reader.take(usize::from(count).saturating_mul(4)) else { return Ok(None) };
        let (offered, _) = bytes.as_chunks::<4>();
        let offered: Vec<u32> = offered.iter().map(|kind| u32::from_be_bytes(*kind)).collect();
        let named = self.login.is_named();
        let usable = [
            (X509_PLAIN, named),
            (X509_VNC, self.login.password.is_some()),
            // The certificate is known, so this is the right machine; whether it may let in anybody is policy.
            (X509_NONE, self.login.none),
        ];
        let mut usable = usable.iter().filter(|(_, usable)| *usable).map(|(kind, _)| *kind);
        let Some(subtype) = usable.find(|kind| offered.contains(kind)) else {
            return Err(RfbError::Security(offered));
        };
        self.state = State::VencryptAck { subtype };
        Ok(Some(send(&subtype.to_be_bytes())))
    }

    /// The security type is agreed upon.
    fn begin(&mut self, kind: u32) -> Option<Step> {
        if let Some(strength) = Strength::of(kind) {
            (self.exchange, self.state) = (Exchange::Key(strength), State::Ra2);
            return None;
        }
        match kind {
            VNC_AUTH => self.state = State::Challenge,
            APPLE => self.state = State::AppleKeys,
            X509_PLAIN => {
                self.state = State::Result;
                return Some(Step::Send(self.login.plain()));
            }
            // Before 3.8 a server without a login says nothing more.
            _ if self.minor < 8 => return Some(self.shared()),
            _ => self.state = State::Result,
        }
        None
    }

    fn result(&mut self, reader: &mut Reader<'_>) -> Result<Option<Step>, RfbError> {
        let Some(result) = reader.u32() else { return Ok(None) };
        match result {
            0 => return Ok(Some(self.shared())),
            2 => return Err(RfbError::Login("too many attempts".into())),
            _ if self.minor < 8 => return Err(RfbError::Login(String::new())),
            _ => {}
        }
        self.refusal = RfbError::Login;
        self.state = State::Reason;
        Ok(None)
    }

    /// Nobody who looks at the machine already is sent away.
    fn shared(&mut self) -> Step {
        self.state = State::Init;
        send(&[1])
    }

    fn init(&mut self, reader: &mut Reader<'_>) -> Result<Option<Step>, RfbError> {
        let head = (|| Some((reader.u16()?, reader.u16()?, reader.take(16)?)))();
        let Some((width, height, _format)) = head else { return Ok(None) };
        let Some(name) = string(reader, "the desktop's name")? else { return Ok(None) };
        if !is_screen_size(width, height) {
            return Err(RfbError::ScreenSize(width, height));
        }
        self.state = State::Over;
        Ok(Some(Step::Ready(ServerInit { width, height, name: text(name), is_apple: self.is_apple })))
    }
}

fn send(bytes: &[u8]) -> Step {
    Step::Send(Zeroizing::new(bytes.to_vec()))
}

/// A u32 length and as many bytes.
fn string<'a>(reader: &mut Reader<'a>, what: &'static str) -> Result<Option<&'a [u8]>, RfbError> {
    let Some(length) = reader.u32() else { return Ok(None) };
    let most = limits::RFB_STRING_BYTES;
    match usize::try_from(length) {
        Ok(length) if length <= most => Ok(reader.take(length)),
        _ => Err(RfbError::TooLong { what, bytes: length.into() }),
    }
}
