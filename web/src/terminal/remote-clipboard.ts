/** What a program wants with the clipboard (OSC 52): writing is looked at, reading never answered. */

export const CLIPBOARD_BYTES = 1024 * 1024;

export type ClipboardWish =
  | { kind: "text"; text: string }
  | { kind: "too-large" }
  /** A question, an emptying, or nonsense: nothing happens and nothing is said. */
  | { kind: "nothing" };

const NOTHING: ClipboardWish = { kind: "nothing" };

/** Takes what follows `OSC 52 ;`: which clipboard, a semicolon, base64. */
export function clipboardWish(data: string): ClipboardWish {
  const at = data.indexOf(";");
  const base64 = data.slice(at + 1);
  if (at < 0 || base64 === "" || base64 === "?" || /[^cpqs0-7]/.test(data.slice(0, at))) {
    return NOTHING;
  }
  if (base64.length > Math.ceil(CLIPBOARD_BYTES / 3) * 4) return { kind: "too-large" };
  try {
    const binary = atob(base64);
    const bytes = new Uint8Array(binary.length);
    for (let at = 0; at < binary.length; at += 1) bytes[at] = binary.charCodeAt(at);
    if (bytes.length > CLIPBOARD_BYTES) return { kind: "too-large" };
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return text === "" ? NOTHING : { kind: "text", text };
  } catch {
    return NOTHING;
  }
}
