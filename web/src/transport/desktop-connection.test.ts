import { beforeEach, expect, it } from "vitest";
import { encodeDesktopFrame } from "../protocol/desktop-frame";
import type { Welcome } from "../protocol/gen/Welcome";
import { DesktopConnection } from "./desktop-connection";
import { FakeClock, settle, welcomeOf } from "./fakes";
import { Heartbeat } from "./heartbeat";
import type { SocketEvents } from "./socket";
import type { Status } from "./status";

let clock: FakeClock;
let events: SocketEvents[];
let sent: (string | Uint8Array)[];
let states: Status["state"][];
let told: string[];
let connection: DesktopConnection;

const welcome = (changes: Partial<Welcome> = {}) =>
  JSON.stringify(welcomeOf({ family: "desktop", ...changes }));
const frames = () => sent.filter((data) => data instanceof Uint8Array);
const hellos = () =>
  sent
    .filter((data) => typeof data === "string")
    .map((text) => JSON.parse(text) as { type: string; attach?: unknown })
    .filter(({ type }) => type === "hello");

beforeEach(() => {
  clock = new FakeClock();
  [events, sent, states, told] = [[], [], [], []];
  connection = new DesktopConnection({
    url: "wss://transom.test/api/v1/socket",
    tokens: async () => ({ token: "t", expires_at: clock.in(300) }),
    openSocket: (_, socket) => {
      events.push(socket);
      return { send: (data) => sent.push(data), close: () => {} };
    },
    clock,
    random: () => 0.5,
    listener: {
      status: (s) => states.push(s.state),
      welcome: () => told.push("welcome"),
      exit: () => {},
      presence: () => {},
      controlRefused: () => {},
      access: () => {},
      picture: (number, isLast, ops) => told.push(`picture ${number} ${isLast} ${ops.length}`),
      state: (state) => told.push(`state ${state.name}`),
      pointers: () => {},
      bell: () => told.push("bell"),
      copied: (text) => told.push(`copied ${new TextDecoder().decode(text)}`),
    },
  });
});

async function goLive(changes: Partial<Welcome> = {}): Promise<SocketEvents> {
  connection.start();
  await settle();
  const socket = events.at(-1);
  if (socket === undefined) throw new Error("no socket");
  socket.open();
  socket.text(welcome(changes));
  return socket;
}

it("opens a desktop, and comes back to the same place", async () => {
  const socket = await goLive();
  expect(hellos()[0]).toMatchObject({ attach: { kind: "open", family: "desktop" } });
  socket.closed(1006);
  await clock.advance(2000);
  events.at(-1)?.open();
  expect(hellos()[1]).toMatchObject({
    attach: { kind: "join", session: "s1", resume: { viewer: "v1" } },
  });
});

it("sends what is done now or never", async () => {
  const key = { kind: "key", down: true, code: 30, keysym: 97 } as const;
  expect(connection.act(key)).toBe(false);
  const socket = await goLive();
  expect(connection.act(key)).toBe(true);
  expect(frames()).toEqual([encodeDesktopFrame(key)]);
  socket.closed(1006);
  expect(connection.act(key)).toBe(false);
  await clock.advance(2000);
  events.at(-1)?.open();
  events.at(-1)?.text(welcome());
  expect(frames().length).toBe(1);
});

it("lets everything go where a silence is over, for keys went up unheard", async () => {
  const socket = await goLive();
  connection.act({ kind: "key", down: true, code: 42, keysym: 0xffe1 });
  await clock.advance(Heartbeat.EVERY_MS + Heartbeat.STALLED_MS + 1);
  expect(states.at(-1)).toBe("stalled");
  expect(connection.act({ kind: "release" })).toBe(false);
  socket.text(JSON.stringify({ type: "pong", id: 1 }));
  expect(states.at(-1)).toBe("live");
  expect(frames().at(-1)).toEqual(encodeDesktopFrame({ kind: "release" }));
});

it("sends nothing of a viewer's", async () => {
  await goLive({ role: "viewer" });
  expect(connection.act({ kind: "take_control" })).toBe(false);
  expect(connection.paste(new Uint8Array(3))).toBe(false);
  expect(frames()).toEqual([]);
});

it("puts texts of the machine's clipboard together", async () => {
  const socket = await goLive();
  const ü = new TextEncoder().encode("ü");
  socket.binary(Uint8Array.of(0x21, 0, ü[0] ?? 0));
  expect(told).toEqual(["welcome"]);
  socket.binary(Uint8Array.of(0x21, 1, ü[1] ?? 0));
  socket.binary(Uint8Array.of(0x20, 1, 0, 0, 0, 1, 9, 9));
  socket.text(JSON.stringify({ type: "bell" }));
  expect(told).toEqual(["welcome", "copied ü", "picture 1 true 2", "bell"]);
});

it("ends where the session is no desktop, and does not come back", async () => {
  const socket = await goLive({ family: "terminal" });
  expect(connection.status).toMatchObject({
    state: "ended",
    ending: {
      problem: "session-unknown",
      sentence: "This address leads to a terminal, not to a desktop.",
    },
  });
  expect(sent.at(-1)).toBe(JSON.stringify({ type: "leave", unloads: false }));
  socket.closed(1006);
  await clock.advance(60_000);
  await settle();
  expect(hellos()).toHaveLength(1);
});
