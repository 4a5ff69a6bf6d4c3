//! The machine of a build: where it is, what proves it, how to log in.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use transom_protocol::problem::Problem;
use utoipa::ToSchema;
use zeroize::Zeroizing;

use super::{Actor, Door, Refused};
use crate::access::BuildId;
use crate::access::build::{BuildRecord, Endpoint, Machine};
use crate::backend::{Backend, Credential, Desktop, Target, Terminal, Terms};

/// Name under which the build's own key is kept.
pub(super) const GENERATED_KEY: &str = "ssh_key";

/// Registration of a machine.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MachineUpdate {
    /// Counts the registrations; one that is not newer than the last is ignored.
    pub version: u64,
    /// Where it listens: one for each protocol.
    pub endpoints: Vec<EndpointUpdate>,
}

/// One way into a machine.
#[derive(Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EndpointUpdate {
    /// `ssh` for terminals and files, `vnc` for the desktop.
    pub protocol: String,
    /// Host name or address, inside the configured networks.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Login name; VNC servers that ask for a password only need none.
    #[serde(default)]
    pub username: String,
    /// What proves that it is this machine. For SSH its host keys, at least one: lines of its `.pub` files, or
    /// `SHA256:` fingerprints. For VNC the `SHA256:` fingerprints of its TLS certificates, base64 of the hash of the
    /// DER form, or of its RSA keys (types `RA2`, `RA2_256` and their `ne`), of the hash of the key as the server sends
    /// it: length in bits (4 bytes), modulus, exponent in as many bytes. `docs/vnc-pins.md` has the commands. With any, a
    /// server that proves itself with none of them is refused; without any, neither TLS nor RSA-AES is spoken.
    #[serde(default)]
    pub host_keys: Vec<String>,
    /// How to log in.
    #[serde(default)]
    pub login: Login,
}

/// How Transom logs in to a machine. Write only.
#[derive(Default, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Login {
    /// With the build's own key, whose public half the reply gives.
    #[default]
    Generated,
    /// With nothing: for VNC servers that let in anybody who reaches them.
    None,
    /// With a password.
    Password {
        /// The password.
        password: String,
    },
    /// With a private key.
    Key {
        /// The key in OpenSSH's, PKCS#8 or PKCS#1 format.
        private_key: String,
        /// Its passphrase.
        #[serde(default)]
        passphrase: Option<String>,
    },
    /// With a private key and an OpenSSH certificate.
    Certificate {
        /// The key.
        private_key: String,
        /// The certificate: the line of its `-cert.pub` file.
        certificate: String,
    },
}

/// What the CI has to put on the machine.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct Install {
    /// Lines for `authorized_keys` of the login name.
    pub authorized_keys: Vec<String>,
}

impl Install {
    /// What the build's machine needs.
    #[must_use]
    pub fn of(record: &BuildRecord) -> Self {
        Self { authorized_keys: record.public_key.clone().into_iter().collect() }
    }
}

impl Door {
    /// Registers the machine of a build.
    ///
    /// # Errors
    /// [`Problem::Malformed`] for what cannot be, [`Problem::TargetRefused`] for an address outside
    /// the configured networks, [`Problem::AccessEnded`] after the end.
    pub async fn register_machine(
        &self,
        id: &BuildId,
        update: &MachineUpdate,
        actor: &Actor,
    ) -> Result<Install, Refused> {
        let result = self.try_register_machine(id, update).await;
        let detail = json!({
            "endpoints": update.endpoints.iter().map(|e| format!("{}://{}:{}", e.protocol, e.host, e.port)).collect::<Vec<_>>(),
        });
        self.note_result(Some(id), actor, "machine.register", &result, detail).await;
        result
    }

    async fn try_register_machine(&self, id: &BuildId, update: &MachineUpdate) -> Result<Install, Refused> {
        for endpoint in &update.endpoints {
            self.check_endpoint(endpoint).await?;
        }
        if update.endpoints.is_empty() || update.endpoints.len() > 8 {
            return Err(Refused::because(Problem::Malformed, "A machine has one to eight endpoints."));
        }
        let entry = self.entry(id).await?;
        let record = entry.record();
        if self.life(&record).state == crate::access::lifecycle::State::Ended {
            return Err(Problem::AccessEnded.into());
        }
        if record.machine.as_ref().is_some_and(|m| m.version >= update.version) {
            return Ok(Install::of(&record));
        }
        for endpoint in &update.endpoints {
            let login = Zeroizing::new(serde_json::to_vec(&endpoint.login).map_err(|_| Problem::Internal)?);
            self.0.store.put_secret(id, &login_name(&endpoint.protocol), &login).await?;
        }
        let now: Timestamp = self.now();
        let machine = Machine {
            version: update.version,
            endpoints: update
                .endpoints
                .iter()
                .map(|e| Endpoint {
                    protocol: e.protocol.clone(),
                    host: e.host.clone(),
                    port: e.port,
                    username: e.username.clone(),
                    pins: e.host_keys.clone(),
                })
                .collect(),
        };
        let ((), entry) = self
            .change(id, |record| {
                if record.machine.as_ref().is_none_or(|m| m.version < machine.version) {
                    record.machine = Some(machine.clone());
                    record.facts.machine_up(&record.policy, now);
                }
                Ok(())
            })
            .await?;
        Ok(Install::of(&entry.record()))
    }

    async fn check_endpoint(&self, endpoint: &EndpointUpdate) -> Result<(), Refused> {
        let refuse = |why: &str| Err(Refused::because(Problem::Malformed, why));
        let plain =
            |t: &str| !t.is_empty() && t.len() <= 255 && !t.chars().any(|c| c.is_control() || c == ' ');
        let Some(Terms { name, has_keys }) = self.0.backends.terms_of(&endpoint.protocol) else {
            return refuse("The machine's protocol is not one that this server speaks.");
        };
        let is_named = plain(&endpoint.username) || (!has_keys && endpoint.username.is_empty());
        if !plain(&endpoint.host) || endpoint.port == 0 || !is_named {
            return refuse("The machine's host, port or user name is not valid.");
        }
        let keys = &endpoint.host_keys;
        if keys.len() > 16 || (has_keys && keys.is_empty()) {
            return refuse(
                "A machine needs one to sixteen host keys, so that no other machine is taken for it.",
            );
        }
        if !keys.iter().all(|k| crate::backend::is_pin(k)) {
            return refuse("A host key is a line of a .pub file or a SHA256: fingerprint.");
        }
        if !has_keys && !keys.iter().all(|k| k.starts_with("SHA256:")) {
            return refuse(&format!("A certificate or key for {name} is known by its SHA256: fingerprint."));
        }
        match (&endpoint.login, has_keys) {
            (Login::None, true) => {
                return refuse(&format!("{name} needs a login: a password, a key or a certificate."));
            }
            (Login::None | Login::Password { .. }, false) | (_, true) => {}
            (_, false) => return refuse(&format!("{name} takes a password, or none.")),
        }
        let secret_fits = match &endpoint.login {
            Login::Generated | Login::None => true,
            Login::Password { password } => (1..=1024).contains(&password.len()),
            Login::Key { private_key, .. } => crate::backend::looks_like_key(private_key),
            Login::Certificate { private_key, certificate } => {
                crate::backend::looks_like_key(private_key) && crate::backend::is_certificate(certificate)
            }
        };
        if !secret_fits {
            return refuse(
                "The machine's login is not valid: the password, key or certificate cannot be read.",
            );
        }
        // Names are looked up again, and checked again, whenever the machine is dialled.
        match self.0.dialer.resolve(&endpoint.host, endpoint.port).await {
            Err(error) if error.problem() == Problem::TargetRefused => Err(Problem::TargetRefused.into()),
            _ => Ok(()),
        }
    }

    /// Whether the build's machine is registered and gives terminals.
    #[must_use]
    pub fn offers_terminal(&self, record: &BuildRecord) -> bool {
        record.machine.as_ref().is_some_and(|m| self.0.backends.terminal_of(&m.endpoints).is_some())
    }

    /// Everything that is needed to open a terminal on the build's machine.
    pub(super) async fn terminal_target(
        &self,
        record: &BuildRecord,
    ) -> Result<(Arc<dyn Backend<Terminal>>, Target), Refused> {
        let machine = record.machine.as_ref().ok_or(Problem::NotReady)?;
        let (endpoint, backend) = self
            .0
            .backends
            .terminal_of(&machine.endpoints)
            .ok_or_else(|| Refused::because(Problem::NotReady, "This machine offers no terminal."))?;
        Ok((backend, self.target(record, endpoint).await?))
    }

    /// Whether the build's machine is registered and gives desktops.
    #[must_use]
    pub fn offers_desktop(&self, record: &BuildRecord) -> bool {
        record.machine.as_ref().is_some_and(|m| self.0.backends.desktop_of(&m.endpoints).is_some())
    }

    /// Everything that is needed to open the desktop of the build's machine.
    pub(super) async fn desktop_target(
        &self,
        record: &BuildRecord,
    ) -> Result<(Arc<dyn Backend<Desktop>>, Target), Refused> {
        let machine = record.machine.as_ref().ok_or(Problem::NotReady)?;
        let (endpoint, backend) = self
            .0
            .backends
            .desktop_of(&machine.endpoints)
            .ok_or_else(|| Refused::because(Problem::NotReady, "This machine offers no desktop."))?;
        Ok((backend, self.target(record, endpoint).await?))
    }

    /// Everything that is needed to reach the files of the build's machine.
    pub(super) async fn files_target(&self, record: &BuildRecord) -> Result<Target, Refused> {
        let machine = record.machine.as_ref().ok_or(Problem::NotReady)?;
        let endpoint = self.0.backends.files_of(&machine.endpoints).ok_or(Problem::FilesUnavailable)?;
        self.target(record, endpoint).await
    }

    async fn target(&self, record: &BuildRecord, endpoint: &Endpoint) -> Result<Target, Refused> {
        let machines = &self.0.config.machines;
        Ok(Target {
            endpoint: endpoint.clone(),
            credential: self.credential(&record.id, &endpoint.protocol).await?,
            platform: record.about.platform,
            build: record.id.clone(),
            session: String::new(),
            build_dir: record.about.build_dir.clone(),
            keepalive: Duration::from_secs(machines.keepalive_s),
            connect_timeout: Duration::from_secs(machines.connect_timeout_s),
            dialer: self.0.dialer.clone(),
        })
    }

    async fn credential(&self, id: &BuildId, protocol: &str) -> Result<Credential, Refused> {
        let stored = self.0.store.secret(id, &login_name(protocol)).await?;
        let login: Login = match stored {
            Some(bytes) => serde_json::from_slice(&bytes).map_err(|_| Problem::Internal)?,
            None => Login::Generated,
        };
        Ok(match login {
            Login::Generated => {
                let key = self.0.store.secret(id, GENERATED_KEY).await?.ok_or(Problem::NotReady)?;
                let pem = String::from_utf8(key.to_vec()).map_err(|_| Problem::Internal)?;
                Credential::Key { pem: Zeroizing::new(pem), passphrase: None }
            }
            Login::None => Credential::None,
            Login::Password { password } => Credential::Password(Zeroizing::new(password)),
            Login::Key { private_key, passphrase } => Credential::Key {
                pem: Zeroizing::new(private_key),
                passphrase: passphrase.map(Zeroizing::new),
            },
            Login::Certificate { private_key, certificate } => {
                Credential::Certificate { pem: Zeroizing::new(private_key), certificate }
            }
        })
    }
}

fn login_name(protocol: &str) -> String {
    format!("login:{protocol}")
}
