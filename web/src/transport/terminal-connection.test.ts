import { beforeEach, describe, expect, it } from "vitest";
import { INPUT_BYTES, INPUT_WINDOW_BYTES } from "../protocol/gen/limits";
import { FakeClock, FakeSocket, settle, welcomeOf } from "./fakes";
import type { Status, TerminalListener } from "./status";
import { TerminalConnection } from "./terminal-connection";
import { type AccessToken, TokenRefused, type TokenRequest } from "./token";

let clock: FakeClock;
let sockets: FakeSocket[];
let asked: TokenRequest[];
let answer: (request: TokenRequest) => Promise<AccessToken>;
let heard: string[];
let states: Status["state"][];
let connection: TerminalConnection;
let size: { cols: number; rows: number };

function connect(session?: string): TerminalConnection {
  const listener: TerminalListener = {
    status: (s) => states.push(s.state),
    welcome: (w) => heard.push(`welcome ${w.viewer}`),
    output: (offset, bytes) => heard.push(`output ${offset} ${new TextDecoder().decode(bytes)}`),
    reset: (r) => heard.push(`reset ${r.offset} skipped ${r.skipped}`),
    screen: (bytes) => heard.push(`screen ${new TextDecoder().decode(bytes)}`),
    size: (s) => heard.push(`size ${s.cols}x${s.rows}`),
    exit: (e) => heard.push(`exit ${e.status}`),
    controlRefused: (sentence) => heard.push(`refused ${sentence}`),
    presence: (v) => heard.push(`presence ${v.length}`),
    access: (n) => heard.push(`access ${n.warning_min}`),
    inputLost: (n) => heard.push(`lost ${n}`),
  };
  connection = new TerminalConnection({
    url: "wss://transom.test/api/v1/socket",
    session,
    size: () => size,
    tokens: (request) => {
      asked.push(request);
      return answer(request);
    },
    openSocket: (url, events) => {
      const socket = new FakeSocket(url, events);
      sockets.push(socket);
      return socket;
    },
    clock,
    random: () => 0.5,
    listener,
  });
  return connection;
}

function socket(): FakeSocket {
  const last = sockets.at(-1);
  if (last === undefined) throw new Error("no socket");
  return last;
}

async function goLive(changes: Parameters<typeof welcomeOf>[0] = {}): Promise<FakeSocket> {
  connection.start();
  await settle();
  socket().open();
  socket().says(welcomeOf(changes));
  return socket();
}

async function comeBack(changes: Parameters<typeof welcomeOf>[0] = {}): Promise<FakeSocket> {
  await clock.advance(6000);
  socket().open();
  socket().says(welcomeOf(changes));
  return socket();
}

const text = (s: string) => new TextEncoder().encode(s);
const ending = () => (connection.status.state === "ended" ? connection.status.ending : null);

beforeEach(() => {
  clock = new FakeClock();
  sockets = [];
  asked = [];
  heard = [];
  states = [];
  size = { cols: 100, rows: 30 };
  answer = async () => ({ token: `t${asked.length}`, expires_at: clock.in(300) });
  connect();
});

describe("opening", () => {
  it("goes through its states and says hello with the token and the size", async () => {
    await goLive();
    expect(states).toEqual(["fetching-token", "connecting", "opening", "live"]);
    expect(socket().hello).toEqual({
      type: "hello",
      token: "t1",
      attach: { kind: "open", family: "terminal", size: { cols: 100, rows: 30 } },
    });
  });

  it("joins a session that it was given", async () => {
    connect("s9");
    await goLive({ session: "s9" });
    expect(socket().hello.attach).toMatchObject({ kind: "join", session: "s9" });
  });

  it("keeps what was typed before the welcome and sends it then", async () => {
    connection.start();
    connection.send(text("ls"));
    await settle();
    socket().open();
    expect(socket().input).toEqual([]);
    socket().says(welcomeOf());
    expect(socket().input).toEqual([{ offset: 0, length: 2 }]);
  });

  it("retries while the token source cannot be reached, and ends where it refuses", async () => {
    answer = async () => Promise.reject(new TypeError("network"));
    connection.start();
    await settle();
    expect(connection.status.state).toBe("reconnecting");
    answer = async () => Promise.reject(new TokenRefused("access-ended", "It ended."));
    await clock.advance(300);
    expect(ending()).toEqual({ code: 4410, problem: "access-ended", sentence: "It ended." });
  });

  it("gives up a socket that never opens", async () => {
    connection.start();
    await settle();
    await clock.advance(15_000);
    expect(sockets[0]?.closedWith).toBe(4000);
    expect(connection.status.state).toBe("reconnecting");
  });
});

describe("output", () => {
  it("passes on each byte once, whatever comes twice", async () => {
    const s = await goLive();
    s.sends({ kind: "output", offset: 0, bytes: text("abc") });
    s.sends({ kind: "output", offset: 0, bytes: text("abc") });
    s.sends({ kind: "output", offset: 1, bytes: text("bcd") });
    expect(heard).toEqual(["welcome v1", "output 0 abc", "output 3 d"]);
  });

  it("asks for a new connection rather than skip a gap", async () => {
    const s = await goLive();
    s.sends({ kind: "output", offset: 5, bytes: text("x") });
    expect(s.closedWith).toBe(4000);
    expect(connection.status.state).toBe("reconnecting");
  });

  it("acknowledges by absolute offset", async () => {
    const s = await goLive();
    s.sends({ kind: "output", offset: 0, bytes: text("hello") });
    connection.parsed(5);
    expect(s.frames).toEqual([{ kind: "output_ack", offset: 5 }]);
  });
});

describe("coming back", () => {
  it("resumes at the first byte that it has not received", async () => {
    const s = await goLive();
    s.sends({ kind: "output", offset: 0, bytes: text("hello") });
    s.drops(1006);
    const again = await comeBack({ resumed: true, output: 5 });
    expect(again.hello.attach).toEqual({
      kind: "join",
      session: "s1",
      size: { cols: 100, rows: 30 },
      resume: { viewer: "v1", output: 5 },
    });
    again.sends({ kind: "output", offset: 5, bytes: text("!") });
    expect(heard.at(-1)).toBe("output 5 !");
    expect(states.slice(4)).not.toContain("connecting");
    expect(states.at(-1)).toBe("live");
  });

  it("starts from a reset where the server has moved on", async () => {
    const s = await goLive();
    s.sends({ kind: "output", offset: 0, bytes: text("hello") });
    s.drops(1006);
    const again = await comeBack({ output: 900 });
    const reset = { skipped: 895, size: { cols: 80, rows: 24 }, screen: new Uint8Array() };
    again.sends({ kind: "reset", offset: 900, ...reset });
    again.sends({ kind: "screen", bytes: new TextEncoder().encode("more") });
    again.sends({ kind: "output", offset: 900, bytes: text("x") });
    expect(heard.slice(-3)).toEqual(["reset 900 skipped 895", "screen more", "output 900 x"]);
  });

  it("acknowledges nothing of before in another place", async () => {
    const s = await goLive();
    s.sends({ kind: "output", offset: 0, bytes: text("hello") });
    s.drops(1006);
    const again = await comeBack({ viewer: "v2", output: 0 });
    connection.parsed(5);
    expect(again.frames).toEqual([]);
    const reset = { skipped: 0, size: { cols: 80, rows: 24 }, screen: new Uint8Array() };
    again.sends({ kind: "reset", offset: 0, ...reset });
    again.sends({ kind: "output", offset: 0, bytes: text("hi") });
    connection.parsed(2);
    expect(again.frames).toEqual([{ kind: "output_ack", offset: 2 }]);
  });

  it("sends exactly the input again that was not applied", async () => {
    const s = await goLive();
    connection.send(text("abc"));
    connection.send(text("def"));
    s.sends({ kind: "input_ack", offset: 3 });
    s.drops(1006);
    connection.send(text("ghi"));
    const again = await comeBack({ resumed: true, input: 5 });
    const bytes = again.frames.flatMap((f) => (f.kind === "input" ? [...f.bytes] : []));
    expect(new TextDecoder().decode(new Uint8Array(bytes))).toBe("fghi");
    expect(again.input[0]?.offset).toBe(5);
  });

  it("never resends input into another place, and says how much was given up", async () => {
    const s = await goLive();
    connection.send(text("rm -rf "));
    s.drops(1006);
    connection.send(text("x"));
    const again = await comeBack({ viewer: "v2", input: 0 });
    expect(again.input).toEqual([]);
    expect(heard).toContain("lost 8");
    connection.send(text("ls"));
    expect(again.input).toEqual([{ offset: 0, length: 2 }]);
  });

  it("backs off from a quarter of a second to five, and at once when woken", async () => {
    connection.start();
    await settle();
    const waits: number[] = [];
    for (let i = 0; i < 7; i += 1) {
      socket().drops(1006);
      if (connection.status.state !== "reconnecting") throw new Error("not reconnecting");
      const wait = (connection.status.retryAt ?? 0) - clock.now();
      waits.push(wait);
      await clock.advance(wait);
    }
    expect(waits).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000]);
    socket().drops(1006);
    const before = sockets.length;
    connection.wake();
    await settle();
    expect(sockets.length).toBe(before + 1);
  });
});

describe("input", () => {
  it("never has more than the window on its way", async () => {
    const s = await goLive();
    connection.send(new Uint8Array(200_000));
    const onTheWay = () => s.input.reduce((n, f) => n + f.length, 0);
    expect(onTheWay()).toBe(INPUT_WINDOW_BYTES);
    expect(Math.max(...s.input.map((f) => f.length))).toBe(INPUT_BYTES);
    s.sends({ kind: "input_ack", offset: 10_000 });
    expect(onTheWay()).toBe(INPUT_WINDOW_BYTES + 10_000);
  });

  it("is not sent by somebody who only watches", async () => {
    const s = await goLive({ role: "viewer" });
    connection.send(text("x"));
    expect(s.frames).toEqual([]);
  });

  it("stops when the role is taken away", async () => {
    const s = await goLive();
    const can = { person: 1, may_control: true, guest: false, removable: false };
    const me = { id: "v1", name: "Dana", since: clock.in(0), ...can };
    const control = {
      mode: "one",
      person: 1,
      name: "Dana",
      may_take: false,
      asking: [] as string[],
    } as const;
    s.says({ type: "presence", viewers: [{ ...me, role: "viewer" }], driver: null, control });
    connection.send(text("x"));
    expect(s.frames).toEqual([]);
    s.says({ type: "presence", viewers: [{ ...me, role: "controller" }], driver: null, control });
    connection.send(text("y"));
    expect(s.input).toEqual([{ offset: 0, length: 1 }]);
  });

  it("sends the size when it changed, once", async () => {
    const s = await goLive();
    connection.resize({ cols: 100, rows: 30 });
    connection.resize({ cols: 90, rows: 30 });
    connection.resize({ cols: 90, rows: 30 });
    expect(s.sent("resize")).toEqual([{ type: "resize", cols: 90, rows: 30 }]);
  });
});

describe("tokens", () => {
  it("renews 45 s before the end, and again from what the server answers", async () => {
    const s = await goLive({ token_expires_at: clock.in(300) });
    connection.setVisible(false);
    await clock.advance(254_000);
    expect(s.sent("renew")).toEqual([]);
    await clock.advance(1000);
    expect(s.sent("renew")).toEqual([{ type: "renew", token: "t2" }]);
    expect(asked.at(-1)).toEqual({ fresh: true });
    s.says({ type: "renewed", token_expires_at: clock.in(300) });
    await clock.advance(255_000);
    expect(s.sent("renew").length).toBe(2);
  });

  it("asks no more once a new token lasts no longer: access itself ends there", async () => {
    const end = clock.in(60);
    const s = await goLive({ token_expires_at: end });
    connection.setVisible(false);
    await clock.advance(15_000);
    s.says({ type: "renewed", token_expires_at: end });
    await clock.advance(40_000);
    expect(s.sent("renew").length).toBe(1);
  });

  it("goes by the server's clock", async () => {
    const s = await goLive({ token_expires_at: clock.in(-600) });
    connection.setVisible(false);
    const now = clock.in(-900);
    const notice = { ends_at: null, cause: null, sentence: "", warning_min: null };
    s.says({ type: "access", ...notice, now });
    await clock.advance(250_000);
    expect(s.sent("renew")).toEqual([]);
    await clock.advance(5000);
    expect(s.sent("renew").length).toBe(1);
  });

  it("tries once more with a fresh token after 4401, and only once", async () => {
    const s = await goLive();
    s.drops(4401);
    await settle();
    expect(asked.at(-1)).toEqual({ fresh: true });
    expect(sockets.length).toBe(2);
    socket().open();
    socket().drops(4401);
    expect(ending()).toMatchObject({ code: 4401, problem: "token-expired" });
    expect(sockets.length).toBe(2);
  });
});

describe("the end", () => {
  it.each([4400, 4403, 4404, 4408, 4409, 4410, 4411, 4429, 1000])(
    "is final with %i",
    async (code) => {
      const s = await goLive();
      s.drops(code);
      expect(ending()?.code).toBe(code);
      await clock.advance(60_000);
      expect(sockets.length).toBe(1);
    },
  );

  it.each([1001, 1005, 1006, 1011, 1012, 4500, 4502])("is not final with %i", async (code) => {
    const s = await goLive();
    s.drops(code);
    expect(connection.status.state).toBe("reconnecting");
    await clock.advance(6000);
    expect(sockets.length).toBe(2);
  });

  it("is final where the machine is gone with the shell, but not before we were in", async () => {
    connection.start();
    await settle();
    socket().open();
    const gone = { code: 4502, problem: "machine-gone", detail: "The machine is gone." };
    socket().says({ type: "closing", ...gone });
    socket().drops(4502);
    expect(connection.status.state).toBe("reconnecting");
    const s = await comeBack();
    s.says({ type: "closing", ...gone });
    s.drops(4502);
    expect(ending()).toMatchObject({ problem: "machine-gone", sentence: "The machine is gone." });
  });

  it("is final where asking again gets the same answer", async () => {
    connection.start();
    await settle();
    socket().open();
    socket().says({ type: "closing", code: 4502, problem: "host-key-mismatch", detail: "No." });
    socket().drops(4502);
    expect(ending()?.problem).toBe("host-key-mismatch");
  });

  it("believes the closing message where the socket says nothing", async () => {
    const s = await goLive();
    s.says({ type: "closing", code: 4410, problem: "access-ended", detail: "Over." });
    s.drops(1006);
    expect(ending()).toEqual({ code: 4410, problem: "access-ended", sentence: "Over." });
  });

  it("does not come back after the shell exited, however the socket ends", async () => {
    const s = await goLive();
    s.says({ type: "exit", status: 1, signal: null, lasted_ms: 10 });
    s.drops(1006);
    expect(ending()?.problem).toBe("exited");
    connection.start();
    connection.wake();
    await clock.advance(60_000);
    expect(sockets.length).toBe(1);
  });

  it.each([false, true])("gives up its place, for its page: %s", async (unloads) => {
    const s = await goLive();
    connection.leave(unloads);
    expect(s.sent("leave")).toEqual([{ type: "leave", unloads }]);
    expect(s.closedWith).toBe(1000);
    expect(ending()?.problem).toBe("left");
  });

  it("can be started again by hand, in the same session", async () => {
    const s = await goLive();
    s.drops(4408);
    connection.start();
    await settle();
    socket().open();
    expect(socket().hello.attach).toMatchObject({ kind: "join", session: "s1" });
  });
});

describe("silence", () => {
  it("shows as stalled, recovers with the pong, and ends in a new connection", async () => {
    const s = await goLive();
    await clock.advance(10_000);
    expect(connection.status.state).toBe("stalled");
    s.says({ type: "pong", id: 1 });
    expect(connection.status.state).toBe("live");
    await clock.advance(26_000);
    expect(s.closedWith).toBe(4000);
    expect(sockets.length).toBeGreaterThan(1);
  });

  it("keeps what is typed until the connection answers again", async () => {
    const s = await goLive();
    await clock.advance(10_000);
    connection.send(text("ls"));
    expect(s.input).toEqual([]);
    s.says({ type: "pong", id: 1 });
    expect(s.input).toEqual([{ offset: 0, length: 2 }]);
  });

  it("is not borne long once the page or the network is back", async () => {
    const s = await goLive({ resumed: true });
    connection.setVisible(false);
    await clock.advance(60_000);
    connection.setVisible(true);
    expect(s.frames.at(-1)).toEqual({ kind: "output_ack", offset: 0 });
    await clock.advance(2500);
    expect(s.closedWith).toBe(4000);
    expect(connection.status.state).toBe("reconnecting");
    await clock.advance(400);
    const again = sockets.length;
    socket().open();
    socket().says(welcomeOf({ resumed: true }));
    connection.online();
    socket().says({ type: "pong", id: 1 });
    await clock.advance(4900);
    expect(connection.status.state).toBe("live");
    expect(sockets.length).toBe(again);
  });

  it("ends a wait for the next try when the page is shown or the network is there", async () => {
    const s = await goLive();
    s.drops(1006);
    connection.online();
    await settle();
    expect(sockets.length).toBe(2);
    socket().drops(1006);
    connection.setVisible(true);
    await settle();
    expect(sockets.length).toBe(3);
    connection.online();
    connection.setVisible(true);
    await settle();
    expect(sockets.length).toBe(3);
  });

  it("means nothing while the page is hidden", async () => {
    const s = await goLive();
    connection.setVisible(false);
    await clock.advance(60_000);
    expect(s.sent("ping")).toEqual([]);
    expect(connection.status.state).toBe("live");
    connection.setVisible(true);
    expect(s.sent("ping").length).toBe(1);
  });
});

describe("nonsense", () => {
  it("is answered with a new connection", async () => {
    const s = await goLive();
    s.saysRaw("{");
    expect(s.closedWith).toBe(4000);
    expect(connection.status.state).toBe("reconnecting");
  });

  it("is ignored where it is only new", async () => {
    const s = await goLive();
    s.saysRaw('{"type":"weather"}');
    expect(connection.status.state).toBe("live");
  });
});
