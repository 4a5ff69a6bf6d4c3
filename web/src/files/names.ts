/** Names of files are the machine's, or the user's computer's: bytes that may hold anything. */

/** What is invisible, or turns the direction of writing around it; but not what joins emoji. */
const HIDDEN =
  /(?<=\p{Extended_Pictographic}\ufe0f?)(\u200d)(?=\p{Extended_Pictographic})|[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\u115f\u1160\u3164]/gu;

/** The name as it is shown: whatever cannot be seen is written out, so that two names never look alike by it. */
export function visible(name: string): string {
  return name.replace(HIDDEN, (char, joiner?: string) => {
    if (joiner !== undefined) return joiner;
    const code = char.codePointAt(0) ?? 0;
    if (code < 0x20) return String.fromCodePoint(0x2400 + code);
    return `⟨U+${code.toString(16).toUpperCase().padStart(4, "0")}⟩`;
  });
}

/** The exact form in which the server is asked for a file: percent-encoded bytes. */
export function exactOf(name: string): string {
  return exactOfBytes(new TextEncoder().encode(name));
}

export function exactOfBytes(bytes: Uint8Array): string {
  let exact = "";
  for (const byte of bytes) {
    const char = String.fromCharCode(byte);
    exact += /[A-Za-z0-9._~/-]/.test(char)
      ? char
      : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return exact;
}

/** Puts two exact forms together. */
export function joined(directory: string, name: string): string {
  return directory.endsWith("/") ? directory + name : `${directory}/${name}`;
}

/** Each folder on the way to an absolute path, from the root: exact path and text of its name. */
export function steps(exact: string): { exact: string; text: string }[] {
  const parts = exact.split("/").filter((part) => part !== "");
  const all = [{ exact: "/", text: "/" }];
  let path = "";
  for (const part of parts) {
    path += `/${part}`;
    all.push({ exact: path, text: textOf(part) });
  }
  return all;
}

/** What an exact form shows, bytes that are no UTF-8 replaced. */
export function textOf(exact: string): string {
  const bytes: number[] = [];
  for (let i = 0; i < exact.length; i += 1) {
    const escaped = exact[i] === "%" ? Number.parseInt(exact.slice(i + 1, i + 3), 16) : Number.NaN;
    bytes.push(Number.isNaN(escaped) ? exact.charCodeAt(i) : escaped);
    if (!Number.isNaN(escaped)) i += 2;
  }
  return new TextDecoder().decode(Uint8Array.from(bytes));
}

const UNITS = ["bytes", "KB", "MB", "GB", "TB"];

/** A size in decimal units, three figures at most. */
export function size(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : 1;
  return `${value.toFixed(digits)} ${unit === 0 && bytes === 1 ? "byte" : UNITS[unit]}`;
}
