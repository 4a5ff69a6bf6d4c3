/** What a key means: X11's keysyms for the names that browsers have for keys. */

const NAMED = table(`
  Backspace ff08 Tab ff09 Clear ff0b Enter ff0d Pause ff13 ScrollLock ff14 Escape ff1b Delete ffff
  Home ff50 ArrowLeft ff51 ArrowUp ff52 ArrowRight ff53 ArrowDown ff54 PageUp ff55 PageDown ff56 End ff57
  Select ff60 PrintScreen ff61 Print ff61 Execute ff62 Insert ff63 Undo ff65 Redo ff66 Again ff66
  ContextMenu ff67 Find ff68 Cancel ff69 Help ff6a ModeChange ff7e NumLock ff7f CapsLock ffe5
  AltGraph fe03 Props 1005ff70
  Compose ff20 KanjiMode ff21 NonConvert ff22 Convert ff23 Romaji ff24 Hiragana ff25 Katakana ff26
  HiraganaKatakana ff27 Zenkaku ff28 Hankaku ff29 ZenkakuHankaku ff2a KanaMode ff2d
  Eisu ff30 Alphanumeric ff30 HangulMode ff31 HanjaMode ff34 CodeInput ff37 JunjaMode ff38
  SingleCandidate ff3c AllCandidates ff3d PreviousCandidate ff3e
  BrightnessUp 1008ff02 BrightnessDown 1008ff03 Standby 1008ff10
  AudioVolumeDown 1008ff11 AudioVolumeMute 1008ff12 AudioVolumeUp 1008ff13
  MediaPlay 1008ff14 MediaPlayPause 1008ff14 MediaStop 1008ff15 MediaTrackPrevious 1008ff16
  MediaTrackNext 1008ff17 MediaRecord 1008ff1c MediaPause 1008ff31 MediaRewind 1008ff3e
  MediaFastForward 1008ff97 MicrophoneVolumeMute 1008ffb2
  BrowserHome 1008ff18 BrowserSearch 1008ff1b BrowserBack 1008ff26 BrowserForward 1008ff27
  BrowserStop 1008ff28 BrowserRefresh 1008ff29 BrowserFavorites 1008ff30
  LaunchMail 1008ff19 LaunchCalculator 1008ff1d LaunchApplication2 1008ff1d LaunchScreenSaver 1008ff2d
  LaunchWebBrowser 1008ff2e LaunchMediaPlayer 1008ff32 LaunchMyComputer 1008ff33
  LaunchApplication1 1008ff33 LaunchPhone 1008ff6e
  PowerOff 1008ff21 Power 1008ff2a WakeUp 1008ff2b Eject 1008ff2c Sleep 1008ff2f LogOff 1008ff61
  Hibernate 1008ffa8
  Close 1008ff56 Copy 1008ff57 Cut 1008ff58 New 1008ff68 Open 1008ff6b Paste 1008ff6d MailReply 1008ff72
  Save 1008ff77 MailSend 1008ff7b SpellCheck 1008ff7c ZoomIn 1008ff8b ZoomOut 1008ff8c
  MailForward 1008ff90`);

/** The left one; the right one is the next. */
const SIDES = table(`
  Shift ffe1 Control ffe3 Alt ffe9 Meta ffeb OS ffeb Super ffeb Hyper ffed`);

const NUMPAD = table(`
  Enter ff8d Home ff95 ArrowLeft ff96 ArrowUp ff97 ArrowRight ff98 ArrowDown ff99 PageUp ff9a PageDown ff9b
  End ff9c Clear ff9d Insert ff9e Delete ff9f
  * ffaa + ffab , ffac - ffad . ffae / ffaf 0 ffb0 1 ffb1 2 ffb2 3 ffb3 4 ffb4 5 ffb5 6 ffb6 7 ffb7 8 ffb8 9 ffb9
  = ffbd`);

const F1 = 0xffbe;
const META_LEFT = 0xffe7;
const META_RIGHT = 0xffe8;
const NUM_LOCK = 0xff7f;
/** Where in X11's numbers all of Unicode is. */
const UNICODE = 0x0100_0000;

/** Of a `KeyboardEvent.location`. */
const RIGHT = 2;
const PAD = 3;

export type NamedKey = Pick<KeyboardEvent, "key" | "code" | "location">;

/** 0 where there is none: a dead key, a key without a name. */
export function keysymOf({ key, code, location }: NamedKey): number {
  // X11 turns Alt into Meta while Shift is held.
  if (key === "Meta" && code === "AltLeft") return META_LEFT;
  if (key === "Meta" && code === "AltRight") return META_RIGHT;
  // What a Mac's keyboard calls Clear.
  if (key === "Clear" && code === "NumLock") return NUM_LOCK;
  const onPad = location === PAD ? NUMPAD.get(key) : undefined;
  if (onPad !== undefined) return onPad;
  const left = SIDES.get(key);
  if (left !== undefined) return location === RIGHT ? left + 1 : left;
  const named = NAMED.get(key);
  if (named !== undefined) return named;
  const number = /^F([1-9]|[12]\d|3[0-5])$/.exec(key)?.[1];
  if (number !== undefined) return F1 + Number(number) - 1;
  return isCharacter(key) ? keysymOfCharacter(key.codePointAt(0) ?? 0) : 0;
}

/** The key that types the character; 0 where none does. */
export function keysymOfCharacter(point: number): number {
  switch (point) {
    case 0x08:
      return 0xff08;
    case 0x09:
      return 0xff09;
    case 0x0a:
    case 0x0d:
      return 0xff0d;
    case 0x1b:
      return 0xff1b;
    case 0x7f:
      return 0xffff;
    default:
      if (point < 0x20 || (point > 0x7f && point < 0xa0)) return 0;
      if (point < 0x100) return point;
      return (point >= 0xd800 && point < 0xe000) || point > 0x10_ffff ? 0 : UNICODE + point;
  }
}

/** Whether a key's name is the character that it types. */
export function isCharacter(key: string): boolean {
  const point = key.codePointAt(0);
  return point !== undefined && key.length === (point > 0xffff ? 2 : 1);
}

function table(text: string): ReadonlyMap<string, number> {
  const words = text.trim().split(/\s+/);
  return new Map(
    words.flatMap((word, i) => (i % 2 === 0 ? [[word, Number(`0x${words[i + 1]}`)] as const] : [])),
  );
}
