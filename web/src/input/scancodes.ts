/** Where a key is: scan codes of set 1 for the names that browsers have for places of keys. */

/** In the order of the codes, from 1 on. */
const PLAIN = `
  Escape Digit1 Digit2 Digit3 Digit4 Digit5 Digit6 Digit7 Digit8 Digit9 Digit0 Minus Equal Backspace
  Tab KeyQ KeyW KeyE KeyR KeyT KeyY KeyU KeyI KeyO KeyP BracketLeft BracketRight Enter
  ControlLeft KeyA KeyS KeyD KeyF KeyG KeyH KeyJ KeyK KeyL Semicolon Quote Backquote
  ShiftLeft Backslash KeyZ KeyX KeyC KeyV KeyB KeyN KeyM Comma Period Slash ShiftRight
  NumpadMultiply AltLeft Space CapsLock F1 F2 F3 F4 F5 F6 F7 F8 F9 F10 NumLock ScrollLock
  Numpad7 Numpad8 Numpad9 NumpadSubtract Numpad4 Numpad5 Numpad6 NumpadAdd
  Numpad1 Numpad2 Numpad3 Numpad0 NumpadDecimal`;

/**
 * The rest. Where a keyboard's own codes differ from QEMU's ("qnum", which VNC servers take), these are QEMU's: F13 to
 * F24, Pause, the keys of Sun's keyboards.
 */
const OTHERS: Readonly<Record<number, string>> = {
  55: "NumpadStar",
  85: "F16",
  86: "IntlBackslash",
  87: "F11",
  88: "F12",
  89: "NumpadEqual",
  90: "F20",
  93: "F13",
  94: "F14",
  95: "F15",
  100: "Open",
  101: "Paste",
  108: "Eject",
  109: "F23",
  111: "F24",
  112: "KanaMode",
  113: "Lang2",
  114: "Lang1",
  115: "IntlRo",
  116: "F21",
  118: "Lang5",
  119: "Lang4 Hiragana",
  120: "Lang3 Katakana",
  121: "Convert",
  123: "NonConvert",
  125: "IntlYen",
  126: "NumpadComma",
  57347: "F17",
  57348: "F19",
  57349: "Again",
  57350: "Props",
  57351: "Undo",
  57358: "MailForward",
  57360: "MediaTrackPrevious",
  57368: "MediaRewind",
  57369: "MediaTrackNext",
  57372: "NumpadEnter",
  57373: "ControlRight",
  57376: "AudioVolumeMute VolumeMute",
  57377: "LaunchApp2",
  57378: "MediaPlayPause",
  57380: "MediaStop",
  57381: "Suspend",
  57382: "SelectTask",
  57385: "MediaPause",
  57390: "AudioVolumeDown VolumeDown",
  57392: "AudioVolumeUp VolumeUp",
  57393: "MediaRecord",
  57394: "BrowserHome",
  57395: "MediaPlay",
  57396: "MediaFastForward",
  57397: "NumpadDivide",
  57399: "PrintScreen",
  57400: "AltRight",
  57404: "Cut",
  57409: "Find",
  57414: "Pause",
  57415: "Home",
  57416: "ArrowUp",
  57417: "PageUp",
  57419: "ArrowLeft",
  57420: "BrightnessDown",
  57421: "ArrowRight",
  57423: "End",
  57424: "ArrowDown",
  57425: "PageDown",
  57426: "Insert",
  57427: "Delete",
  57428: "BrightnessUp",
  57430: "DisplayToggleIntExt",
  57434: "MailSend",
  57435: "MetaLeft OSLeft",
  57436: "MetaRight OSRight",
  57437: "ContextMenu",
  57438: "Power",
  57439: "Sleep",
  57443: "WakeUp",
  57444: "MailReply",
  57445: "BrowserSearch",
  57446: "BrowserFavorites",
  57447: "BrowserRefresh",
  57448: "BrowserStop",
  57449: "BrowserForward",
  57450: "BrowserBack",
  57451: "LaunchApp1",
  57452: "LaunchMail",
  57453: "MediaSelect LaunchMediaPlayer",
  57461: "Help",
  57462: "NumpadParenLeft",
  57463: "F18",
  57464: "Copy",
  57465: "F22",
  57467: "NumpadParenRight",
};

const CODES: ReadonlyMap<string, number> = new Map([
  ...PLAIN.trim()
    .split(/\s+/)
    .map((name, index) => [name, index + 1] as const),
  ...Object.entries(OTHERS).flatMap(([code, names]) =>
    names.split(" ").map((name) => [name, Number(code)] as const),
  ),
]);

/** 0 where it has none. */
export function scancodeOf(code: string): number {
  return CODES.get(code) ?? 0;
}
