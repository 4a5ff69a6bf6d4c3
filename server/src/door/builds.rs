//! What the CI says about its builds: that they exist, that they finished, that access is wanted.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::json;
use transom_protocol::problem::Problem;
use utoipa::ToSchema;

use super::{Actor, Door, Entry, Refused};
use crate::access::build::{About, BuildRecord, Outcome, Platform, Progress, Step};
use crate::access::lifecycle::{Cause, Facts, Release};
use crate::access::{BuildId, Person, Policy};
use crate::store::StoreError;

/// Longest text of one field that people read, in bytes.
const TEXT_BYTES: usize = 1024;
/// Longest command of a step, in bytes.
const COMMAND_BYTES: usize = 16 * 1024;
/// Most steps of a build.
const STEPS: usize = 500;
/// Longest a build may last, in seconds: 40 days.
const DURATION_S: u64 = 40 * 24 * 3600;

/// What the CI tells about a build. Fields that are left out keep their defaults, not what was told
/// before: every update is whole.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BuildUpdate {
    /// Counts the CI's updates; one that is not newer than the last is ignored.
    pub version: u64,
    /// The build's number as people say it.
    #[serde(default)]
    pub number: Option<String>,
    /// What the build is called.
    pub title: String,
    /// The project it belongs to.
    pub project: String,
    /// Branch or tag.
    #[serde(default)]
    pub branch: Option<String>,
    /// Commit.
    #[serde(default)]
    pub commit: Option<String>,
    /// Operating system of the machine.
    pub platform: Platform,
    /// Who started it.
    #[serde(default)]
    pub started_by: Option<Person>,
    /// What started it (`push`, `schedule`, …).
    #[serde(default)]
    pub trigger: Option<String>,
    /// Whether its code is trusted; a fork's is not.
    #[serde(default = "yes")]
    pub trusted: bool,
    /// Where it is. That it finished is told by `finish`.
    pub state: Progress,
    /// When it started.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub started_at: Option<Timestamp>,
    /// How long it may last, in seconds: at most 40 days.
    #[serde(default = "an_hour")]
    pub max_duration_s: u64,
    /// Directory on the machine where terminals start.
    #[serde(default)]
    pub build_dir: Option<String>,
    /// Address of the build in the CI's dashboard: `https:` or `http:`.
    #[serde(default)]
    pub dashboard_url: Option<String>,
    /// Its steps, in order.
    #[serde(default)]
    pub steps: Vec<Step>,
    /// The policy for this build; what it allows beyond the operator's is cut off.
    #[serde(default)]
    pub policy: Option<Policy>,
}

fn yes() -> bool {
    true
}

fn an_hour() -> u64 {
    3600
}

/// Who turns access on, and how.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Enable {
    /// Who asked for it.
    pub by: Person,
    /// Whether a person asked in the dashboard, or a program by itself.
    pub via: Via,
}

/// How access was turned on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Via {
    /// A person, in the start dialog.
    User,
    /// A program; the policy has to allow it.
    Api,
}

/// Whether the machine of a finished build can go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Finished {
    /// `now` or `hold`. Once it is `now` it stays so.
    pub release: ReleaseWord,
    /// When it can go at the latest, as things stand. Ask again then.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub hold_until: Option<Timestamp>,
    /// What will end the hold then.
    pub cause: Option<Cause>,
}

/// Whether the machine can go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReleaseWord {
    /// It can go.
    Now,
    /// Somebody is there, or may still come.
    Hold,
}

impl BuildUpdate {
    fn check(&self) -> Result<(), Refused> {
        let refuse =
            |what: &str| Err(Refused::because(Problem::Malformed, format!("The field {what} is not valid.")));
        let text = |t: &str| !t.chars().any(char::is_control) && t.len() <= TEXT_BYTES;
        let optional = |t: &Option<String>| t.as_deref().is_none_or(text);
        if self.title.is_empty() || !text(&self.title) {
            return refuse("title");
        }
        if self.project.is_empty() || !text(&self.project) {
            return refuse("project");
        }
        for (name, value) in [
            ("number", &self.number),
            ("branch", &self.branch),
            ("commit", &self.commit),
            ("trigger", &self.trigger),
            ("build_dir", &self.build_dir),
            ("dashboard_url", &self.dashboard_url),
        ] {
            if !optional(value) {
                return refuse(name);
            }
        }
        let web = |u: &str| u.starts_with("https://") || u.starts_with("http://");
        if self.dashboard_url.as_deref().is_some_and(|u| !web(u)) {
            return refuse("dashboard_url");
        }
        if !(1..=DURATION_S).contains(&self.max_duration_s) {
            return refuse("max_duration_s");
        }
        let step = |s: &Step| text(&s.name) && s.command.as_ref().is_none_or(|c| c.len() <= COMMAND_BYTES);
        if self.steps.len() > STEPS || !self.steps.iter().all(step) {
            return refuse("steps");
        }
        if let Some(person) = &self.started_by {
            check_person(person)?;
        }
        Ok(())
    }

    fn about(&self) -> About {
        let this = self.clone();
        About {
            number: this.number,
            title: this.title,
            project: this.project,
            branch: this.branch,
            commit: this.commit,
            platform: this.platform,
            started_by: this.started_by,
            trigger: this.trigger,
            trusted: this.trusted,
            running: this.state != Progress::Queued,
            build_dir: this.build_dir,
            dashboard_url: this.dashboard_url,
            steps: this.steps,
        }
    }
}

/// Whether a person's id and name can be shown and stored.
pub(super) fn check_person(person: &Person) -> Result<(), Refused> {
    let good = |t: &str| !t.is_empty() && t.len() <= 256 && !t.chars().any(char::is_control);
    if good(&person.sub) && good(&person.name) {
        Ok(())
    } else {
        Err(Refused::because(Problem::Malformed, "A person has an id and a name of 1 to 256 bytes."))
    }
}

impl Door {
    /// Registers a build or updates it.
    ///
    /// # Errors
    /// [`Problem::Malformed`], [`Problem::StoreUnavailable`].
    pub async fn register(
        &self,
        id: &BuildId,
        update: &BuildUpdate,
        actor: &Actor,
    ) -> Result<Arc<Entry>, Refused> {
        update.check()?;
        let policy = self.policy_for(update.policy.as_ref());
        if self.0.store.build(id).await?.is_none() {
            let (record, key) = self.new_record(id, update, policy.clone())?;
            let secrets = [(super::machine::GENERATED_KEY, key.as_bytes())];
            match self.0.store.insert_build(&record, &secrets).await {
                Ok(()) => {
                    self.note_result(Some(id), actor, "build.register", &Ok::<_, Refused>(()), json!({}))
                        .await;
                    return self.entry(id).await;
                }
                // Somebody registered it at the same moment: theirs is updated below.
                Err(StoreError::Exists(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        let now = self.now();
        let ((), entry) = self
            .change(id, |record| {
                if update.version > record.version {
                    record.version = update.version;
                    record.about = update.about();
                    record.facts.schedule(&record.policy, now, update.started_at, update.max_duration_s);
                    let told = std::mem::replace(&mut record.policy, policy.clone());
                    if record.facts.finished.is_some() {
                        // Windows that were open stay as they were told: whoever came in time came in time.
                        record.policy.grace_s = told.grace_s;
                        record.policy.reattach_s = told.reattach_s;
                    }
                }
                Ok(())
            })
            .await?;
        Ok(entry)
    }

    fn new_record(
        &self,
        id: &BuildId,
        update: &BuildUpdate,
        policy: Policy,
    ) -> Result<(BuildRecord, zeroize::Zeroizing<String>), Refused> {
        let key = crate::backend::generate_key(&format!("transom:{id}")).map_err(|why| {
            tracing::error!(why, "no key for a build");
            Refused::from(Problem::Internal)
        })?;
        let public_key = crate::backend::public_key_of(&key).map_err(|_| Problem::Internal)?;
        let record = BuildRecord {
            id: id.clone(),
            revision: 0,
            version: update.version,
            about: update.about(),
            facts: Facts {
                started_at: update.started_at,
                max_duration_s: update.max_duration_s,
                ..Facts::default()
            },
            policy,
            epoch: 0,
            enabled_by: None,
            public_key: Some(public_key),
            machine: None,
            breakpoint: None,
        };
        Ok((record, key))
    }

    /// The operator's policy, narrowed by the build's own.
    fn policy_for(&self, own: Option<&Policy>) -> Policy {
        let operator = &self.0.config.policy;
        let Some(own) = own else { return operator.clone() };
        Policy {
            allow_untrusted: operator.allow_untrusted && own.allow_untrusted,
            allow_api: operator.allow_api && own.allow_api,
            capabilities: operator.capabilities.intersect(&own.capabilities),
            grace_s: own.grace_s.min(operator.grace_s),
            reattach_s: own.reattach_s.min(operator.reattach_s),
            probe_s: own.probe_s.min(operator.probe_s),
            extend_s: own.extend_s.min(operator.extend_s),
            max_sessions: operator.max_sessions.into_iter().chain(own.max_sessions).min(),
            max_viewers: operator.max_viewers.into_iter().chain(own.max_viewers).min(),
            idle_s: match (operator.idle_s, own.idle_s) {
                (0, idle) | (idle, 0) => idle,
                (one, other) => one.min(other),
            },
        }
    }

    /// The build finished. Says whether its machine can go; may be asked again.
    ///
    /// # Errors
    /// [`Problem::BuildUnknown`], [`Problem::StoreUnavailable`].
    pub async fn finish(
        &self,
        id: &BuildId,
        outcome: Outcome,
        at: Option<Timestamp>,
        actor: &Actor,
    ) -> Result<Finished, Refused> {
        let now = self.now();
        let (first, entry) = self
            .change(id, |record| {
                let first = record.facts.finished.is_none();
                record.facts.finish(&record.policy, now, at.unwrap_or(now), outcome);
                Ok(first)
            })
            .await?;
        if first {
            let detail = json!({ "outcome": outcome });
            self.note_result(Some(id), actor, "build.finish", &Ok::<_, Refused>(()), detail).await;
        }
        let life = self.life(&entry.record());
        Ok(match life.release {
            Release::Now => Finished { release: ReleaseWord::Now, hold_until: None, cause: None },
            Release::Hold { until } => {
                Finished { release: ReleaseWord::Hold, hold_until: until, cause: life.cause }
            }
        })
    }

    /// Turns access on for one build.
    ///
    /// # Errors
    /// [`Problem::PolicyRefused`] where the policy forbids it; why it cannot be turned on any more.
    pub async fn enable(&self, id: &BuildId, enable: &Enable, actor: &Actor) -> Result<Arc<Entry>, Refused> {
        check_person(&enable.by)?;
        let now = self.now();
        let result = self
            .change(id, |record| {
                if !record.about.trusted && !record.policy.allow_untrusted {
                    return Err(Refused::because(
                        Problem::PolicyRefused,
                        "The policy does not allow remote access to builds of untrusted code.",
                    ));
                }
                if enable.via == Via::Api && !record.policy.allow_api {
                    return Err(Refused::because(
                        Problem::PolicyRefused,
                        "The policy lets only a person turn remote access on.",
                    ));
                }
                let was_off = record.facts.enabled_at.is_none();
                record.facts.enable(&record.policy, now)?;
                if was_off {
                    record.enabled_by = Some(enable.by.clone());
                }
                Ok(())
            })
            .await
            .map(|((), entry)| entry);
        let detail = json!({ "by": enable.by, "via": enable.via });
        self.note_result(Some(id), actor, "access.enable", &result, detail).await;
        result
    }

    /// Ends access for everybody, now and for good.
    ///
    /// # Errors
    /// [`Problem::AccessOff`] where there is nothing to end.
    pub async fn end(&self, id: &BuildId, cause: Cause, actor: &Actor) -> Result<Arc<Entry>, Refused> {
        let now = self.now();
        let result = self
            .change(id, |record| {
                match cause {
                    Cause::MachineGone => {
                        record.facts.machine_gone(&record.policy, now);
                        record.machine = None;
                    }
                    _ => record.facts.end(&record.policy, now, cause)?,
                }
                Ok(())
            })
            .await
            .map(|((), entry)| entry);
        self.note_result(Some(id), actor, "access.end", &result, json!({ "cause": cause })).await;
        result
    }
}
