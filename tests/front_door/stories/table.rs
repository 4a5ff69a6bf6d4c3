//! Stories of builds that start at 0, may last 60 minutes unless said, and are open from the start:
//! derived from the rules, beyond the timelines that the product names.

use transom_server::access::build::Outcome::{Cancelled, Failed, Succeeded, TimedOut};
use transom_server::access::lifecycle::Cause;

use super::Act::{Back, Come, Down, End, Finish, Go, Gone, Last, Restart, Told, TurnOn, Up};
use super::Story;

/// Each ends as it says.
pub const STORIES: &[Story] = &[
    // Restarts.
    ("restart before anything", &[(3, Restart), (20, Finish(Failed))], 30, Cause::Grace),
    ("restart at the finish", &[(20, Finish(Succeeded)), (20, Restart)], 30, Cause::Grace),
    ("restart at the last minute of grace", &[(20, Finish(Failed)), (29, Restart)], 30, Cause::Grace),
    ("restart while held", &[(5, Come), (20, Finish(Succeeded)), (25, Restart)], 35, Cause::Reattach),
    (
        "restart while held, back, restart again",
        &[(5, Come), (20, Finish(Succeeded)), (25, Restart), (30, Come), (33, Restart)],
        43,
        Cause::Reattach,
    ),
    (
        "restart while the build runs and somebody is there",
        &[(5, Come), (15, Restart), (20, Finish(Failed))],
        30,
        Cause::Grace,
    ),
    (
        "restart while the build runs, back before the finish",
        &[(5, Come), (15, Restart), (18, Come), (20, Finish(Failed))],
        60,
        Cause::Deadline,
    ),
    (
        "restart in reattach",
        &[(5, Come), (20, Finish(Succeeded)), (22, Go), (27, Restart)],
        32,
        Cause::Reattach,
    ),
    ("restart at the deadline", &[(5, Come), (20, Finish(Succeeded)), (60, Restart)], 60, Cause::Deadline),
    (
        "restart right before the deadline, nobody can stay longer",
        &[(5, Come), (20, Finish(Succeeded)), (59, Restart), (59, Come)],
        60,
        Cause::Deadline,
    ),
    ("restart after a cancellation", &[(8, Finish(Cancelled)), (9, Restart)], 8, Cause::Cancelled),
    (
        "three restarts in grace",
        &[(20, Finish(Failed)), (21, Restart), (24, Restart), (29, Restart)],
        30,
        Cause::Grace,
    ),
    // The server is away.
    ("away over the end of grace", &[(20, Finish(Failed)), (24, Down), (33, Up)], 30, Cause::Grace),
    ("away over the deadline", &[(55, Down), (70, Up)], 60, Cause::Deadline),
    (
        "away over half of reattach",
        &[(5, Come), (20, Finish(Succeeded)), (22, Go), (24, Down), (30, Up), (31, Come), (33, Go)],
        43,
        Cause::Reattach,
    ),
    (
        "away over the end of reattach, too late to come back",
        &[(5, Come), (20, Finish(Succeeded)), (22, Go), (24, Down), (32, Up), (33, Come)],
        32,
        Cause::Reattach,
    ),
    (
        "away over the finish, which is told late",
        &[(18, Down), (25, Up), (25, Told(20, Succeeded))],
        30,
        Cause::Grace,
    ),
    (
        "away over a cancellation, which is told late",
        &[(5, Down), (25, Up), (25, Told(12, Cancelled))],
        12,
        Cause::Cancelled,
    ),
    // Several people.
    (
        "two inside, one leaves",
        &[(5, Come), (6, Come), (20, Finish(Succeeded)), (22, Go)],
        60,
        Cause::Deadline,
    ),
    (
        "two inside, both leave",
        &[(5, Come), (6, Come), (20, Finish(Succeeded)), (22, Go), (26, Go)],
        36,
        Cause::Reattach,
    ),
    (
        "one leaves before the finish, the other after it",
        &[(5, Come), (6, Come), (10, Go), (20, Finish(Failed)), (21, Go)],
        31,
        Cause::Reattach,
    ),
    (
        "handed on from one to the next",
        &[(5, Come), (20, Finish(Succeeded)), (24, Come), (24, Go), (34, Go)],
        44,
        Cause::Reattach,
    ),
    (
        "both cut by a cancellation",
        &[(5, Come), (6, Come), (20, Finish(Failed)), (30, Finish(Cancelled))],
        30,
        Cause::Cancelled,
    ),
    // Windows.
    ("all gone before the finish", &[(5, Come), (19, Go), (20, Finish(Failed))], 30, Cause::Grace),
    ("leaves in the minute of the finish", &[(5, Come), (20, Finish(Failed)), (20, Go)], 30, Cause::Reattach),
    ("comes in the last minute of grace", &[(20, Finish(Failed)), (29, Come), (30, Go)], 40, Cause::Reattach),
    ("comes when grace is over", &[(20, Finish(Failed)), (30, Come)], 30, Cause::Grace),
    (
        "comes back when reattach is over",
        &[(5, Come), (20, Finish(Failed)), (22, Go), (32, Come)],
        32,
        Cause::Reattach,
    ),
    (
        "comes and goes as long as it may",
        &[(20, Finish(Failed)), (29, Come), (30, Go), (39, Come), (40, Go), (49, Come), (50, Go)],
        60,
        Cause::Deadline,
    ),
    (
        "leaves five minutes before the deadline",
        &[(5, Come), (20, Finish(Failed)), (55, Go)],
        60,
        Cause::Deadline,
    ),
    ("finishes in the last minute", &[(59, Finish(Succeeded))], 60, Cause::Deadline),
    // At once.
    ("times out with somebody inside", &[(5, Come), (45, Finish(TimedOut))], 45, Cause::TimedOut),
    (
        "cancelled in reattach",
        &[(5, Come), (20, Finish(Failed)), (22, Go), (25, Finish(Cancelled))],
        25,
        Cause::Cancelled,
    ),
    ("cancelled when it was over", &[(20, Finish(Failed)), (31, Finish(Cancelled))], 30, Cause::Grace),
    (
        "ended, and not to be turned on again",
        &[(5, Come), (15, End), (16, TurnOn), (17, Come)],
        15,
        Cause::EndedByUser,
    ),
    ("ended while held", &[(5, Come), (20, Finish(Failed)), (40, End)], 40, Cause::EndedByUser),
    ("ended twice, restarted between", &[(15, End), (16, Restart), (17, End)], 15, Cause::EndedByUser),
    ("machine gone while held", &[(5, Come), (20, Finish(Failed)), (33, Gone)], 33, Cause::MachineGone),
    (
        "another machine does not revive it",
        &[(7, Gone), (8, Back), (9, TurnOn), (10, Restart)],
        7,
        Cause::MachineGone,
    ),
    // The CI changes its mind.
    (
        "more time while somebody is inside",
        &[(5, Come), (20, Finish(Failed)), (50, Last(90))],
        90,
        Cause::Deadline,
    ),
    ("more time, restart, the new deadline holds", &[(50, Last(90)), (55, Restart)], 90, Cause::Deadline),
    ("more time, when it was over", &[(61, Last(90))], 60, Cause::Deadline),
    ("less time while somebody is inside", &[(5, Come), (30, Last(40))], 40, Cause::Deadline),
    ("less time than has passed", &[(5, Come), (30, Last(20))], 20, Cause::Deadline),
    ("less time cuts grace short", &[(20, Finish(Failed)), (22, Last(25))], 25, Cause::Deadline),
    ("forty days", &[(30, Last(57_600)), (31, Restart)], 57_600, Cause::Deadline),
    // Reports that come late.
    ("told at 25", &[(25, Told(20, Succeeded))], 30, Cause::Grace),
    ("told when grace was over", &[(50, Told(20, Failed))], 30, Cause::Grace),
    (
        "told late, somebody came meanwhile",
        &[(35, Come), (50, Told(20, Failed)), (52, Go)],
        60,
        Cause::Deadline,
    ),
    (
        "told late, somebody left meanwhile",
        &[(5, Come), (30, Go), (31, Told(20, Failed))],
        40,
        Cause::Reattach,
    ),
    ("told twice", &[(20, Finish(Failed)), (29, Finish(Failed)), (29, Restart)], 30, Cause::Grace),
];
