//! What the operator sees: log lines and figures.

use std::sync::Arc;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry as Figures;
use transom_protocol::problem::Problem;

use crate::recording;
use crate::session::Phase;
use crate::session::registry::Registry;

/// A problem by its stable name: a bounded set of labels.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct ProblemLabel {
    problem: &'static str,
}

/// Figures for Prometheus. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Metrics(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    figures: Figures,
    problems: Family<ProblemLabel, Counter>,
    viewers: Gauge,
    viewers_total: Counter,
    sessions: Gauge,
}

impl Metrics {
    /// Figures of a server, with those of its recordings.
    #[must_use]
    pub fn new(recordings: &recording::Figures) -> Self {
        let mut figures = Figures::with_prefix("transom");
        let (problems, viewers) = (Family::default(), Gauge::default());
        let (viewers_total, sessions) = (Counter::default(), Gauge::default());
        figures.register("problems", "Requests refused or failed, by cause", problems.clone());
        figures.register("viewers", "Viewers connected now", viewers.clone());
        figures.register("viewers_joined", "Viewers that came", viewers_total.clone());
        figures.register("sessions", "Sessions live now", sessions.clone());
        figures.register(
            "recorded_bytes",
            "Bytes of recordings written, compressed",
            recordings.written.clone(),
        );
        let missing = recordings.missing.clone();
        figures.register("recording_missing_bytes", "Bytes of output that recordings lack", missing);
        let failures = recordings.failures.clone();
        figures.register("recording_failures", "Times that a recording could not be written", failures);
        Self(Arc::new(Inner { figures, problems, viewers, viewers_total, sessions }))
    }

    /// A request was refused or failed.
    pub fn problem(&self, problem: Problem) {
        self.0.problems.get_or_create(&ProblemLabel { problem: problem.name() }).inc();
    }

    /// A viewer came.
    pub fn viewer_came(&self) {
        self.0.viewers.inc();
        self.0.viewers_total.inc();
    }

    /// A viewer left.
    pub fn viewer_left(&self) {
        self.0.viewers.dec();
    }

    /// Everything in OpenMetrics' text format.
    #[must_use]
    pub fn text(&self, sessions: &Registry) -> String {
        let live = sessions.all().iter().filter(|s| s.phase() == Phase::Live).count();
        self.0.sessions.set(i64::try_from(live).unwrap_or(i64::MAX));
        let mut text = String::new();
        // Writing to a string can't fail.
        let _ = encode(&mut text, &self.0.figures);
        text
    }
}
