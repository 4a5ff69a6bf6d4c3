//! What the API says about a build: the JSON that the pages and the CI read.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use transom_protocol::wire::{Family, Role};
use ts_rs::TS;
use utoipa::ToSchema;

use super::breakpoint::BreakpointView;
use super::shares::InvitationView;
use crate::access::lifecycle::{Cause, State};
use crate::access::{Capability, Person, build};

/// Everything that the access page shows of one build.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct BuildView {
    /// The CI's own id.
    pub id: String,
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
    pub platform: build::Platform,
    /// Who started it.
    pub started_by: Option<Person>,
    /// Where the build is.
    pub state: build::Progress,
    /// How it ended.
    pub outcome: Option<build::Outcome>,
    /// When it started.
    #[ts(type = "string | null")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub started_at: Option<Timestamp>,
    /// When it finished.
    #[ts(type = "string | null")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub finished_at: Option<Timestamp>,
    /// Its steps, in order; none for guests.
    pub steps: Vec<build::Step>,
    /// Address of the build in the CI's dashboard, where there is one.
    pub dashboard_url: Option<String>,
    /// The life of access to its machine.
    pub access: AccessView,
    /// More time, where a window runs that could be made longer.
    pub extend: Option<ExtendView>,
    /// Where the build waits for somebody's decision, or waited last.
    pub breakpoint: Option<BreakpointView>,
    /// What can be opened, and why not where it cannot.
    pub features: Features,
    /// What the asking person may do, and why not where they may not.
    pub permissions: Vec<Permission>,
    /// Sessions that are open or have just ended.
    pub sessions: Vec<SessionView>,
    /// Who is here.
    pub viewers: Vec<ViewerView>,
    /// Who is asking; absent for a service key.
    pub me: Option<Person>,
    /// What a guest was invited to; absent for everybody else.
    pub invitation: Option<InvitationView>,
    /// The server's clock, so that a wrong clock on the other side does no harm.
    #[ts(type = "string")]
    #[schema(value_type = String, format = DateTime)]
    pub now: Timestamp,
}

/// The life of access, in states and in words.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct AccessView {
    /// The state.
    pub state: State,
    /// The state as a sentence for a person.
    pub sentence: String,
    /// When access ends unless something happens; after the end, when it ended.
    #[ts(type = "string | null")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub ends_at: Option<Timestamp>,
    /// Why it ends then.
    pub cause: Option<Cause>,
    /// The hard wall: nothing outlives it.
    #[ts(type = "string | null")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub deadline: Option<Timestamp>,
    /// Goes up at every revocation.
    #[ts(type = "number")]
    pub epoch: u64,
    /// Why the machine could not be reached, in state `failed`.
    pub failure: Option<String>,
    /// Who turned it on.
    pub enabled_by: Option<Person>,
}

/// More time, while a finished build waits for somebody.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct ExtendView {
    /// When access would end after one more step; absent where it lasts until the deadline already.
    #[ts(type = "string | null")]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
    /// Why the asking person cannot have it, as a sentence.
    pub reason: Option<String>,
}

/// What can be opened on the machine.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct Features {
    /// A terminal.
    pub terminal: Feature,
    /// A desktop.
    pub desktop: Feature,
}

/// One thing that can be opened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct Feature {
    /// Whether it can be opened now.
    pub available: bool,
    /// Why not, as a sentence.
    pub reason: Option<String>,
}

/// Whether the asking person has a capability.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct Permission {
    /// The capability.
    pub capability: Capability,
    /// Whether they have it now.
    pub allowed: bool,
    /// Why not, as a sentence.
    pub reason: Option<String>,
}

/// A session as the API shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct SessionView {
    /// Its id. It is no secret and opens nothing without a token.
    pub id: String,
    /// The build it belongs to.
    pub build: String,
    /// Terminal or desktop.
    #[schema(value_type = String, example = "terminal")]
    pub family: Family,
    /// When it was opened.
    #[ts(type = "string")]
    #[schema(value_type = String, format = DateTime)]
    pub opened_at: Timestamp,
    /// Who opened it.
    pub opened_by: Person,
    /// How many look at it now.
    pub viewers: u32,
    /// Whether it still runs.
    pub state: SessionState,
    /// The exit status, where its program ended by itself.
    pub exit_status: Option<u32>,
}

/// Whether a session runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS, ToSchema)]
#[serde(rename_all = "snake_case")]
#[ts(export)]
pub enum SessionState {
    /// The connection to the machine is being made.
    Opening,
    /// Running.
    Live,
    /// Its program ended, or the connection to the machine is gone.
    Ended,
}

/// Somebody who looks at a session of the build.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, TS, ToSchema)]
#[ts(export)]
pub struct ViewerView {
    /// The viewer's id.
    pub id: String,
    /// The session it looks at.
    pub session: String,
    /// Its name.
    pub name: String,
    /// Whether it is the asking person.
    pub you: bool,
    /// What it may do.
    #[schema(value_type = String, example = "controller")]
    pub role: Role,
    /// When it came.
    #[ts(type = "string")]
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
}
