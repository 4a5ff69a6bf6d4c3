//! TLS where the server speaks it itself.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::TlsAcceptor;

use crate::config::Tls;

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file that cannot be read, or holds something else.
    #[error("cannot read {0}")]
    File(PathBuf),
    /// A key that does not belong to the certificate.
    #[error("certificate and key do not fit together")]
    Pair(#[from] rustls::Error),
}

/// Accepts TLS 1.2 and 1.3 with the configured certificate.
///
/// # Errors
/// [`TlsError`].
pub fn acceptor(tls: &Tls) -> Result<TlsAcceptor, TlsError> {
    let unreadable = |path: &Path| TlsError::File(path.to_owned());
    let chain: Vec<_> = CertificateDer::pem_file_iter(&tls.certificate)
        .and_then(Iterator::collect)
        .map_err(|_| unreadable(&tls.certificate))?;
    let key = PrivateKeyDer::from_pem_file(&tls.key).map_err(|_| unreadable(&tls.key))?;
    let mut config = ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key)?;
    // WebSockets over HTTP/2 need extended CONNECT; HTTP/1.1 carries everything here.
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}
