//! Logging in with an OpenSSH certificate (PROTOCOL.certkeys). russh's own way knows for RSA only
//! SHA-1, which sshd has refused since 8.8; with a signer the hash can be said.

use std::sync::Arc;

use russh::client::{AuthResult, Handle};
use russh::keys::agent::AgentIdentity;
use russh::keys::signature::Signer as _;
use russh::keys::ssh_encoding::Encode as _;
use russh::keys::ssh_key::private::KeypairData;
use russh::keys::{Certificate, HashAlg, PrivateKey};
use russh::{AgentAuthError, Signer};

use super::connect::HostKey;

/// Logs in as `user`.
pub(super) async fn log_in(
    handle: &mut Handle<HostKey>,
    user: &str,
    key: Arc<PrivateKey>,
    certificate: Certificate,
) -> Result<AuthResult, russh::Error> {
    let hash = match key.algorithm().is_rsa() {
        true => handle.best_supported_rsa_hash().await?.flatten(),
        false => None,
    };
    let result = handle.authenticate_certificate_with(user, certificate, hash, &mut Key(key)).await;
    result.map_err(|error| match error {
        AgentAuthError::Send(_) => russh::Error::SendError,
        AgentAuthError::Key(error) => error.into(),
    })
}

struct Key(Arc<PrivateKey>);

impl Signer for Key {
    type Error = AgentAuthError;

    /// `message` with the signature behind it.
    async fn auth_sign(
        &mut self,
        _: &AgentIdentity,
        hash: Option<HashAlg>,
        mut message: Vec<u8>,
    ) -> Result<Vec<u8>, AgentAuthError> {
        let signed = match self.0.key_data() {
            KeypairData::Rsa(pair) => (pair, hash).try_sign(&message),
            other => other.try_sign(&message),
        };
        let signature = signed.map_err(russh::keys::ssh_key::Error::from).and_then(|signature| {
            let mut bytes = Vec::new();
            signature.encode(&mut bytes)?;
            bytes.encode(&mut message)?;
            Ok(())
        });
        signature.map_err(russh::keys::Error::from)?;
        Ok(message)
    }
}
