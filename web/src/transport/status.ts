/** Where a connection is, as far as somebody outside needs to know. */
import type { AccessNotice } from "../protocol/gen/AccessNotice";
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

/** What a connection tells its owner. Output, sizes, resets and the exit come in the order of the stream. */
export interface ConnectionListener {
  status(status: Status): void;
  welcome(welcome: Welcome): void;
  output(offset: number, bytes: Uint8Array): void;
  reset(reset: Reset): void;
  /** More of the screen of the last reset. */
  screen(bytes: Uint8Array): void;
  size(size: Size): void;
  exit(exit: Exit): void;
  presence(viewers: readonly ViewerInfo[], driver: string | null): void;
  access(notice: AccessNotice): void;
  /** Input that may or may not have been applied and is not sent again. */
  inputLost(bytes: number): void;
}
