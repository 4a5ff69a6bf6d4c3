//! When and why access ends, for a build that started at 0, may last 60 minutes, and whose machine
//! was ready at 2.

use super::Event::{self, Attach, Enable, End, Leave, MachineGone, MachineUp, Restart, Schedule, Told};
use super::{CANCEL, DONE, TIMEOUT};
use crate::access::build::Outcome;
use crate::access::lifecycle::Cause;

/// What happens, what comes of it, at which minute, and why.
pub(super) type Row = (&'static str, &'static [(i64, Event)], i64, Cause);

/// The first rows are the worked timelines.
pub(super) const ENDS: &[Row] = &[
    // The worked timelines.
    ("nobody connects", &[(20, DONE)], 30, Cause::Grace),
    ("finishes at 58", &[(58, DONE)], 60, Cause::Deadline),
    ("connects at 25, stays", &[(20, DONE), (25, Attach)], 60, Cause::Deadline),
    ("connects at 31", &[(20, DONE), (31, Attach)], 30, Cause::Grace),
    ("connected 5 to 22", &[(5, Attach), (20, DONE), (22, Leave)], 32, Cause::Reattach),
    (
        "leaves 22, back 30 to 40",
        &[(5, Attach), (20, DONE), (22, Leave), (30, Attach), (40, Leave)],
        50,
        Cause::Reattach,
    ),
    ("connected, cancelled at 12", &[(5, Attach), (12, CANCEL)], 12, Cause::Cancelled),
    ("in grace, cancelled at 24", &[(20, DONE), (24, CANCEL)], 24, Cause::Cancelled),
    // Holds.
    ("left before the finish", &[(5, Attach), (10, Leave), (20, DONE)], 30, Cause::Grace),
    ("left at the finish", &[(5, Attach), (20, DONE), (20, Leave)], 30, Cause::Reattach),
    ("came at the finish", &[(20, DONE), (20, Attach), (21, Leave)], 31, Cause::Reattach),
    ("stays from before", &[(5, Attach), (20, DONE)], 60, Cause::Deadline),
    ("in grace 25 to 26", &[(20, DONE), (25, Attach), (26, Leave)], 36, Cause::Reattach),
    ("at the last moment", &[(20, DONE), (30, Attach)], 30, Cause::Grace),
    (
        "back at the very end of the window",
        &[(5, Attach), (20, DONE), (22, Leave), (32, Attach)],
        32,
        Cause::Reattach,
    ),
    ("back and stays", &[(5, Attach), (20, DONE), (22, Leave), (31, Attach)], 60, Cause::Deadline),
    ("leaves late, the deadline is nearer", &[(5, Attach), (20, DONE), (55, Leave)], 60, Cause::Deadline),
    ("leaves after the deadline", &[(5, Attach), (20, DONE), (65, Leave)], 60, Cause::Deadline),
    (
        "comes and goes many times",
        &[(20, DONE), (29, Attach), (30, Leave), (39, Attach), (40, Leave), (49, Attach), (49, Leave)],
        59,
        Cause::Reattach,
    ),
    ("two leave reports", &[(5, Attach), (20, DONE), (22, Leave), (28, Leave)], 32, Cause::Reattach),
    ("two come, counted once", &[(5, Attach), (6, Attach), (20, DONE), (22, Leave)], 32, Cause::Reattach),
    ("leaves without having come", &[(20, DONE), (25, Leave)], 30, Cause::Grace),
    ("a leave after the end", &[(20, DONE), (31, Attach), (33, Leave)], 30, Cause::Grace),
    ("the window ends at the deadline", &[(50, DONE)], 60, Cause::Deadline),
    // The build never finishes.
    ("never reported finished", &[], 60, Cause::Deadline),
    ("connected at the deadline", &[(59, Attach)], 60, Cause::Deadline),
    ("finish after the deadline", &[(59, Attach), (61, DONE)], 60, Cause::Deadline),
    ("comes after the deadline", &[(60, Attach)], 60, Cause::Deadline),
    // Ends at once.
    ("timed out", &[(5, Attach), (45, TIMEOUT)], 45, Cause::TimedOut),
    ("timed out at the deadline", &[(60, TIMEOUT)], 60, Cause::Deadline),
    ("held, cancelled", &[(5, Attach), (20, DONE), (40, CANCEL)], 40, Cause::Cancelled),
    ("in reattach, timed out", &[(5, Attach), (20, DONE), (22, Leave), (25, TIMEOUT)], 25, Cause::TimedOut),
    ("cancelled after grace", &[(20, DONE), (31, CANCEL)], 30, Cause::Grace),
    ("cancelled, then finished", &[(12, CANCEL), (13, DONE)], 12, Cause::Cancelled),
    ("cancelled twice", &[(20, DONE), (24, CANCEL), (26, CANCEL)], 24, Cause::Cancelled),
    ("somebody ends it", &[(5, Attach), (15, End)], 15, Cause::EndedByUser),
    ("ended in grace", &[(20, DONE), (21, End)], 21, Cause::EndedByUser),
    ("ended twice", &[(15, End), (16, End)], 15, Cause::EndedByUser),
    ("ended, then cancelled", &[(15, End), (16, CANCEL)], 15, Cause::EndedByUser),
    ("cancelled, then ended", &[(15, CANCEL), (16, End)], 15, Cause::Cancelled),
    ("ended when it was over", &[(20, DONE), (35, End)], 30, Cause::Grace),
    ("machine gone while held", &[(5, Attach), (20, DONE), (33, MachineGone)], 33, Cause::MachineGone),
    ("machine gone while it runs", &[(7, MachineGone)], 7, Cause::MachineGone),
    ("another machine after that", &[(7, MachineGone), (8, MachineUp), (9, Enable)], 7, Cause::MachineGone),
    // Reports that come late, twice or wrong.
    ("told at 25", &[(25, Told(20, Outcome::Succeeded))], 30, Cause::Grace),
    ("told when grace was over", &[(50, Told(20, Outcome::Succeeded))], 30, Cause::Grace),
    (
        "told late, somebody came meanwhile",
        &[(35, Attach), (50, Told(20, Outcome::Succeeded)), (52, Leave)],
        60,
        Cause::Deadline,
    ),
    (
        "told late, somebody left meanwhile",
        &[(5, Attach), (30, Leave), (31, Told(20, Outcome::Succeeded))],
        40,
        Cause::Reattach,
    ),
    ("told about the future", &[(20, Told(55, Outcome::Succeeded))], 30, Cause::Grace),
    ("told twice", &[(20, DONE), (29, DONE)], 30, Cause::Grace),
    ("cancelled, told late", &[(20, DONE), (26, Told(24, Outcome::Cancelled))], 24, Cause::Cancelled),
    ("cancelled before it finished", &[(20, DONE), (26, Told(3, Outcome::Cancelled))], 20, Cause::Cancelled),
    // The CI changes the times.
    ("more time", &[(5, Attach), (50, Schedule(None, 90))], 90, Cause::Deadline),
    ("more time, too late", &[(61, Schedule(None, 90))], 60, Cause::Deadline),
    ("less time", &[(30, Schedule(None, 40))], 40, Cause::Deadline),
    ("less time than has passed", &[(30, Schedule(None, 20))], 20, Cause::Deadline),
    ("40 days", &[(30, Schedule(None, 57_600))], 57_600, Cause::Deadline),
    // The server restarts.
    ("restart while held", &[(5, Attach), (20, DONE), (25, Restart)], 35, Cause::Reattach),
    ("restart before the finish", &[(5, Attach), (15, Restart), (20, DONE)], 30, Cause::Grace),
    ("restart in grace", &[(20, DONE), (25, Restart)], 30, Cause::Grace),
    ("restart after a long time", &[(20, DONE), (300, Restart)], 30, Cause::Grace),
    ("restart when all is over", &[(5, Attach), (20, DONE), (300, Restart)], 60, Cause::Deadline),
];
