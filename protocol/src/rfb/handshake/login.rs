//! What to log in with, and what is allowed.

use zeroize::Zeroizing;

/// What to log in with, and what is allowed.
#[derive(Clone, Default)]
pub struct Login {
    /// User name, for the types that take one.
    pub username: Option<String>,
    /// Password.
    pub password: Option<Zeroizing<String>>,
    /// Whether a server without a login is taken.
    pub none: bool,
    /// Whether the caller knows what proves the server: its certificate, with which it speaks TLS, or its RSA key.
    pub pinned: bool,
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Login(***)")
    }
}

impl Login {
    pub(super) fn is_named(&self) -> bool {
        self.username.is_some() && self.password.is_some()
    }

    pub(super) fn username(&self) -> &str {
        self.username.as_deref().unwrap_or_default()
    }

    pub(super) fn password(&self) -> &str {
        self.password.as_ref().map_or("", |password| password.as_str())
    }

    /// VeNCrypt's Plain (rfbproto, section 7.2.13): both lengths, then both texts.
    pub(super) fn plain(&self) -> Zeroizing<Vec<u8>> {
        let (user, password) = (self.username(), self.password());
        let length = |text: &str| u32::try_from(text.len()).unwrap_or(u32::MAX).to_be_bytes();
        Zeroizing::new(
            [&length(user)[..], &length(password)[..], user.as_bytes(), password.as_bytes()].concat(),
        )
    }
}

/// Randomness, 640 bytes of it: a private key or number, and the padding of what is sent with it.
pub struct Random(pub Zeroizing<[u8; 640]>);
