//! From the file's text and the environment to a [`Config`].

use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use super::environment::{SEAL_KEY, SERVICE_KEY, STORE_PASSWORD, STORE_URL, TOKEN_KEY};
use super::issuer::IssuerFile;
use super::sections::between;
use super::service_key::{ServiceKeyFile, Source};
use super::{Config, ConfigError, Environment, Issuer, Keys, Limits, Listen, Log, Machines, Origin};
use super::{ServiceKey, StoreConfig, Web};
use crate::access::Policy;
use crate::keys::{KeyError, SealKey, Secret, SecretHash, TokenKey};

/// The file as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    public_url: Origin,
    #[serde(default)]
    listen: Listen,
    #[serde(default)]
    web: Web,
    #[serde(default)]
    store: StoreFile,
    #[serde(default)]
    keys: KeysFile,
    #[serde(default)]
    policy: Policy,
    #[serde(default)]
    limits: Limits,
    #[serde(default)]
    machines: Machines,
    #[serde(default)]
    log: Log,
    #[serde(default)]
    service_keys: Vec<Spanned<ServiceKeyFile>>,
    #[serde(default)]
    issuers: Vec<Spanned<IssuerFile>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct StoreFile {
    url: Option<Spanned<String>>,
    #[serde(deserialize_with = "between::<_, 1, 100>")]
    connections: u64,
}

impl Default for StoreFile {
    fn default() -> Self {
        Self { url: None, connections: 8 }
    }
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct KeysFile {
    directory: Option<PathBuf>,
    token: Option<Vec<Spanned<PathBuf>>>,
    seal: Option<Vec<Spanned<PathBuf>>>,
}

impl Config {
    /// Reads the file at `path` and all that it names, and takes secrets from `environment`.
    ///
    /// # Errors
    ///
    /// [`ConfigError`] with the place in the file, the variable or the file that is wrong.
    pub fn load(path: &Path, environment: &Environment) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|cause| unreadable(path, cause))?;
        let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let directory = std::path::absolute(directory.unwrap_or(Path::new(".")));
        let directory = directory.map_err(|cause| unreadable(path, cause))?;
        Reader { path, text: &text, directory, environment }.read()
    }
}

struct Reader<'a> {
    path: &'a Path,
    text: &'a str,
    directory: PathBuf,
    environment: &'a Environment,
}

impl Reader<'_> {
    fn read(&self) -> Result<Config, ConfigError> {
        let file: File = toml::from_str(self.text).map_err(|error| {
            let message = error.message().trim().replace('\n', ", ");
            let message = message.replacen("unknown field", "unknown key", 1).replacen(
                "missing field",
                "missing key",
                1,
            );
            self.wrong(error.span().unwrap_or_default(), message)
        })?;
        let mut listen = file.listen;
        if let Some(tls) = &mut listen.tls {
            tls.certificate = self.directory.join(&tls.certificate);
            tls.key = self.directory.join(&tls.key);
        }
        Ok(Config {
            listen,
            web: file.web,
            store: self.store(file.store)?,
            keys: self.keys(file.keys)?,
            policy: file.policy,
            limits: file.limits,
            machines: file.machines,
            log: file.log,
            service_keys: self.service_keys(file.service_keys)?,
            issuers: self.issuers(file.issuers, &file.public_url)?,
            public_url: file.public_url,
        })
    }

    fn store(&self, file: StoreFile) -> Result<StoreConfig, ConfigError> {
        let connections = u32::try_from(file.connections).unwrap_or(u32::MAX);
        let (url, refuse): (String, Box<dyn Fn(String) -> ConfigError + '_>) =
            match (self.environment.get(STORE_URL), file.url) {
                (Some(url), _) => (url.expose().clone(), Box::new(|message| variable(STORE_URL, message))),
                (None, Some(url)) => {
                    let span = url.span();
                    (url.into_inner(), Box::new(move |message| self.wrong(span.clone(), message)))
                }
                (None, None) => {
                    ("sqlite:transom.db".to_owned(), Box::new(|message| self.wrong(0..0, message)))
                }
            };
        let mut password = self.environment.get(STORE_PASSWORD).cloned();
        if let Some(file) = url.strip_prefix("sqlite:") {
            let file = file.strip_prefix("//").unwrap_or(file);
            if file == ":memory:" {
                return Ok(StoreConfig { url, password: None, connections: 1 });
            }
            if file.is_empty() || file.contains(['?', '#', '%']) {
                return Err(refuse("expected `sqlite:` and the path of a file, without ? # %".to_owned()));
            }
            let url = format!("sqlite:{}", self.directory.join(file).display());
            return Ok(StoreConfig { url, password: None, connections });
        }
        let parsed =
            reqwest::Url::parse(&url).ok().filter(|url| matches!(url.scheme(), "postgres" | "postgresql"));
        let Some(mut parsed) = parsed else {
            return Err(refuse("expected `sqlite:transom.db` or `postgres://user@host/database`".to_owned()));
        };
        if let Some(written) = parsed.password() {
            let written =
                percent_decode(written).ok_or_else(|| refuse("the password is not UTF-8".to_owned()))?;
            password = password.or(Some(Secret::new(written)));
            parsed.set_password(None).map_err(|()| refuse("a password needs a host".to_owned()))?;
        }
        Ok(StoreConfig { url: parsed.into(), password, connections })
    }

    fn keys(&self, file: KeysFile) -> Result<Keys, ConfigError> {
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

    fn service_keys(&self, entries: Vec<Spanned<ServiceKeyFile>>) -> Result<Vec<ServiceKey>, ConfigError> {
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

    fn issuers(&self, entries: Vec<Spanned<IssuerFile>>, own: &Origin) -> Result<Vec<Issuer>, ConfigError> {
        let read = |entry: Spanned<IssuerFile>| {
            let span = entry.span();
            let refuse = |message| self.wrong(span.clone(), message);
            let IssuerFile { iss, audience, algorithms, keys, jwks_url } = entry.into_inner();
            if iss == own.as_str() {
                return Err(refuse("`iss` is this server's own `public_url`".to_owned()));
            }
            let keys = keys.iter().map(|path| match self.named_file(path, &refuse)?.1 {
                text if text.contains("-----BEGIN PUBLIC KEY-----") => Ok(text),
                _ => Err(refuse(format!("{} is no public key in PEM", path.display()))),
            });
            let keys = keys.collect::<Result<_, _>>()?;
            let audience = audience.unwrap_or_else(|| own.to_string());
            Ok(Issuer { iss, audience, algorithms, keys, jwks_url })
        };
        entries.into_iter().map(read).collect()
    }

    fn named_file(
        &self,
        path: &Path,
        refuse: &dyn Fn(String) -> ConfigError,
    ) -> Result<(PathBuf, String), ConfigError> {
        let path = self.directory.join(path);
        let text = std::fs::read_to_string(&path);
        let text = text.map_err(|cause| refuse(format!("cannot read {}: {cause}", path.display())))?;
        Ok((path, text))
    }

    fn wrong(&self, span: Range<usize>, message: String) -> ConfigError {
        let before = self.text.get(..span.start).unwrap_or_default();
        let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
        let line = before.matches('\n').count() + 1;
        ConfigError::Wrong { path: self.path.display().to_string(), line, column, message }
    }
}

fn unreadable(path: &Path, cause: std::io::Error) -> ConfigError {
    ConfigError::Unreadable { path: path.display().to_string(), cause }
}

fn variable(name: &str, message: String) -> ConfigError {
    ConfigError::Variable { name: name.to_owned(), message }
}

/// `text` with its percent escapes undone, where the outcome is UTF-8.
fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        bytes.push(match byte {
            b'%' => digit(rest.next()?)? << 4 | digit(rest.next()?)?,
            plain => plain,
        });
    }
    String::from_utf8(bytes).ok()
}
