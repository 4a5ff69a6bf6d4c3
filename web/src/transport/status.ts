/** Where a connection is, as far as somebody outside needs to know. */
import type { AccessNotice } from "../protocol/gen/AccessNotice";
import type { ControlInfo } from "../protocol/gen/ControlInfo";
import type { DesktopState } from "../protocol/gen/DesktopState";
import type { PointerInfo } from "../protocol/gen/PointerInfo";
import type { Size } from "../protocol/gen/Size";
import type { ViewerInfo } from "../protocol/gen/ViewerInfo";
import type { Welcome } from "../protocol/gen/Welcome";
import type { Ending } from "./closing";

export type Status =
  | { state: "idle" | "fetching-token" | "connecting" | "opening" | "live" | "stalled" }
  /** `retryAt` is null while a try is under way. */
  | { state: "reconnecting"; tries: number; retryAt: number | null; because: Ending }
  | { state: "ended"; ending: Ending };

export type ConnectionState = Status["state"];

export interface Exit {
  status: number | null;
  signal: string | null;
  lasted_ms: number;
}

export interface Reset {
  offset: number;
  skipped: number;
  size: Size;
  screen: Uint8Array;
}

/** What a connection tells its owner. */
export interface ConnectionListener {
  status(status: Status): void;
  welcome(welcome: Welcome): void;
  exit(exit: Exit): void;
  presence(viewers: readonly ViewerInfo[], driver: string | null, control: ControlInfo): void;
  /** Somebody said no. */
  controlRefused(sentence: string): void;
  access(notice: AccessNotice): void;
}

/** Output, sizes, resets and the exit come in the order of the stream. */
export interface TerminalListener extends ConnectionListener {
  output(offset: number, bytes: Uint8Array): void;
  reset(reset: Reset): void;
  /** More of the screen of the last reset. */
  screen(bytes: Uint8Array): void;
  size(size: Size): void;
  /** Input that may or may not have been applied and is not sent again. */
  inputLost(bytes: number): void;
}

/** Pictures come in order, each in one piece or several. */
export interface DesktopListener extends ConnectionListener {
  picture(number: number, isLast: boolean, ops: Uint8Array): void;
  state(state: DesktopState): void;
  bell(): void;
  /** Where others point, as far as that has changed. */
  pointers(pointers: readonly PointerInfo[]): void;
  /** The machine's clipboard has another text, in UTF-8. */
  copied(text: Uint8Array): void;
}
