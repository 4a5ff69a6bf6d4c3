import { expect, it } from "vitest";
import { isDark } from "./palette";
import { PALETTE } from "./palettes";

/** WCAG 2's contrast of two colours `#rrggbb`. */
function contrast(one: string, other: string): number {
  const light = (color: string) => {
    const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
      const c = Number.parseInt(color.slice(at, at + 2), 16) / 255;
      return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const [a, b] = [light(one), light(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

it.each(Object.entries(PALETTE))("%s is readable", (_name, palette) => {
  const { background, foreground, cursor, selection } = palette;
  expect(contrast(foreground, background)).toBeGreaterThanOrEqual(palette.contrast);
  expect(contrast(cursor, background)).toBeGreaterThanOrEqual(3);
  expect(contrast(foreground, selection)).toBeGreaterThanOrEqual(3);
  expect(palette.contrast).toBeGreaterThanOrEqual(4.5);
});

it("tells dark grounds from light ones, as a style gives them", () => {
  expect(isDark("rgb(17, 21, 28)")).toBe(true);
  expect(isDark("rgb(253, 246, 227)")).toBe(false);
});
