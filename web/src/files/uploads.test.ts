import { expect, it } from "vitest";
import { ProblemError } from "../api/problem";
import { settle } from "../transport/fakes";
import type { Sending } from "./api";
import { foldersOf, placeOf } from "./dropped";
import { Uploads } from "./uploads";

interface Call extends Sending {
  path: string;
  done: () => void;
  fail: (error: Error) => void;
}

function bench() {
  const calls: Call[] = [];
  let now = 0;
  const api = {
    upload: (path: string, _file: Blob, sending: Sending) =>
      new Promise<void>((done, fail) => {
        calls.push({ ...sending, path, done, fail });
        sending.signal.addEventListener("abort", () => fail(new DOMException("", "AbortError")));
      }),
  };
  const uploads = new Uploads(
    api,
    () => {},
    () => now,
  );
  return { calls, uploads, passes: (ms: number) => (now += ms) };
}

const file = (name: string, bytes: number) => new File([new Uint8Array(bytes)], name);

it("sends one after the other and says how fast", async () => {
  const { calls, uploads, passes } = bench();
  uploads.add("a", "/t/a", file("a", 1000));
  uploads.add("b", "/t/b", file("b", 10));
  expect(calls.map((c) => c.path)).toEqual(["/t/a"]);
  passes(500);
  calls[0]?.sent(600);
  expect(uploads.all[0]).toMatchObject({ state: "sending", sent: 600, rate: 1200 });
  calls[0]?.done();
  await settle();
  expect(calls.map((c) => c.path)).toEqual(["/t/a", "/t/b"]);
  expect(uploads.all.map((u) => u.state)).toEqual(["done", "sending"]);
  expect(uploads.busy).toBe(true);
});

it("replaces only after it was asked", async () => {
  const { calls, uploads } = bench();
  uploads.add("a", "/t/a", file("a", 1));
  expect(calls[0]?.replace).toBe(false);
  calls[0]?.fail(new ProblemError("file-exists", 412, "There is one.", null));
  await settle();
  const [first] = uploads.all;
  expect(first).toMatchObject({ state: "failed", words: "There is one.", exists: true });
  if (first) uploads.again(first);
  expect(calls[1]?.replace).toBe(true);
});

it("cancels what waits and what is on its way", async () => {
  const { calls, uploads } = bench();
  uploads.add("a", "/t/a", file("a", 1));
  uploads.add("b", "/t/b", file("b", 1));
  const [a, b] = uploads.all;
  if (a && b) {
    uploads.cancel(b);
    uploads.cancel(a);
  }
  await settle();
  expect(uploads.all.map((u) => u.state)).toEqual(["cancelled", "cancelled"]);
  expect(calls).toHaveLength(1);
  uploads.clear();
  expect(uploads.all).toEqual([]);
});

it("makes folders before what lies in them", () => {
  const chosen = [
    { file: file("x", 1), folders: ["a", "b c"] },
    { file: file("y", 1), folders: ["a"] },
    { file: file("z", 1), folders: [] },
  ];
  expect(foldersOf(chosen, "/t")).toEqual(["/t/a", "/t/a/b%20c"]);
  expect(chosen.map((c) => placeOf(c, "/t"))).toEqual(["/t/a/b%20c/x", "/t/a/y", "/t/z"]);
});
