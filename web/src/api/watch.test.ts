import { beforeEach, expect, it } from "vitest";
import { FakeClock, settle } from "../transport/fakes";
import { TokenRefused } from "../transport/token";
import { UnreachableError } from "./problem";
import { BuildWatch } from "./watch";

let clock: FakeClock;
let streams: ReadableStreamDefaultController<Uint8Array>[];
let opened: number;
let failure: Error | null;
let said: string[];
let watch: BuildWatch;

beforeEach(() => {
  clock = new FakeClock();
  streams = [];
  opened = 0;
  failure = null;
  said = [];
  const events = async (signal: AbortSignal) => {
    opened += 1;
    if (failure !== null) throw failure;
    return new ReadableStream<Uint8Array>({
      start(controller) {
        streams.push(controller);
        signal.addEventListener("abort", () => controller.error(new Error("aborted")));
      },
    });
  };
  watch = new BuildWatch({ events }, clock, () => 0.5, {
    build: (view) => said.push(`build ${view.access.state}`),
    warning: ({ minutes }) => said.push(`warning ${minutes}`),
    lost: (retryAt) => said.push(retryAt === null ? "trying" : "lost"),
    refused: (problem) => said.push(`refused ${problem}`),
  });
});

async function arrives(event: string, data: unknown): Promise<void> {
  const text = `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
  streams.at(-1)?.enqueue(new TextEncoder().encode(text));
  await later();
}

/** Streams settle in tasks of their own, not only in microtasks. */
async function later(): Promise<void> {
  for (let i = 0; i < 5; i += 1) await new Promise((done) => setImmediate(done));
  await settle();
}

async function passes(ms: number): Promise<void> {
  await clock.advance(ms);
  await later();
}

it("passes on builds and warnings, and is quiet about a stream that ends with its token", async () => {
  watch.start();
  await later();
  await arrives("build", { access: { state: "ready" } });
  await arrives("warning", { minutes: 5 });
  streams[0]?.close();
  await later();
  await passes(300);
  expect(opened).toBe(2);
  expect(said).toEqual(["build ready", "warning 5"]);
});

it("says that it is lost, and comes back at once when woken", async () => {
  failure = new UnreachableError();
  watch.start();
  await later();
  await passes(300);
  expect(said).toEqual(["lost"]);
  failure = null;
  watch.wake();
  await later();
  await arrives("build", { access: { state: "ready" } });
  expect(said).toEqual(["lost", "trying", "build ready"]);
});

it("opens a new stream when the old one falls silent", async () => {
  watch.start();
  await later();
  await arrives("build", { access: { state: "ready" } });
  await passes(40_000);
  await passes(300);
  expect(opened).toBe(2);
});

it("ends with access, and with a refusal", async () => {
  watch.start();
  await later();
  await arrives("build", { access: { state: "ended" } });
  await passes(60_000);
  expect(opened).toBe(1);
});

it("does not ask again after a refusal", async () => {
  failure = new TokenRefused("revoked", "No.");
  watch.start();
  await later();
  await passes(60_000);
  expect(said).toEqual(["refused revoked"]);
  expect(opened).toBe(1);
});
