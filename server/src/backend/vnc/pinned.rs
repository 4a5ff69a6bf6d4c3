//! TLS with a machine whose certificate is known by its hash: there is no authority to ask in a build's network.

use std::sync::{Arc, Mutex, PoisonError};

use ::ring::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::backend::BackendError;

/// A certificate's or key's hash, as registrations write it.
pub(super) fn fingerprint(certificate: &[u8]) -> String {
    format!("SHA256:{}", STANDARD_NO_PAD.encode(digest(&SHA256, certificate)))
}

/// Speaks TLS on `stream` with whoever has one of the certificates `pins`.
pub(super) async fn secured<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    pins: &[String],
) -> Result<TlsStream<S>, BackendError> {
    let provider = Arc::new(ring::default_provider());
    let seen = Arc::new(Mutex::new(None));
    let verifier = Pinned { pins: pins.to_vec(), seen: Arc::clone(&seen), provider: Arc::clone(&provider) };
    let broken = |_| BackendError::Unreachable("it did not speak TLS as expected".into());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(broken)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    config.enable_sni = false;
    let name =
        ServerName::try_from("machine").map_err(|_| BackendError::Unreachable("no name for TLS".into()))?;
    TlsConnector::from(Arc::new(config)).connect(name, stream).await.map_err(|error| {
        tracing::debug!(%error, "no TLS");
        match seen.lock().unwrap_or_else(PoisonError::into_inner).take() {
            Some(fingerprint) => BackendError::HostKey(fingerprint),
            None => BackendError::Unreachable("it did not speak TLS as expected".into()),
        }
    })
}

/// Takes the certificates that were registered, and no other; names and dates mean nothing here.
#[derive(Debug)]
struct Pinned {
    pins: Vec<String>,
    /// The one that was refused.
    seen: Arc<Mutex<Option<String>>>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let fingerprint = fingerprint(end_entity);
        if self.pins.contains(&fingerprint) {
            return Ok(ServerCertVerified::assertion());
        }
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(fingerprint);
        Err(Error::General("another certificate".into()))
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
