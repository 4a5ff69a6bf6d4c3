import { describe, expect, it } from "vitest";
import { Characters } from "./characters";

const TEXT = "a — b … é 👩‍💻 漢字 \u0800 end";

describe("characters", () => {
  it("are whole in every piece, wherever the bytes were cut", () => {
    const bytes = new TextEncoder().encode(TEXT);
    for (let size = 1; size < 9; size += 1) {
      const characters = new Characters();
      let text = "";
      for (let at = 0; at < bytes.length; at += size) {
        const piece = characters.whole(bytes.subarray(at, at + size));
        text += new TextDecoder("utf-8", { fatal: true }).decode(piece);
      }
      expect(text).toBe(TEXT);
    }
  });

  it("that never were are passed on as they are", () => {
    const garbage = new Uint8Array([0x80, 0xbf, 0xff, 0xf8, 0xc0, 0x41, 0xed, 0xa0]);
    const characters = new Characters();
    const first = characters.whole(garbage);
    const second = characters.whole(new Uint8Array([0x41]));
    expect([...first, ...second]).toEqual([...garbage, 0x41]);
  });

  it("of another place are not put before what follows a reset", () => {
    const characters = new Characters();
    expect(characters.whole(new Uint8Array([0x61, 0xe2, 0x80]))).toEqual(new Uint8Array([0x61]));
    characters.reset();
    expect(characters.whole(new Uint8Array([0x62]))).toEqual(new Uint8Array([0x62]));
  });
});
