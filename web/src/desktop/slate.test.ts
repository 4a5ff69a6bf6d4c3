import { expect, test } from "vitest";
import { Slate } from "./slate";

function numbered(width: number, height: number): Slate {
  const slate = new Slate();
  slate.reset(width, height);
  slate.put(
    { x: 0, y: 0, width, height },
    Uint32Array.from({ length: width * height }, (_, i) => i),
  );
  slate.takeDirty();
  return slate;
}

const pixel = (slate: Slate, x: number, y: number) =>
  new Uint32Array(slate.bytes.buffer)[y * slate.width + x];

test("copies that overlap are right in every direction", () => {
  for (const [dx, dy] of [
    [1, 1],
    [1, 0],
    [0, 1],
    [2, 1],
  ] as const) {
    for (const [to, from] of [
      [
        { x: dx, y: dy },
        { x: 0, y: 0 },
      ],
      [
        { x: 0, y: 0 },
        { x: dx, y: dy },
      ],
    ] as const) {
      const slate = numbered(7, 6);
      slate.copy({ ...to, width: 5, height: 4 }, from.x, from.y);
      for (let y = 0; y < 4; y += 1)
        for (let x = 0; x < 5; x += 1)
          expect(pixel(slate, to.x + x, to.y + y)).toBe((from.y + y) * 7 + from.x + x);
    }
  }
});

test("what has changed is the smallest rectangle around it, once", () => {
  const slate = numbered(20, 10);
  expect(slate.takeDirty()).toBeUndefined();
  slate.fill({ x: 3, y: 4, width: 2, height: 1 }, 1, 2, 3);
  slate.fill({ x: 10, y: 2, width: 1, height: 1 }, 1, 2, 3);
  slate.fill({ x: 0, y: 0, width: 0, height: 5 }, 1, 2, 3);
  expect(slate.takeDirty()).toEqual({ x: 3, y: 2, width: 8, height: 3 });
  expect(slate.takeDirty()).toBeUndefined();
  expect([...slate.bytes.subarray((4 * 20 + 3) * 4, (4 * 20 + 3) * 4 + 4)]).toEqual([1, 2, 3, 255]);
});

test("what is outside the picture is refused before anything is drawn", () => {
  const slate = numbered(4, 3);
  expect(() => slate.fill({ x: 3, y: 0, width: 2, height: 1 }, 1, 1, 1)).toThrow(RangeError);
  expect(() => slate.copy({ x: 0, y: 0, width: 2, height: 2 }, 3, 0)).toThrow(RangeError);
  expect(() => slate.put({ x: 0, y: 0, width: 2, height: 2 }, new Uint32Array(3))).toThrow(
    RangeError,
  );
  expect(slate.takeDirty()).toBeUndefined();
});
