//! Keys: from the environment, or from files that the configuration names.

use std::path::{Path, PathBuf};

use toml::Spanned;

use super::{KeysFile, Reader, variable};
use crate::config::environment::{SEAL_KEY, SERVICE_KEY, TOKEN_KEY};
use crate::config::service_key::{ServiceKeyFile, Source};
use crate::config::webhook::WebhookFile;
use crate::config::{ConfigError, Keys, ServiceKey, Webhook};
use crate::keys::{HookSecret, KeyError, SealKey, Secret, SecretHash, TokenKey};

impl Reader<'_> {
    pub(super) fn keys(&self, file: KeysFile) -> Result<Keys, ConfigError> {
        let directory = self.directory.join(file.directory.unwrap_or_else(|| PathBuf::from("keys")));
        let mut files = Vec::new();
        let token = self.kind_of_key(
            TOKEN_KEY,
            file.token,
            &directory.join("token.pem"),
            &mut files,
            TokenKey::parse_pem,
        )?;
        let seal =
            self.kind_of_key(SEAL_KEY, file.seal, &directory.join("seal.key"), &mut files, |text| {
                text.split([',', '\n']).filter(|part| !part.trim().is_empty()).map(SealKey::parse).collect()
            })?;
        Ok(Keys { token, seal, files })
    }

    /// Those of the environment first, then those of the named files; where there are neither, the
    /// file at the usual place.
    fn kind_of_key<K>(
        &self,
        name: &str,
        named: Option<Vec<Spanned<PathBuf>>>,
        usual: &Path,
        files: &mut Vec<PathBuf>,
        parse: impl Fn(&str) -> Result<Vec<K>, KeyError>,
    ) -> Result<Vec<K>, ConfigError> {
        let mut keys = Vec::new();
        let mut add = |text: Secret, refuse: &dyn Fn(String) -> ConfigError| {
            let more = parse(text.expose()).map_err(|error| refuse(error.to_string()))?;
            if more.is_empty() {
                return Err(refuse("there is no key in it".to_owned()));
            }
            keys.extend(more);
            Ok(())
        };
        if let Some(text) = self.environment.get(name) {
            add(text.clone(), &|message| variable(name, message))?;
        } else if named.as_ref().is_none_or(Vec::is_empty) {
            let key = |message| ConfigError::Key { path: usual.display().to_string(), message };
            let hint = |cause| key(format!("{cause}; `transom keys` makes keys, {name} brings them"));
            let text = std::fs::read_to_string(usual).map_err(hint)?;
            add(Secret::new(text), &key)?;
            files.push(usual.to_owned());
        }
        for file in named.into_iter().flatten() {
            let refuse = |message| self.wrong(file.span(), message);
            let (path, text) = self.named_file(file.get_ref(), &refuse)?;
            add(Secret::new(text), &refuse)?;
            files.push(path);
        }
        Ok(keys)
    }

    pub(super) fn service_keys(
        &self,
        entries: Vec<Spanned<ServiceKeyFile>>,
    ) -> Result<Vec<ServiceKey>, ConfigError> {
        let mut keys: Vec<ServiceKey> = Vec::new();
        let mut taken = Vec::new();
        for entry in entries {
            let span = entry.span();
            let refuse = |message: String| self.wrong(span.clone(), message);
            let entry = entry.into_inner();
            if keys.iter().any(|key| key.name == entry.name) {
                return Err(refuse(format!("there are two service keys called `{}`", entry.name)));
            }
            let hash = match entry.source().map_err(|message| refuse(message.to_owned()))? {
                Source::File(hash) => hash,
                Source::Variable(name) => {
                    let missing = || refuse(format!("set `sha256`, or the key in the environment as {name}"));
                    let hash = self.hash_of(&name)?.ok_or_else(missing)?;
                    taken.push(name);
                    hash
                }
            };
            keys.push(entry.with_key(hash));
        }
        for name in self.environment.names().filter(|name| !taken.iter().any(|taken| taken == name)) {
            let Some(short) = name.strip_prefix(SERVICE_KEY) else { continue };
            let short = short.to_ascii_lowercase().replace('_', "-");
            if keys.iter().any(|key| key.name == short) {
                return Err(variable(name, format!("the file has a key for `{short}` already")));
            }
            if let Some(hash) = self.hash_of(name)? {
                keys.push(ServiceKey::new(short, hash));
            }
        }
        Ok(keys)
    }

    /// Secrets of webhooks: from files that their entries name, or from the environment.
    pub(super) fn webhooks(&self, entries: Vec<Spanned<WebhookFile>>) -> Result<Vec<Webhook>, ConfigError> {
        let mut hooks: Vec<Webhook> = Vec::new();
        for entry in entries {
            let span = entry.span();
            let refuse = |message: String| self.wrong(span.clone(), message);
            let entry = entry.into_inner();
            if hooks.iter().any(|hook| hook.name == entry.name) {
                return Err(refuse(format!("there are two webhooks called `{}`", entry.name)));
            }
            let mut secrets = Vec::new();
            for file in &entry.secret_files {
                let (path, text) = self.named_file(file, &refuse)?;
                let read = HookSecret::parse_all(&text);
                secrets.extend(read.map_err(|error| refuse(format!("{}: {error}", path.display())))?);
            }
            let name = entry.variable();
            if let Some(text) = self.environment.get(&name) {
                let read = HookSecret::parse_all(text.expose());
                secrets.extend(read.map_err(|error| variable(&name, error.to_string()))?);
            }
            if secrets.is_empty() {
                let how = format!("set `secret_files`, or the secrets in the environment as {name}");
                return Err(refuse(how));
            }
            let files = entry.secret_files.iter().map(|file| self.directory.join(file)).collect();
            hooks.push(entry.with_secrets(secrets, files, name));
        }
        Ok(hooks)
    }

    fn hash_of(&self, name: &str) -> Result<Option<SecretHash>, ConfigError> {
        let Some(key) = self.environment.get(name) else { return Ok(None) };
        if crate::keys::is_service_key(key.expose()) {
            Ok(Some(SecretHash::of(key.expose())))
        } else {
            Err(variable(
                name,
                "expected a key from `transom keys service`: tsk_ and 43 characters".to_owned(),
            ))
        }
    }
}
