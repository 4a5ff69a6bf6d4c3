//! States, actions, and which follows from which character.

pub(super) const GROUND: u8 = 0;
const ESCAPE: u8 = 1;
const ESCAPE_INTERMEDIATE: u8 = 2;
const CSI_ENTRY: u8 = 3;
const CSI_PARAM: u8 = 4;
const CSI_INTERMEDIATE: u8 = 5;
const CSI_IGNORE: u8 = 6;
const SOS_PM_APC: u8 = 7;
pub(super) const OSC: u8 = 8;
const DCS_ENTRY: u8 = 9;
const DCS_PARAM: u8 = 10;
const DCS_IGNORE: u8 = 11;
const DCS_INTERMEDIATE: u8 = 12;
pub(super) const DCS: u8 = 13;
const STATES: usize = 14;

const IGNORE: u8 = 0;
pub(super) const PRINT: u8 = 1;
pub(super) const EXECUTE: u8 = 2;
const OSC_START: u8 = 3;
pub(super) const PUT: u8 = 4;
pub(super) const OSC_END: u8 = 5;
pub(super) const CSI_DISPATCH: u8 = 6;
pub(super) const PARAM: u8 = 7;
pub(super) const COLLECT: u8 = 8;
pub(super) const ESC_DISPATCH: u8 = 9;
pub(super) const CLEAR: u8 = 10;
pub(super) const DCS_HOOK: u8 = 11;
pub(super) const DCS_END: u8 = 12;

/// Column for everything from U+00A0 up.
pub(super) const OTHER: usize = 0xa0;

/// By state and character: action << 4 | next state.
pub(super) static TABLE: [[u8; OTHER + 1]; STATES] = table();

const fn add(mut row: [u8; OTHER + 1], from: usize, to: usize, action: u8, next: u8) -> [u8; OTHER + 1] {
    let mut at = from;
    while at <= to {
        row[at] = action << 4 | next;
        at += 1;
    }
    row
}

/// C0 controls that are executed, all but CAN, SUB and ESC.
const fn controls(mut row: [u8; OTHER + 1], action: u8, next: u8) -> [u8; OTHER + 1] {
    row = add(row, 0, 0x17, action, next);
    row = add(row, 0x19, 0x19, action, next);
    add(row, 0x1c, 0x1f, action, next)
}

/// Printable ASCII and what lies above C1.
const fn text(row: [u8; OTHER + 1], action: u8, next: u8) -> [u8; OTHER + 1] {
    add(add(row, 0x20, 0x7e, action, next), OTHER, OTHER, action, next)
}

/// From anywhere.
const fn anywhere() -> [u8; OTHER + 1] {
    let mut row = [IGNORE << 4 | GROUND; OTHER + 1];
    row = add(row, 0x80, 0x9f, EXECUTE, GROUND);
    row = add(row, 0x18, 0x18, EXECUTE, GROUND);
    row = add(row, 0x1a, 0x1a, EXECUTE, GROUND);
    row = add(row, 0x1b, 0x1b, CLEAR, ESCAPE);
    row = add(row, 0x90, 0x90, CLEAR, DCS_ENTRY);
    row = add(row, 0x98, 0x98, IGNORE, SOS_PM_APC);
    row = add(row, 0x9b, 0x9b, CLEAR, CSI_ENTRY);
    row = add(row, 0x9c, 0x9c, IGNORE, GROUND);
    row = add(row, 0x9d, 0x9d, OSC_START, OSC);
    add(row, 0x9e, 0x9f, IGNORE, SOS_PM_APC)
}

const fn table() -> [[u8; OTHER + 1]; STATES] {
    let mut t = [anywhere(); STATES];

    t[GROUND as usize] = text(controls(t[GROUND as usize], EXECUTE, GROUND), PRINT, GROUND);

    let mut row = controls(t[ESCAPE as usize], EXECUTE, ESCAPE);
    row = add(row, 0x20, 0x2f, COLLECT, ESCAPE_INTERMEDIATE);
    row = add(row, 0x30, 0x7e, ESC_DISPATCH, GROUND);
    row = add(row, b'P' as usize, b'P' as usize, CLEAR, DCS_ENTRY);
    row = add(row, b'X' as usize, b'X' as usize, IGNORE, SOS_PM_APC);
    row = add(row, b'[' as usize, b'[' as usize, CLEAR, CSI_ENTRY);
    row = add(row, b']' as usize, b']' as usize, OSC_START, OSC);
    row = add(row, b'^' as usize, b'_' as usize, IGNORE, SOS_PM_APC);
    t[ESCAPE as usize] = add(row, 0x7f, 0x7f, IGNORE, ESCAPE);

    row = controls(t[ESCAPE_INTERMEDIATE as usize], EXECUTE, ESCAPE_INTERMEDIATE);
    row = add(row, 0x20, 0x2f, COLLECT, ESCAPE_INTERMEDIATE);
    row = add(row, 0x30, 0x7e, ESC_DISPATCH, GROUND);
    t[ESCAPE_INTERMEDIATE as usize] = add(row, 0x7f, 0x7f, IGNORE, ESCAPE_INTERMEDIATE);

    row = controls(t[CSI_ENTRY as usize], EXECUTE, CSI_ENTRY);
    row = add(row, 0x20, 0x2f, COLLECT, CSI_INTERMEDIATE);
    row = add(row, 0x30, 0x3b, PARAM, CSI_PARAM);
    row = add(row, 0x3c, 0x3f, COLLECT, CSI_PARAM);
    row = add(row, 0x40, 0x7e, CSI_DISPATCH, GROUND);
    t[CSI_ENTRY as usize] = add(row, 0x7f, 0x7f, IGNORE, CSI_ENTRY);

    row = controls(t[CSI_PARAM as usize], EXECUTE, CSI_PARAM);
    row = add(row, 0x20, 0x2f, COLLECT, CSI_INTERMEDIATE);
    row = add(row, 0x30, 0x3b, PARAM, CSI_PARAM);
    row = add(row, 0x3c, 0x3f, IGNORE, CSI_IGNORE);
    row = add(row, 0x40, 0x7e, CSI_DISPATCH, GROUND);
    t[CSI_PARAM as usize] = add(row, 0x7f, 0x7f, IGNORE, CSI_PARAM);

    row = controls(t[CSI_INTERMEDIATE as usize], EXECUTE, CSI_INTERMEDIATE);
    row = add(row, 0x20, 0x2f, COLLECT, CSI_INTERMEDIATE);
    row = add(row, 0x30, 0x3f, IGNORE, CSI_IGNORE);
    row = add(row, 0x40, 0x7e, CSI_DISPATCH, GROUND);
    t[CSI_INTERMEDIATE as usize] = add(row, 0x7f, 0x7f, IGNORE, CSI_INTERMEDIATE);

    row = controls(t[CSI_IGNORE as usize], EXECUTE, CSI_IGNORE);
    row = add(row, 0x20, 0x3f, IGNORE, CSI_IGNORE);
    row = add(row, 0x40, 0x7e, IGNORE, GROUND);
    row = add(row, 0x7f, 0x7f, IGNORE, CSI_IGNORE);
    t[CSI_IGNORE as usize] = add(row, OTHER, OTHER, IGNORE, CSI_IGNORE);

    row = controls(t[SOS_PM_APC as usize], IGNORE, SOS_PM_APC);
    t[SOS_PM_APC as usize] = add(row, 0x20, 0x7f, IGNORE, SOS_PM_APC);

    row = text(controls(t[OSC as usize], IGNORE, OSC), PUT, OSC);
    row = add(row, 0x7f, 0x7f, PUT, OSC);
    row = add(row, 0x07, 0x07, OSC_END, GROUND);
    row = add(row, 0x18, 0x18, OSC_END, GROUND);
    row = add(row, 0x1a, 0x1a, OSC_END, GROUND);
    row = add(row, 0x1b, 0x1b, OSC_END, ESCAPE);
    t[OSC as usize] = add(row, 0x9c, 0x9c, OSC_END, GROUND);

    row = controls(t[DCS_ENTRY as usize], IGNORE, DCS_ENTRY);
    row = add(row, 0x20, 0x2f, COLLECT, DCS_INTERMEDIATE);
    row = add(row, 0x30, 0x3b, PARAM, DCS_PARAM);
    row = add(row, 0x3c, 0x3f, COLLECT, DCS_PARAM);
    row = add(row, 0x40, 0x7e, DCS_HOOK, DCS);
    t[DCS_ENTRY as usize] = add(row, 0x7f, 0x7f, IGNORE, DCS_ENTRY);

    row = controls(t[DCS_PARAM as usize], IGNORE, DCS_PARAM);
    row = add(row, 0x20, 0x2f, COLLECT, DCS_INTERMEDIATE);
    row = add(row, 0x30, 0x3b, PARAM, DCS_PARAM);
    row = add(row, 0x3c, 0x3f, IGNORE, DCS_IGNORE);
    row = add(row, 0x40, 0x7e, DCS_HOOK, DCS);
    t[DCS_PARAM as usize] = add(row, 0x7f, 0x7f, IGNORE, DCS_PARAM);

    row = controls(t[DCS_INTERMEDIATE as usize], IGNORE, DCS_INTERMEDIATE);
    row = add(row, 0x20, 0x2f, COLLECT, DCS_INTERMEDIATE);
    row = add(row, 0x30, 0x3f, IGNORE, DCS_IGNORE);
    row = add(row, 0x40, 0x7e, DCS_HOOK, DCS);
    t[DCS_INTERMEDIATE as usize] = add(row, 0x7f, 0x7f, IGNORE, DCS_INTERMEDIATE);

    row = controls(t[DCS_IGNORE as usize], IGNORE, DCS_IGNORE);
    row = add(row, 0x20, 0x7f, IGNORE, DCS_IGNORE);
    t[DCS_IGNORE as usize] = add(row, OTHER, OTHER, IGNORE, DCS_IGNORE);

    row = text(controls(t[DCS as usize], PUT, DCS), PUT, DCS);
    row = add(row, 0x7f, 0x7f, IGNORE, DCS);
    row = add(row, 0x18, 0x18, DCS_END, GROUND);
    row = add(row, 0x1a, 0x1a, DCS_END, GROUND);
    row = add(row, 0x1b, 0x1b, DCS_END, ESCAPE);
    t[DCS as usize] = add(row, 0x9c, 0x9c, DCS_END, GROUND);
    t
}
