//! From the file's text and the environment to a [`Config`].

mod keys;

use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use toml::Spanned;

use super::environment::{STORE_PASSWORD, STORE_URL};
use super::issuer::IssuerFile;
use super::recordings::RecordingsFile;
use super::sections::between;
use super::service_key::ServiceKeyFile;
use super::webhook::WebhookFile;
use super::{
    Config, ConfigError, Environment, Issuer, Limits, Listen, Log, Machines, Origin, StoreConfig, Web,
};
use crate::access::Policy;
use crate::keys::Secret;

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
    recordings: RecordingsFile,
    #[serde(default)]
    machines: Machines,
    #[serde(default)]
    log: Log,
    #[serde(default)]
    service_keys: Vec<Spanned<ServiceKeyFile>>,
    #[serde(default)]
    webhooks: Vec<Spanned<WebhookFile>>,
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
        let store = self.store(file.store)?;
        Ok(Config {
            listen,
            web: file.web,
            recordings: file.recordings.read(&self.directory, &store.url),
            store,
            keys: self.keys(file.keys)?,
            policy: file.policy,
            limits: file.limits,
            machines: file.machines,
            log: file.log,
            service_keys: self.service_keys(file.service_keys)?,
            webhooks: self.webhooks(file.webhooks)?,
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
