import { beforeEach, expect, it } from "vitest";
import { FakeClock, FakeSocket, settle } from "./fakes";
import { HeadStart } from "./head-start";
import type { SocketEvents } from "./socket";
import { type AccessToken, TokenRefused } from "./token";

const URL = "wss://transom.test/api/v1/socket";
let clock: FakeClock;
let sockets: FakeSocket[];
let asked: boolean[];
let answer: () => Promise<AccessToken>;
let heard: string[];
const events: SocketEvents = {
  open: () => heard.push("open"),
  text: (text) => heard.push(text),
  binary: (bytes) => heard.push(`${bytes.length} bytes`),
  closed: (code) => heard.push(`closed ${code}`),
};

function start(url: string | null = URL): HeadStart {
  return new HeadStart({
    url,
    tokens: ({ fresh }) => {
      asked.push(fresh);
      return answer();
    },
    openSocket: (to, on) => {
      const socket = new FakeSocket(to, on);
      sockets.push(socket);
      return socket;
    },
    clock,
  });
}

beforeEach(() => {
  clock = new FakeClock();
  sockets = [];
  asked = [];
  heard = [];
  answer = async () => ({ token: `t${asked.length}`, expires_at: clock.in(300) });
});

it("asks for both at once and hands each over once", async () => {
  const early = start();
  expect([asked.length, sockets.length]).toEqual([1, 1]);
  expect((await early.tokens({ fresh: false })).token).toBe("t1");
  expect((await early.tokens({ fresh: false })).token).toBe("t2");
  early.openSocket(URL, events);
  early.openSocket(URL, events);
  expect(sockets.length).toBe(2);
  expect(sockets[0]?.closedWith).toBeNull();
});

it("tells who takes the socket that it is open, whether it was before or will be", async () => {
  const early = start();
  sockets[0]?.open();
  early.openSocket(URL, events);
  expect(heard).toEqual([]);
  await settle();
  expect(heard).toEqual(["open"]);
  start().openSocket(URL, events);
  sockets[1]?.open();
  sockets[1]?.drops(1006);
  expect(heard).toEqual(["open", "open", "closed 1006"]);
});

it("opens another socket where the early one has ended, is old, or leads elsewhere", async () => {
  const ended = start();
  sockets[0]?.drops(4400);
  ended.openSocket(URL, events);
  expect(sockets.length).toBe(2);
  const old = start();
  await clock.advance(4000);
  old.openSocket(URL, events);
  expect(sockets[2]?.closedWith).toBe(1000);
  const elsewhere = start();
  elsewhere.openSocket("wss://other.test/", events);
  expect(sockets[4]?.closedWith).toBe(1000);
  expect(sockets.at(-1)?.url).toBe("wss://other.test/");
});

it("hangs up where there will be no token, and still says why", async () => {
  answer = () => Promise.reject(new TokenRefused("token-missing", "None."));
  const early = start();
  await settle();
  expect(sockets[0]?.closedWith).toBe(1000);
  await expect(early.tokens({ fresh: false })).rejects.toThrow("None.");
});

it("opens nothing before it is known where to", () => {
  start(null);
  expect([asked.length, sockets.length]).toEqual([1, 0]);
});
