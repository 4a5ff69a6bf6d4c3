//! Guests who wait at a link: somebody lets them in or sends them away.

use serde_json::json;
use transom_protocol::problem::Problem;

use super::{Actor, Door, Refused};
use crate::access::Grant;
use crate::store::Answer;

impl Door {
    /// Answers a guest who waits at a link. The first answer counts. `grant` is that of a person, who has to be
    /// allowed to.
    ///
    /// # Errors
    /// [`Problem::ShareInvalid`] where there is no such link, [`Problem::NotFound`] where nobody waits there
    /// under that number (any more), [`Problem::Forbidden`].
    pub async fn answer_guest(
        &self,
        id: &str,
        number: u32,
        approve: bool,
        grant: Option<&Grant>,
        actor: &Actor,
    ) -> Result<(), Refused> {
        let (action, answer) = match approve {
            true => ("share.approve", Answer::Approved),
            false => ("share.deny", Answer::Denied),
        };
        let (share, entry) = self.managed(id, grant, actor, action).await?;
        let answered = self.0.store.answer_request(id, number, answer).await?;
        let answered = answered.ok_or(Refused::because(Problem::NotFound, "Nobody waits there any more."));
        let guest = answered.as_ref().ok().map(|request| &request.guest);
        let detail = json!({ "share": id, "number": number, "guest": guest });
        self.note_result(Some(&share.build), actor, action, &answered, detail).await;
        answered?;
        self.read_shares(&entry).await
    }
}
