/** Control messages: JSON in text messages. What the server sends is checked before it is believed. */
import type { ServerMessage } from "./gen/ServerMessage";

type Check = (value: unknown) => boolean;
type Shape = Readonly<Record<string, Check>>;

const text: Check = (v) => typeof v === "string";
const flag: Check = (v) => typeof v === "boolean";
const count: Check = (v) => typeof v === "number" && Number.isSafeInteger(v) && v >= 0;
const orNull =
  (check: Check): Check =>
  (v) =>
    v === null || check(v);
const texts: Check = (v) => Array.isArray(v) && v.every(text);
const listOf =
  (shape: Shape): Check =>
  (v) =>
    Array.isArray(v) && v.every((item) => fits(item, shape));
const record =
  (shape: Shape): Check =>
  (v) =>
    fits(v, shape);

const SIZE: Shape = { cols: count, rows: count };

const SHAPES: { readonly [Type in ServerMessage["type"]]: Shape } = {
  welcome: {
    session: text,
    family: text,
    viewer: text,
    role: text,
    may_control: flag,
    size: record(SIZE),
    output: count,
    history: count,
    input: count,
    resumed: flag,
    token_expires_at: text,
  },
  size: SIZE,
  presence: {
    viewers: listOf({
      id: text,
      name: text,
      person: count,
      role: text,
      may_control: flag,
      guest: flag,
      removable: flag,
      since: text,
    }),
    driver: orNull(text),
    control: record({
      mode: text,
      person: orNull(count),
      name: orNull(text),
      may_take: flag,
      asking: texts,
    }),
  },
  control_refused: { sentence: text },
  pointers: { pointers: listOf({ viewer: text, x: count, y: count }) },
  desktop: { name: text, resizable: flag, leds: count },
  bell: {},
  access: {
    ends_at: orNull(text),
    cause: orNull(text),
    sentence: text,
    warning_min: orNull(count),
    now: text,
  },
  exit: { status: orNull(count), signal: orNull(text), lasted_ms: count },
  renewed: { token_expires_at: text },
  pong: { id: count },
  closing: { code: count, problem: text, detail: text },
};

/** A text message that is no control message. */
export class ControlError extends Error {
  constructor(reason: string) {
    super(`control message refused: ${reason}`);
    this.name = "ControlError";
  }
}

/** `null` for a type that this version does not know: a newer server may say more. */
export function parseServerMessage(message: string): ServerMessage | null {
  let value: unknown;
  try {
    value = JSON.parse(message);
  } catch {
    throw new ControlError("not JSON");
  }
  if (!isRecord(value) || typeof value["type"] !== "string") throw new ControlError("no type");
  const { type } = value;
  if (!isKnown(type)) return null;
  if (!fits(value, SHAPES[type])) throw new ControlError(`bad ${type}`);
  return value as ServerMessage;
}

function isKnown(type: string): type is ServerMessage["type"] {
  return Object.hasOwn(SHAPES, type);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function fits(value: unknown, shape: Shape): boolean {
  return isRecord(value) && Object.entries(shape).every(([name, check]) => check(value[name]));
}
