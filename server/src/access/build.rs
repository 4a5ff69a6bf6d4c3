//! What the CI says about a build, and the record that is kept of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use utoipa::ToSchema;

use super::breakpoint::Breakpoint;
use super::lifecycle::Facts;
use super::{BuildId, Person, Policy};

/// Operating system of a build's machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Platform {
    /// Linux.
    Linux,
    /// macOS.
    Macos,
    /// Windows.
    Windows,
}

/// Where a build is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Progress {
    /// Not started.
    Queued,
    /// Running.
    Running,
    /// Over.
    Finished,
}

/// How a build ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum Outcome {
    /// All went well.
    Succeeded,
    /// A step failed.
    Failed,
    /// Somebody cancelled it: access ends at once.
    Cancelled,
    /// It took too long: access ends at once.
    TimedOut,
}

/// How far a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum StepStatus {
    /// Not started.
    Pending,
    /// Running.
    Running,
    /// Went well.
    Succeeded,
    /// Went wrong.
    Failed,
    /// Was left out.
    Skipped,
}

/// One step of a build.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(deny_unknown_fields)]
#[ts(export)]
pub struct Step {
    /// What it is called.
    pub name: String,
    /// How far it is.
    pub status: StepStatus,
    /// The command that it runs, to be run again by hand.
    #[serde(default)]
    pub command: Option<String>,
    /// When it started.
    #[serde(default)]
    #[ts(type = "string | null")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub started_at: Option<Timestamp>,
    /// When it finished.
    #[serde(default)]
    #[ts(type = "string | null")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub finished_at: Option<Timestamp>,
}

/// What the CI tells about a build, for people to read and for the policy to judge.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct About {
    /// The build's number as people say it.
    pub number: Option<String>,
    /// What the build is called.
    pub title: String,
    /// The project it belongs to.
    pub project: String,
    /// Branch or tag.
    pub branch: Option<String>,
    /// Commit.
    pub commit: Option<String>,
    /// Operating system of the machine.
    pub platform: Platform,
    /// Who started it.
    pub started_by: Option<Person>,
    /// What started it (`push`, `schedule`, …), as the CI names it.
    pub trigger: Option<String>,
    /// Whether its code is trusted; a fork's is not.
    pub trusted: bool,
    /// Whether the CI said that it runs. What finished it stands in the facts.
    pub running: bool,
    /// Directory on the machine where terminals start.
    pub build_dir: Option<String>,
    /// Address of the build in the CI's dashboard.
    pub dashboard_url: Option<String>,
    /// Its steps, in order.
    pub steps: Vec<Step>,
}

/// All that is kept of one build.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BuildRecord {
    /// The CI's id.
    pub id: BuildId,
    /// Which state of the record this is; the store counts.
    #[serde(skip)]
    pub revision: i64,
    /// The newest version that the CI sent; older ones are ignored.
    pub version: u64,
    /// What the CI tells about it.
    pub about: About,
    /// What bears on the life of access.
    pub facts: Facts,
    /// The policy in force for this build.
    pub policy: Policy,
    /// Goes up at every revocation.
    pub epoch: u64,
    /// Who turned access on.
    pub enabled_by: Option<Person>,
    /// Public half of the build's SSH key pair, as a line for `authorized_keys`.
    pub public_key: Option<String>,
    /// The machine, where the CI has registered one. Its secrets are sealed elsewhere.
    pub machine: Option<Machine>,
    /// Where the build waits, or waited last.
    #[serde(default)]
    pub breakpoint: Option<Breakpoint>,
}

impl BuildRecord {
    /// Where the build is.
    #[must_use]
    pub fn progress(&self) -> Progress {
        match (self.facts.finished, self.about.running) {
            (Some(_), _) => Progress::Finished,
            (None, true) => Progress::Running,
            (None, false) => Progress::Queued,
        }
    }

    /// Whether nothing can happen to its access any more: it ended, or the build has finished without
    /// it, after which nobody can turn it on.
    #[must_use]
    pub fn is_over(&self) -> bool {
        let facts = &self.facts;
        facts.ended.is_some() || (facts.enabled_at.is_none() && facts.finished.is_some())
    }
}

#[cfg(test)]
impl BuildRecord {
    /// A build of which nothing is known yet, for tests.
    pub(crate) fn example(id: BuildId) -> Self {
        let about = About {
            number: Some("7".to_owned()),
            title: "Fix the flood".to_owned(),
            project: "demo".to_owned(),
            branch: None,
            commit: None,
            platform: Platform::Linux,
            started_by: None,
            trigger: None,
            trusted: true,
            running: true,
            build_dir: None,
            dashboard_url: None,
            steps: Vec::new(),
        };
        Self {
            id,
            revision: 0,
            version: 0,
            about,
            facts: Facts { max_duration_s: 3600, ..Facts::default() },
            policy: Policy::default(),
            epoch: 0,
            enabled_by: None,
            public_key: None,
            machine: None,
            breakpoint: None,
        }
    }
}

/// A build's machine as it was registered, without its secrets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    /// The registration's version; older ones are ignored.
    pub version: u64,
    /// Where it listens.
    pub endpoints: Vec<Endpoint>,
}

/// One way into a machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Endpoint {
    /// Name of the protocol; a back end of that name serves it.
    pub protocol: String,
    /// Host name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Login name.
    pub username: String,
    /// What proves that the far end is this machine: SSH host keys or `SHA256:` fingerprints.
    pub pins: Vec<String>,
}
