/** Who is in a session with somebody, and who of them controls it, as they are told. */
import type { ControlInfo } from "../protocol/gen/ControlInfo";
import type { ViewerInfo } from "../protocol/gen/ViewerInfo";

export interface Company {
  viewers: readonly ViewerInfo[];
  control: ControlInfo;
  me: string;
}

/** What can be done about control. */
export interface ControlActs {
  /** Asks for it where it is not theirs to take. */
  takeControl(): void;
  giveControl(viewer: string): void;
  refuseControl(viewer: string): void;
}
