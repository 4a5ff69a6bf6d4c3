//! Writing new keys to files that only their owner can read.

use std::fs::{DirBuilder, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use super::{KeyError, SealKey, TokenKey};

/// Where new keys were written.
#[derive(Debug)]
pub struct KeyFiles {
    /// The key that signs tokens (`token.pem`).
    pub token: PathBuf,
    /// The key that seals the store (`seal.key`).
    pub seal: PathBuf,
}

/// Makes a token key and a sealing key in `directory`, which is made where there is none.
///
/// The files get mode 0600. Those that exist are left alone unless `force` is set.
///
/// # Errors
///
/// [`KeyError::Exists`], [`KeyError::Write`] and [`KeyError::Random`].
pub fn write_key_files(directory: &Path, force: bool) -> Result<KeyFiles, KeyError> {
    let files = KeyFiles { token: directory.join("token.pem"), seal: directory.join("seal.key") };
    let there = [&files.token, &files.seal].into_iter().find(|path| path.exists());
    if let Some(path) = there.filter(|_| !force) {
        return Err(KeyError::Exists(path.display().to_string()));
    }
    let (token, seal) = (TokenKey::generate()?, SealKey::generate()?);
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(directory)
        .map_err(|cause| failed(directory, cause))?;
    write(&files.token, &token.to_pem())?;
    write(&files.seal, &seal.to_text())?;
    Ok(files)
}

/// Writes beside the target and renames, so that nobody ever reads half a key.
fn write(path: &Path, text: &str) -> Result<(), KeyError> {
    let beside = path.with_extension("new");
    let write = || {
        let _ = std::fs::remove_file(&beside);
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        std::fs::rename(&beside, path)
    };
    write().map_err(|cause| failed(path, cause))
}

fn failed(path: &Path, cause: std::io::Error) -> KeyError {
    KeyError::Write { path: path.display().to_string(), cause }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn new_keys_can_be_read_by_their_owner_only_and_are_not_replaced_unasked() {
        let place = tempfile::tempdir().unwrap();
        let directory = place.path().join("keys");
        let files = write_key_files(&directory, false).unwrap();
        for path in [&files.token, &files.seal] {
            assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
        }
        let first = std::fs::read_to_string(&files.seal).unwrap();
        assert!(SealKey::parse(&first).is_ok());
        assert!(TokenKey::parse_pem(&std::fs::read_to_string(&files.token).unwrap()).is_ok());

        assert!(matches!(write_key_files(&directory, false), Err(KeyError::Exists(_))));
        assert_eq!(std::fs::read_to_string(&files.seal).unwrap(), first);
        write_key_files(&directory, true).unwrap();
        assert_ne!(std::fs::read_to_string(&files.seal).unwrap(), first);
    }

    #[test]
    fn a_directory_that_cannot_be_made_is_named() {
        let error = write_key_files(Path::new("/proc/none/keys"), false).unwrap_err();
        assert!(error.to_string().starts_with("cannot write /proc/none/keys: "), "{error}");
    }
}
