//! The JSON of a token, read strictly.

use std::fmt;

use jiff::Timestamp;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::{Issuer, LEEWAY_S, LIFE_S, TokenError};
use crate::access::admin::AdminGrant;
use crate::access::{BuildId, Capabilities, Capability, Grant, Person};

/// Longest text of a claim, in bytes.
const TEXT_BYTES: usize = 256;

/// One JSON object in which nothing stands twice, at any depth.
#[derive(Debug)]
pub(super) struct Object(Map<String, Value>);

impl Object {
    /// Reads all of `json`.
    pub(super) fn parse(json: &[u8]) -> Result<Self, TokenError> {
        match serde_json::from_slice(json) {
            Ok(Once(Value::Object(map))) => Ok(Self(map)),
            _ => Err(TokenError::Malformed),
        }
    }

    /// Whether there is such a member, whatever it holds.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// A text of 1 to 256 bytes without control characters.
    pub(super) fn text(&self, name: &'static str) -> Result<&str, TokenError> {
        let text = self.0.get(name).and_then(Value::as_str);
        text.filter(|text| sound(text)).ok_or(TokenError::Claim(name))
    }

    /// The texts of a list.
    fn texts(&self, name: &'static str) -> Result<Vec<&str>, TokenError> {
        let list = self.0.get(name).and_then(Value::as_array);
        let texts = list.and_then(|list| list.iter().map(Value::as_str).collect());
        texts.ok_or(TokenError::Claim(name))
    }

    /// Whole seconds since 1970.
    fn second(&self, name: &'static str) -> Result<i64, TokenError> {
        self.0.get(name).and_then(Value::as_i64).ok_or(TokenError::Claim(name))
    }
}

/// Whether a text may be shown and stored: neither empty nor long, nothing that steers a screen.
pub(super) fn sound(text: &str) -> bool {
    (1..=TEXT_BYTES).contains(&text.len()) && !text.chars().any(char::is_control)
}

/// When the token ends, if it is for us and its time is now.
fn meant(claims: &Object, issuer: &Issuer, now: Timestamp) -> Result<Timestamp, TokenError> {
    let audience = issuer.aud.as_str();
    let meant = match claims.0.get("aud") {
        Some(Value::String(one)) => one == audience,
        Some(Value::Array(_)) => claims.texts("aud")?.contains(&audience),
        _ => return Err(TokenError::Claim("aud")),
    };
    if !meant {
        return Err(TokenError::Audience);
    }
    let expires_at = time(claims, now)?;
    claims.text("jti")?;
    Ok(expires_at)
}

fn person(claims: &Object) -> Result<Person, TokenError> {
    Ok(Person { sub: claims.text("sub")?.to_owned(), name: claims.text("name")?.to_owned() })
}

/// The administrator in claims whose signature was found right.
pub(super) fn admin(claims: &Object, issuer: &Issuer, now: Timestamp) -> Result<AdminGrant, TokenError> {
    let expires_at = meant(claims, issuer, now)?;
    Ok(AdminGrant { id: claims.text("sid")?.to_owned(), person: person(claims)?, expires_at })
}

/// The grant in claims whose signature was found right.
pub(super) fn grant(claims: &Object, issuer: &Issuer, now: Timestamp) -> Result<Grant, TokenError> {
    let expires_at = meant(claims, issuer, now)?;
    let ours = |name: &'static str| match claims.has(name) {
        true if issuer.ours => Ok(Some(claims.text(name)?.to_owned())),
        true => Err(TokenError::Claim(name)),
        false => Ok(None),
    };
    let (share, admin) = (ours("share")?, ours("admin")?);
    let said_at = Timestamp::from_second(claims.second("iat")?).map_err(|_| TokenError::Claim("iat"))?;
    let build = claims.text("build")?.to_owned();
    let build = BuildId::try_from(build).map_err(|_| TokenError::Claim("build"))?;
    let known = |name: &str| Capability::ALL.iter().find(|known| known.name() == name).copied();
    let capabilities = claims.texts("caps")?.into_iter().map(known).collect::<Option<Capabilities>>();
    Ok(Grant {
        build,
        person: person(claims)?,
        capabilities: capabilities.ok_or(TokenError::Claim("caps"))?,
        epoch: claims.0.get("epoch").and_then(Value::as_u64).ok_or(TokenError::Claim("epoch"))?,
        expires_at,
        share,
        admin,
        said_at: Some(said_at).filter(|_| !issuer.ours),
    })
}

/// When the token ends, if its time is now.
fn time(claims: &Object, now: Timestamp) -> Result<Timestamp, TokenError> {
    let (iat, nbf, exp) = (claims.second("iat")?, claims.second("nbf")?, claims.second("exp")?);
    let now = now.as_second();
    let life = exp.checked_sub(iat).ok_or(TokenError::Claim("exp"))?;
    if life <= 0 {
        return Err(TokenError::Claim("exp"));
    }
    if life > LIFE_S {
        return Err(TokenError::TooLong);
    }
    if nbf >= exp {
        return Err(TokenError::Claim("nbf"));
    }
    if exp.saturating_add(LEEWAY_S) <= now {
        return Err(TokenError::Expired);
    }
    if iat.max(nbf) > now.saturating_add(LEEWAY_S) {
        return Err(TokenError::NotYet);
    }
    Timestamp::from_second(exp).map_err(|_| TokenError::Claim("exp"))
}

/// Any JSON value in which no member of an object stands twice. `serde_json` by itself takes the
/// last one, and another reader perhaps the first.
struct Once(Value);

impl<'de> Deserialize<'de> for Once {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OnceVisitor).map(Self)
    }
}

struct OnceVisitor;

impl<'de> Visitor<'de> for OnceVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON without repeated members")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Once(value)) = seq.next_element()? {
            list.push(value);
        }
        Ok(list.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some((name, Once(value))) = members.next_entry::<String, Once>()? {
            if map.insert(name, value).is_some() {
                return Err(A::Error::custom("a member stands twice"));
            }
        }
        Ok(map.into())
    }
}
