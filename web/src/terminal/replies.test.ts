import { expect, it } from "vitest";
import { History } from "./replies";

/** Whether each byte from `offset` on counts as past when it is parsed. */
function parsed(history: History, offset: number, length: number): boolean[] {
  const past: boolean[] = [];
  history.split(
    offset,
    new Uint8Array(length),
    (_, bytes) => past.push(...Array.from(bytes, () => history.past)),
    (run) => run(),
  );
  return past;
}

it("tells past from present at the very byte", () => {
  const history = new History();
  history.ends(5);
  history.enter(0);
  expect(parsed(history, 0, 3)).toEqual([true, true, true]);
  expect(parsed(history, 3, 4)).toEqual([true, true, false, false]);
  expect(parsed(history, 7, 1)).toEqual([false]);
});

it("ends the past with the piece that reaches its end", () => {
  const history = new History();
  history.ends(3);
  history.enter(0);
  expect(parsed(history, 0, 3)).toEqual([true, true, true]);
  expect(history.past).toBe(false);
});

it("has no past for a new terminal, nor for one that resumes", () => {
  const history = new History();
  history.ends(0);
  history.enter(0);
  expect(parsed(history, 0, 2)).toEqual([false, false]);
  history.ends(900);
  history.enter(900);
  expect(parsed(history, 900, 1)).toEqual([false]);
});
