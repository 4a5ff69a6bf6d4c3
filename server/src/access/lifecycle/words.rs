//! The life of access in sentences for people.

use super::{Cause, Hold, Life, State, Warning};

/// The state as a sentence or two. Times are left to the page, which knows the reader's clock.
#[must_use]
pub fn sentence(life: &Life) -> String {
    match life.state {
        State::Off => "Remote access is off for this build.".to_owned(),
        State::Pending => "Waiting for the machine to answer.".to_owned(),
        State::Ready => match life.cause {
            Some(cause) => format!("The machine is ready. Access ends {}.", ahead(cause)),
            None => "The machine is ready.".to_owned(),
        },
        State::Grace if life.hold == Some(Hold::Reattach) => {
            format!("The last person has left. Access ends {}.", life.cause.map_or("soon", ahead))
        }
        State::Grace => format!("The build has finished. Access ends {}.", life.cause.map_or("soon", ahead)),
        State::Held => "The build has finished. The machine is kept while somebody is connected, \
             at most until the build's time limit."
            .to_owned(),
        State::Ended => match life.cause {
            Some(cause) => format!("Access ended {}.", past(cause)),
            None => "Access has ended.".to_owned(),
        },
        State::Failed => match &life.failure {
            Some(why) => format!("The machine could not be reached: {why}."),
            None => "The machine could not be reached.".to_owned(),
        },
    }
}

impl Warning {
    /// The warning as a sentence.
    #[must_use]
    pub fn sentence(&self) -> String {
        let unit = if self.minutes == 1 { "minute" } else { "minutes" };
        let why = match self.cause {
            Cause::Deadline => ", at the build's time limit",
            Cause::Grace => " unless somebody connects",
            Cause::Reattach => " unless somebody comes back",
            _ => "",
        };
        format!("Access ends in {} {unit}{why}.", self.minutes)
    }
}

/// To be put after "Access ends".
fn ahead(cause: Cause) -> &'static str {
    match cause {
        Cause::Deadline => "at the build's time limit",
        Cause::Grace => "if nobody connects in time",
        Cause::Reattach => "if nobody comes back in time",
        Cause::Cancelled => "because the build was cancelled",
        Cause::TimedOut => "because the build ran out of time",
        Cause::EndedByUser => "because somebody ended it",
        Cause::MachineGone => "because the machine is gone",
    }
}

/// To be put after "Access ended".
fn past(cause: Cause) -> &'static str {
    match cause {
        Cause::Grace => "because nobody connected after the build had finished",
        Cause::Reattach => "because nobody came back after the last person had left",
        other => ahead(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::access::lifecycle::{Release, due, warnings};
    use jiff::Timestamp;

    fn life(state: State, hold: Option<Hold>, cause: Option<Cause>) -> Life {
        Life {
            state,
            hold,
            ends_at: cause.map(|_| Timestamp::UNIX_EPOCH),
            cause,
            next: None,
            release: Release::Now,
            deadline: None,
            admits: true,
            failure: None,
        }
    }

    #[test]
    fn every_state_has_a_sentence_with_its_cause() {
        let table = [
            (
                life(State::Ready, None, Some(Cause::Deadline)),
                "The machine is ready. Access ends at the build's time limit.",
            ),
            (
                life(State::Grace, Some(Hold::Grace), Some(Cause::Grace)),
                "The build has finished. Access ends if nobody connects in time.",
            ),
            (
                life(State::Grace, Some(Hold::Grace), Some(Cause::Deadline)),
                "The build has finished. Access ends at the build's time limit.",
            ),
            (
                life(State::Grace, Some(Hold::Reattach), Some(Cause::Reattach)),
                "The last person has left. Access ends if nobody comes back in time.",
            ),
            (
                life(State::Ended, None, Some(Cause::Cancelled)),
                "Access ended because the build was cancelled.",
            ),
            (life(State::Ended, None, Some(Cause::Deadline)), "Access ended at the build's time limit."),
            (
                Life { failure: Some("the login was refused".to_owned()), ..life(State::Failed, None, None) },
                "The machine could not be reached: the login was refused.",
            ),
        ];
        for (life, expected) in table {
            assert_eq!(sentence(&life), expected);
        }
    }

    #[test]
    fn a_warning_says_how_long_and_why() {
        let ending = life(State::Ready, None, Some(Cause::Deadline));
        let said: Vec<_> = warnings(&ending).map(|warning| warning.sentence()).collect();
        assert_eq!(
            said,
            [
                "Access ends in 10 minutes, at the build's time limit.",
                "Access ends in 5 minutes, at the build's time limit.",
                "Access ends in 1 minute, at the build's time limit.",
            ]
        );
    }

    #[test]
    fn each_warning_is_due_once_and_the_most_urgent_of_several() {
        let ending = life(State::Ready, None, Some(Cause::Deadline));
        let second = |s: i64| Timestamp::from_second(s).unwrap();
        let minutes = |since, now| due(&ending, second(since), second(now)).map(|w| w.minutes);
        assert_eq!(minutes(-700, -601), None);
        assert_eq!(minutes(-601, -600), Some(10));
        assert_eq!(minutes(-600, -600), None);
        assert_eq!(minutes(-600, -300), Some(5));
        assert_eq!(minutes(-300, -61), None);
        assert_eq!(minutes(-900, -60), Some(1));
        assert_eq!(minutes(-60, 0), None);
    }
}
