//! What others are told when facts change: pure, so that it can be written together with the facts.

use jiff::Timestamp;

use super::{Facts, Probe, State, life};
use crate::access::Policy;
use crate::access::event::EventKind;

/// What a change of the facts brought about, in order. Only what is recorded counts, not what time
/// has brought about since: so each is told by the one change that records it, and never again.
#[must_use]
pub fn news(before: &Facts, after: &Facts, timing: &Policy, now: Timestamp) -> Vec<EventKind> {
    let grace = |facts: &Facts| life(facts, timing, now).state == State::Grace;
    let failed = |facts: &Facts| matches!(facts.probe, Probe::Failed { .. });
    let ready = |facts: &Facts| matches!(facts.probe, Probe::Ready(_));
    let told = [
        (EventKind::AccessEnabled, after.enabled_at.is_some() && before.enabled_at != after.enabled_at),
        (EventKind::AccessReady, ready(after) && !ready(before)),
        (EventKind::AccessFailed, failed(after) && !failed(before)),
        (EventKind::AccessGrace, grace(after) && !grace(before)),
        (EventKind::AccessExtended, after.extended.is_some() && after.extended != before.extended),
        (EventKind::AccessEnded, after.ended.is_some() && before.ended.is_none()),
        (EventKind::MachineReleasable, releasable(after) && !releasable(before)),
    ];
    told.into_iter().filter(|(_, so)| *so).map(|(kind, _)| kind).collect()
}

/// Whether it is on record that the machine can go. It never becomes untrue again: a finished build
/// cannot be turned on any more, nor is its machine tried again.
fn releasable(facts: &Facts) -> bool {
    let kept = facts.enabled_at.is_some() && facts.ended.is_none();
    facts.finished.is_some() && (!kept || matches!(facts.probe, Probe::Failed { .. }))
}

#[cfg(test)]
mod tests {
    use EventKind as E;
    use jiff::SignedDuration;

    use super::*;
    use crate::access::build::Outcome;
    use crate::access::lifecycle::{Cause, Release};

    fn at(minute: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_mins(minute)
    }

    /// The facts of a build, and what was told of it.
    struct Course {
        facts: Facts,
        told: Vec<(i64, EventKind)>,
    }

    impl Course {
        fn new() -> Self {
            let facts = Facts { started_at: Some(at(0)), max_duration_s: 3600, ..Facts::default() };
            Self { facts, told: Vec::new() }
        }

        fn ready() -> Self {
            let mut course = Self::new();
            course.at(0, |facts, policy, now| facts.enable(policy, now).unwrap());
            course.at(1, |facts, policy, now| facts.probe_ready(policy, now).unwrap());
            assert_eq!(std::mem::take(&mut course.told), [(0, E::AccessEnabled), (1, E::AccessReady)]);
            course
        }

        fn at(&mut self, minute: i64, change: impl Fn(&mut Facts, &Policy, Timestamp)) -> &mut Self {
            let (policy, before) = (Policy::default(), self.facts.clone());
            change(&mut self.facts, &policy, at(minute));
            let news = news(&before, &self.facts, &policy, at(minute));
            self.told.extend(news.into_iter().map(|kind| (minute, kind)));
            let released = self.told.iter().any(|(_, kind)| *kind == E::MachineReleasable);
            assert_eq!(releasable(&self.facts), released);
            let life = life(&self.facts, &policy, at(minute));
            assert!(!released || life.release == Release::Now, "told to let go of a machine that is held");
            self
        }

        fn settle(&mut self, minute: i64) -> &mut Self {
            self.at(minute, |facts, policy, now| _ = facts.settle(policy, now))
        }

        fn finish(&mut self, minute: i64, outcome: Outcome) -> &mut Self {
            self.at(minute, |facts, policy, now| facts.finish(policy, now, now, outcome))
        }
    }

    #[test]
    fn nobody_comes_and_the_machine_can_go_when_grace_is_over() {
        let mut course = Course::ready();
        course.finish(20, Outcome::Succeeded).settle(29).settle(30).settle(31);
        course.finish(32, Outcome::Succeeded).at(33, |f, p, n| f.restart(p, n));
        assert_eq!(course.told, [(20, E::AccessGrace), (30, E::AccessEnded), (30, E::MachineReleasable)]);
    }

    #[test]
    fn each_time_that_the_last_one_leaves_is_a_last_chance() {
        let mut course = Course::ready();
        course.at(5, |f, p, n| f.attach(p, n).unwrap()).finish(20, Outcome::Failed);
        course.at(22, |f, p, n| f.leave(p, n)).at(25, |f, p, n| f.attach(p, n).unwrap());
        course.at(30, |f, p, n| f.restart(p, n)).settle(40);
        let wanted =
            [(22, E::AccessGrace), (30, E::AccessGrace), (40, E::AccessEnded), (40, E::MachineReleasable)];
        assert_eq!(course.told, wanted);
    }

    #[test]
    fn more_time_is_told_each_time() {
        let mut course = Course::ready();
        course.finish(20, Outcome::Failed).at(25, |f, p, n| _ = f.extend(p, n, None).unwrap());
        course.at(26, |f, p, n| _ = f.extend(p, n, Some(60)).unwrap()).settle(27).settle(41);
        let wanted = [
            (20, E::AccessGrace),
            (25, E::AccessExtended),
            (26, E::AccessExtended),
            (41, E::AccessEnded),
            (41, E::MachineReleasable),
        ];
        assert_eq!(course.told, wanted);
    }

    #[test]
    fn an_end_while_the_build_runs_lets_the_machine_go_at_the_finish() {
        let mut course = Course::ready();
        course.at(5, |f, p, n| f.end(p, n, Cause::EndedByUser).unwrap()).finish(20, Outcome::Succeeded);
        assert_eq!(course.told, [(5, E::AccessEnded), (20, E::MachineReleasable)]);
        let mut cancelled = Course::ready();
        cancelled.finish(12, Outcome::Cancelled).finish(13, Outcome::Cancelled);
        assert_eq!(cancelled.told, [(12, E::AccessEnded), (12, E::MachineReleasable)]);
    }

    #[test]
    fn without_access_or_an_answer_the_machine_can_go_at_the_finish() {
        let mut off = Course::new();
        off.finish(20, Outcome::Succeeded).finish(21, Outcome::Cancelled).settle(70);
        assert_eq!(off.told, [(20, E::MachineReleasable)]);
        let mut failed = Course::new();
        failed.at(0, |f, p, n| f.enable(p, n).unwrap()).settle(2);
        failed.finish(20, Outcome::Succeeded).settle(60).at(61, |f, p, n| f.machine_up(p, n));
        let wanted = [(0, E::AccessEnabled), (2, E::AccessFailed), (20, E::MachineReleasable)];
        assert_eq!(failed.told[..3], wanted);
        assert_eq!(failed.told.iter().filter(|(_, kind)| *kind == E::MachineReleasable).count(), 1);
    }

    #[test]
    fn a_second_try_is_told_as_the_first() {
        let mut course = Course::new();
        let no = |f: &mut Facts, p: &Policy, n| f.probe_failed(p, n, "no".to_owned()).unwrap();
        course.at(0, |f, p, n| f.enable(p, n).unwrap()).at(1, no).at(1, no);
        course.at(5, |f, p, n| f.enable(p, n).unwrap()).at(6, |f, p, n| f.probe_ready(p, n).unwrap());
        let wanted =
            [(0, E::AccessEnabled), (1, E::AccessFailed), (5, E::AccessEnabled), (6, E::AccessReady)];
        assert_eq!(course.told, wanted);
    }
}
