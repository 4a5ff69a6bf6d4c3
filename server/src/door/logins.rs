//! What proves who somebody is: tokens, codes, renewals, keys. Whoever shows what nobody gave out is slowed down.
//!
//! A signed token or a key that is good opens the door whatever others at the same address have tried: it is
//! checked first, and costs no look into the store. Codes and renewals are looked up, so they wait.

use std::net::IpAddr;
use std::sync::{MutexGuard, PoisonError};

use transom_protocol::problem::Problem;

use super::{Door, Refused};
use crate::access::Grant;
use crate::access::brake::Brake;

impl Door {
    /// Opens a token of somebody at `address`.
    pub(super) async fn open_token(&self, token: &str, address: Option<IpAddr>) -> Result<Grant, Refused> {
        match self.0.jwks.open(&self.0.verifier, token, self.now()).await {
            Ok(grant) => {
                self.was_good(address);
                Ok(grant)
            }
            Err(error) if error.is_guess() => Err(self.was_guessed(address, error.into())),
            Err(error) => Err(error.into()),
        }
    }

    /// Whether somebody at `address` may try something that has to be looked up.
    pub(super) fn may_try(&self, address: Option<IpAddr>) -> Result<(), Refused> {
        let now = self.now();
        address.map_or(Ok(()), |address| self.logins().check(address, now).map_err(too_early))
    }

    /// Somebody at `address` has shown what is good.
    pub(super) fn was_good(&self, address: Option<IpAddr>) {
        if let Some(address) = address {
            self.logins().forgive(address, self.now());
        }
    }

    /// Somebody at `address` has shown what nobody gave out: what they are told.
    #[must_use]
    pub fn was_guessed(&self, address: Option<IpAddr>, refused: Refused) -> Refused {
        let Some(address) = address else { return refused };
        let (now, mut logins) = (self.now(), self.logins());
        if let Err(seconds) = logins.check(address, now) {
            return too_early(seconds);
        }
        logins.missed(address, now);
        refused
    }

    fn logins(&self) -> MutexGuard<'_, Brake> {
        self.0.logins.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn too_early(seconds: u64) -> Refused {
    let detail = format!("Too many attempts from your address. Try again in {seconds} s.");
    Refused { retry_after_s: Some(seconds), ..Refused::because(Problem::TooMany, detail) }
}
