//! What a configuration may say, and what is refused with line and key.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use super::*;
use crate::access::Policy;
use crate::keys::{SecretHash, new_service_key, write_key_files};

/// A directory with keys and a configuration file.
struct Place {
    directory: tempfile::TempDir,
    environment: Vec<(String, String)>,
}

impl Place {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        write_key_files(&directory.path().join("keys"), false).unwrap();
        Self { directory, environment: Vec::new() }
    }

    fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn environment(&self) -> Environment {
        self.environment.iter().cloned().collect()
    }

    fn load(&self, text: &str) -> Result<Config, ConfigError> {
        let file = self.path("transom.toml");
        std::fs::write(&file, text).unwrap();
        Config::load(&file, &self.environment())
    }

    /// What is said of `text`, without the path of the file.
    fn refusal(&self, text: &str) -> String {
        let error = self.load(text).unwrap_err().to_string();
        error.replace(&format!("{}/", self.directory.path().display()), "")
    }
}

const LEAST: &str = "public_url = \"https://transom.example\"\n";

#[test]
fn one_line_is_enough_and_everything_else_has_a_default() {
    let place = Place::new();
    let config = place.load(LEAST).unwrap();
    assert_eq!(config.public_url.as_str(), "https://transom.example");
    assert_eq!(config.listen.address.to_string(), "127.0.0.1:8080");
    assert_eq!(config.store.url, format!("sqlite:{}", place.path("transom.db").display()));
    assert_eq!((config.keys.token.len(), config.keys.seal.len()), (1, 1));
    assert_eq!(config.policy, Policy::default());
    assert_eq!((config.limits.sessions_per_build, config.limits.viewers_per_session), (16, 64));
    assert_eq!((config.machines.connect_timeout_s, config.machines.keepalive_s), (10, 15));
    assert!(config.allows_origin("https://transom.example") && !config.allows_origin("https://ci.example"));
}

#[test]
fn every_section_can_be_set() {
    let place = Place::new();
    let config = place.load(
        r#"
        public_url = "https://transom.example"
        listen = { address = "0.0.0.0:443", tls_certificate = "c.pem", tls_key = "/k.pem", trusted_proxies = ["10.0.0.1"], drain_s = 30 }
        web = { origins = ["https://ci.example"], frame_ancestors = ["https://*.ci.example"] }
        store = { url = "sqlite:///var/lib/transom.db", connections = 2 }
        keys = { directory = "keys" }
        machines = { networks = ["127.0.0.0/8"], connect_timeout_s = 3, keepalive_s = 5 }
        policy = { allow_untrusted = true, grace_s = 30, capabilities = ["terminal.view"] }
        limits = { sessions_per_build = 2, viewers_per_session = 3, scrollback_bytes = 65536 }
        log = { format = "json", level = "info,transom_server=debug" }
        "#,
    );
    let config = config.unwrap();
    let tls = config.listen.tls.clone().unwrap();
    assert_eq!((tls.certificate, tls.key), (place.path("c.pem"), PathBuf::from("/k.pem")));
    assert!(config.listen.trusts("::ffff:10.0.0.1".parse().unwrap()));
    assert_eq!(config.store.url, "sqlite:/var/lib/transom.db");
    assert!(config.allows_origin("https://ci.example"));
    assert!(config.machines.networks.allows("127.0.0.1".parse().unwrap()));
    assert_eq!((config.policy.grace_s, config.policy.reattach_s), (30, 600));
    assert_eq!(config.log.format, LogFormat::Json);
}

#[test]
fn a_mistake_is_told_with_its_line_and_its_key() {
    let place = Place::new();
    for (text, expected) in [
        ("[listen]\nportt = 3\n", "3:1: unknown key `portt`, expected one of `address`, `tls_certificate`, "),
        ("[lisen]\n", "2:2: unknown key `lisen`, expected one of `public_url`, "),
        ("[listen]\naddress = 80\n", "3:11: invalid type: integer `80`, expected "),
        ("[listen]\naddress = \"here\"\n", "3:11: invalid socket address syntax"),
        ("[machines]\nconnect_timeout_s = 0\n", "3:21: 0 is out of range, expected 1 to 120"),
        ("[machines]\nkeepalive_s = -1\n", "3:15: -1 is out of range"),
        ("[machines]\nnetworks = [\"ten\"]\n", "3:12: `ten` is no network"),
        ("[listen]\ntls_key = \"k\"\n", "2:1: `tls_certificate` and `tls_key` go together"),
        ("[limits]\nsessions_per_build = 99\n", "3:22: 99 is out of range, expected 1 to 16"),
        ("[policy]\ngrace = 3\n", "3:1: unknown key `grace`"),
        ("[policy]\ncapabilities = [\"root\"]\n", "3:17: unknown variant `root`"),
        ("[log]\nlevel = \"loud\"\n", "3:9: `loud` is no level"),
        ("[store]\nurl = \"mysql://x\"\n", "3:7: expected `sqlite:transom.db` or "),
        ("[store]\nurl = \"sqlite:a?mode=ro\"\n", "3:7: expected `sqlite:` and the path of a file"),
        ("[keys]\nseal = [\"none.key\"]\n", "3:9: cannot read none.key: "),
        ("[keys]\ntoken = [\"transom.toml\"]\n", "3:10: a token key is an Ed25519 key"),
        ("[[service_keys]]\nname = \"CI\"\n", "3:8: such a name has"),
        (
            "[[service_keys]]\nname = \"ci\"\n",
            "2:1: set `sha256`, or the key in the environment as TRANSOM_SERVICE_KEY_CI",
        ),
        (
            "[[service_keys]]\nname = \"ci\"\nenv = \"PATH\"\n",
            "2:1: `env` names a variable that begins with `TRANSOM_`",
        ),
        ("[[service_keys]]\nname = \"ci\"\nsha256 = \"00\"\n", "4:10: a SHA-256 hash has 64"),
        (
            "[[webhooks]]\nname = \"ci\"\nurl = \"https://ci.example/\"\n",
            "2:1: set `secret_files`, or the secrets in the environment as TRANSOM_WEBHOOK_SECRET_CI",
        ),
        (
            "[[webhooks]]\nname = \"ci\"\nurl = \"http://ci.example/\"\n",
            "2:1: `url` is https, or http where `allow_private` is set",
        ),
        (
            "[[webhooks]]\nname = \"ci\"\nurl = \"https://ci.example/\"\nsecret_files = [\"transom.toml\"]\n",
            "2:1: transom.toml: a webhook's secret is whsec_",
        ),
        (
            "[[webhooks]]\nname = \"ci\"\nurl = \"https://ci.example/\"\nevents = [\"access\"]\n",
            "5:11: unknown variant `access`, expected one of `access.enabled`",
        ),
        ("[[issuers]]\niss = \"ci\"\n", "2:1: set one of `keys` and `jwks_url`"),
        ("[[issuers]]\niss = \"ci\"\njwks_url = \"http://ci.example/\"\n", "2:1: `jwks_url` is https"),
        (
            "[[issuers]]\niss = \"ci\"\nkeys = [\"transom.toml\"]\n",
            "2:1: transom.toml is no public key in PEM",
        ),
        ("public_url = 1\n", "2:1: duplicate key"),
        ("x = \n", "2:5: "),
    ] {
        let said = place.refusal(&format!("{LEAST}{text}"));
        let expected = format!("transom.toml:{expected}");
        assert!(said.starts_with(&expected), "{text}\n  said     {said}\n  expected {expected}");
    }
    assert!(place.refusal("").ends_with("missing key `public_url`"));
    assert!(
        place
            .refusal("public_url = \"transom.example\"")
            .starts_with("transom.toml:1:14: expected an address")
    );
}

#[test]
fn secrets_may_come_from_the_environment_and_then_need_no_file() {
    let key = new_service_key().unwrap();
    let seal = |key: &crate::keys::SealKey| key.to_text().trim().to_owned();
    let (first, second) =
        (crate::keys::SealKey::generate().unwrap(), crate::keys::SealKey::generate().unwrap());
    let token = crate::keys::TokenKey::generate().unwrap();
    let place = Place::new()
        .with("TRANSOM_SERVICE_KEY_CI_MAIN", key.expose())
        .with("TRANSOM_SEAL_KEY", &format!("{},{}", seal(&first), seal(&second)))
        .with("TRANSOM_TOKEN_KEY", &token.to_pem())
        .with("TRANSOM_STORE_URL", "postgres://transom:p%40ss@db.example/transom");
    std::fs::remove_dir_all(place.path("keys")).unwrap();
    let config = place.load(LEAST).unwrap();

    assert_eq!(config.service_key(key.expose()).unwrap().name, "ci-main");
    assert_eq!(config.keys.seal.iter().map(|k| &k.id).collect::<Vec<_>>(), [&first.id, &second.id]);
    assert_eq!(config.keys.token[0].id, token.id);
    assert_eq!(config.store.url, "postgres://transom@db.example/transom");
    assert_eq!(config.store.password.as_ref().unwrap().expose(), "p@ss");

    let shown = format!("{config:?}\n{}", check::effective(&config).unwrap());
    for secret in [key.expose().as_str(), &seal(&first), &seal(&second), "p@ss", "p%40ss", "PRIVATE"] {
        assert!(!shown.contains(secret), "{secret} shows in\n{shown}");
    }
    assert!(shown.contains("password = \"***\""));
}

#[test]
fn a_wrong_variable_is_named_and_its_value_is_not() {
    let place = Place::new().with("TRANSOM_SERVICE_KEY_CI", "tsk_guessable");
    let said = place.refusal(LEAST);
    assert!(said.starts_with("environment variable TRANSOM_SERVICE_KEY_CI: expected a key"), "{said}");
    assert!(!said.contains("guessable"));
}

#[test]
fn a_key_may_do_what_its_entry_says_and_the_audit_only_when_asked_for() {
    let (ci, auditor) = (new_service_key().unwrap(), new_service_key().unwrap());
    let place = Place::new().with("TRANSOM_SERVICE_KEY_CI", ci.expose());
    let hash = SecretHash::of(auditor.expose());
    let text = format!(
        "{LEAST}[[service_keys]]\nname = \"auditor\"\nsha256 = \"{}\"\nallow = [\"audit\"]\n[[service_keys]]\nname = \"ci\"\n",
        hash.as_str()
    );
    let config = place.load(&text).unwrap();
    let key = config.service_key(auditor.expose()).unwrap();
    assert!(key.allows(Right::Audit) && !key.allows(Right::Builds));
    let key = config.service_key(ci.expose()).unwrap();
    assert!(key.allows(Right::Tokens) && !key.allows(Right::Audit));
    assert!(config.service_key("tsk_other").is_none());
    let twice = format!("{text}[[service_keys]]\nname = \"ci\"\n");
    assert!(place.refusal(&twice).contains("two service keys called `ci`"));
}

#[test]
fn secrets_of_a_webhook_come_from_files_and_the_environment_and_show_nowhere() {
    let new = || crate::keys::HookSecret::generate().unwrap();
    let (old, newer, other) = (new(), new(), new());
    let both = format!("{},{}", *newer.to_text(), *other.to_text());
    let place = Place::new().with("TRANSOM_WEBHOOK_SECRET_CI", &both);
    let file = place.path("hook.secret");
    std::fs::write(&file, &*old.to_text()).unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    let text = format!(
        "{LEAST}[[webhooks]]\nname = \"ci\"\nurl = \"https://ci.example/hooks\"\n\
         events = [\"access.ready\"]\nsecret_files = [\"hook.secret\"]\n"
    );
    let config = place.load(&text).unwrap();
    let hook = &config.webhooks[0];
    let bytes: Vec<_> = hook.secrets.iter().map(crate::keys::HookSecret::bytes).collect();
    assert_eq!(bytes, [old.bytes(), newer.bytes(), other.bytes()]);
    assert_eq!(hook.events, [crate::access::event::EventKind::AccessReady]);
    let shown = format!("{config:?}\n{}", check::effective(&config).unwrap());
    for secret in [old, newer, other] {
        assert!(!shown.contains(secret.to_text().trim_start_matches("whsec_")), "{shown}");
    }
    assert!(shown.contains("https://ci.example/hooks"));
    let warnings = check::warnings(&config, &place.environment());
    assert!(!warnings.iter().any(|w| w.contains("WEBHOOK") || w.contains("hook.secret")), "{warnings:#?}");
    let twice = format!("{text}{}", text.strip_prefix(LEAST).unwrap());
    assert!(place.refusal(&twice).contains("two webhooks called `ci`"));
}

#[test]
fn a_missing_key_says_how_to_make_one() {
    let place = Place::new();
    std::fs::remove_file(place.path("keys/seal.key")).unwrap();
    let said = place.refusal(LEAST);
    assert!(said.starts_with("keys/seal.key: ") && said.contains("`transom keys` makes keys"), "{said}");
}

#[test]
fn what_is_valid_but_odd_is_warned_of() {
    let place = Place::new().with("TRANSOM_SEALKEY", "typo");
    let seal = place.path("keys/seal.key");
    std::fs::set_permissions(&seal, std::fs::Permissions::from_mode(0o644)).unwrap();
    let config = place.load(
        "public_url = \"http://transom.example\"\n[machines]\nnetworks = [\"127.0.0.0/8\"]\n[store]\nurl = \"sqlite:none/a.db\"\n",
    );
    let warnings = check::warnings(&config.unwrap(), &place.environment());
    for expected in [
        "has no TLS",
        "the loopback",
        "no service key",
        "chmod 600",
        "none does not exist",
        "TRANSOM_SEALKEY",
    ] {
        assert!(warnings.iter().any(|warning| warning.contains(expected)), "{expected} in {warnings:#?}");
    }
    assert_eq!(warnings.len(), 6);
}

#[test]
fn the_effective_configuration_is_toml() {
    let config = Place::new().load(LEAST).unwrap();
    let table: toml::Table = check::effective(&config).unwrap().parse().unwrap();
    assert_eq!(table["policy"]["grace_s"].as_integer(), Some(600));
    assert_eq!(table["keys"]["seal"][0]["bytes"].as_str(), Some("***"));
}
