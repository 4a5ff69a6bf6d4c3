// @vitest-environment happy-dom
import { beforeEach, expect, it } from "vitest";
import { KeptTabs } from "./kept-tabs";
import { newSlot } from "./slot";
import { isAlive, shortName, tabName } from "./tabs";

beforeEach(() => sessionStorage.clear());

it("are named by their program, and shortly", () => {
  const slot = newSlot(3, "");
  expect(tabName(slot)).toBe("Terminal 3");
  slot.program = "vim notes.txt";
  expect(tabName(slot)).toBe("vim notes.txt");
  expect(shortName("dana@vm: /builds/7/clone/src")).toBe("…/clone/src");
  expect(shortName("dana@vm: ~/clone")).toBe("~/clone");
  expect(shortName("dana@vm: ~")).toBe("~");
  expect(shortName("make a/b/c/d")).toBe("make a/b/c/d");
});

it("live until the shell or the connection has ended", () => {
  const slot = newSlot(1, "");
  expect(isAlive(slot)).toBe(true);
  expect(isAlive({ ...slot, exited: true })).toBe(false);
  expect(isAlive({ ...slot, state: "ended" })).toBe(false);
});

it("come back where the page came back to one of them", () => {
  new KeptTabs("7").keep(["a", "", "b", "c"]);
  expect(new KeptTabs("7").take(["b"])).toEqual(["a", "c"]);
  expect(new KeptTabs("7").take(["new"])).toEqual([]);
  expect(new KeptTabs("8").take(["b"])).toEqual([]);
});

it("survive whatever the storage holds", () => {
  for (const stored of ["", "{", "null", "{}", "7", '[1,null,{"a":1}]']) {
    sessionStorage.setItem("transom.tabs.7", stored);
    expect(new KeptTabs("7").take(["b"]), stored).toEqual([]);
  }
});
