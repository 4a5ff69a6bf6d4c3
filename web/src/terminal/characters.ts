/**
 * UTF-8 cut into pieces at any byte, put together so that no piece ends within a character. xterm.js 6
 * loses a character that is cut between two writes where its second byte is 0x80, as in `—` and `…`.
 */
export class Characters {
  #rest = new Uint8Array(0);

  /** What may be written now of `bytes` and of what was held back before. */
  whole(bytes: Uint8Array): Uint8Array {
    let all = bytes;
    if (this.#rest.length > 0) {
      all = new Uint8Array(this.#rest.length + bytes.length);
      all.set(this.#rest);
      all.set(bytes, this.#rest.length);
    }
    const end = all.length - unfinished(all);
    this.#rest = all.slice(end);
    return all.subarray(0, end);
  }

  /** Forgets what was held back: what follows belongs to another place. */
  reset(): void {
    this.#rest = new Uint8Array(0);
  }
}

/** How many bytes at the end belong to a character that is not yet whole (RFC 3629, section 4). */
function unfinished(bytes: Uint8Array): number {
  for (let back = 1; back <= 3 && back <= bytes.length; back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (byte < 0x80) return 0;
    if (byte < 0xc0) continue;
    const length = byte >= 0xf5 ? 1 : byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc2 ? 2 : 1;
    return length > back ? back : 0;
  }
  return 0;
}
