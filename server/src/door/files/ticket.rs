//! Tickets: a browser's own download cannot carry an access token, and a token has no place in an address.
//! So the page swaps its token for a ticket to one file: opaque, kept as a hash, good once, for a minute,
//! for no more than its grant and no longer than access.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use transom_protocol::path::MachinePath;
use transom_protocol::problem::Problem;
use transom_protocol::sftp::{Attributes, Kind};

use super::Asked;
use crate::access::{Capability, Grant};
use crate::backend::FileError;
use crate::door::{Actor, Door, Entry, Refused, require};
use crate::keys::SecretHash;
use crate::random;

/// How long a ticket is good.
const TICKET_LIFE: SignedDuration = SignedDuration::from_secs(60);

/// A ticket to a file.
#[derive(Debug)]
pub struct Ticket {
    /// The secret, shown once.
    pub secret: String,
    /// Until when it is good.
    pub expires_at: Timestamp,
    /// The file's canonical path.
    pub path: MachinePath,
    /// What is known of it now.
    pub attributes: Attributes,
}

impl Door {
    /// Gives out a ticket to a file, once it is clear that there is such a file.
    ///
    /// # Errors
    /// Why it could not be downloaded now.
    pub async fn issue_ticket(
        &self,
        grant: &Grant,
        entry: &Arc<Entry>,
        asked: &Asked,
        actor: &Actor,
    ) -> Result<Ticket, Refused> {
        let result = self.try_issue_ticket(grant, entry, asked).await;
        let detail = json!({ "path": asked.text() });
        self.audited(Some(&grant.build), actor, "files.ticket", result, detail).await
    }

    async fn try_issue_ticket(
        &self,
        grant: &Grant,
        entry: &Arc<Entry>,
        asked: &Asked,
    ) -> Result<Ticket, Refused> {
        require(grant, Capability::FilesRead)?;
        let place = asked.place(&entry.record())?;
        let most = self.0.config.limits.file_bytes;
        let look = self.look(entry, async |files| {
            let attributes = files.stat(&place).await?;
            match attributes.kind() {
                Kind::Directory => return Err(FileError::IsDirectory),
                Kind::Other if attributes.mode.is_some() => return Err(FileError::NotAFile),
                _ if attributes.size.is_some_and(|size| size > most) => return Err(FileError::TooLarge),
                _ => {}
            }
            Ok((files.real_path(&place).await?, attributes))
        });
        let (path, attributes) = look.await?;
        let (now, secret) = (self.now(), random::secret());
        let expires_at = now.saturating_add(TICKET_LIFE).unwrap_or(now).min(grant.expires_at);
        self.0.store.put_ticket(&SecretHash::of(&secret), grant, &path.exact(), expires_at).await?;
        Ok(Ticket { secret, expires_at, path, attributes })
    }

    /// Takes a ticket in. Whatever comes of it, it is used up.
    ///
    /// # Errors
    /// [`Problem::CodeInvalid`] for every wrong ticket alike; why after the end of access.
    pub async fn redeem_ticket(
        &self,
        secret: &str,
        actor: &Actor,
    ) -> Result<(Grant, Arc<Entry>, Asked), Refused> {
        let taken = self.0.store.take_ticket(&SecretHash::of(secret), self.now()).await?;
        let Some((grant, path)) = taken else {
            let why = "This download was already started or took too long to start. Start it again.";
            let refused = Err(Refused::because(Problem::CodeInvalid, why));
            return self.denied(None, actor, "files.ticket.redeem", refused).await;
        };
        let (build, actor) = (grant.build.clone(), actor.proven(&grant));
        let allowed = self.as_of_now(grant).await;
        let (grant, entry) = self.denied(Some(&build), &actor, "files.ticket.redeem", allowed).await?;
        let path = MachinePath::from_exact(&path).map_err(|_| Problem::Internal)?;
        Ok((grant, entry, Asked(Some(path))))
    }
}
