/** One of the terminals on the page: what its element last said. */
import type { Company } from "../../presence/company";
import type { ViewerInfo } from "../../protocol/gen/ViewerInfo";
import type { ConnectionState } from "../../transport/status";

export interface Slot {
  readonly key: number;
  /** What to join at first; empty: a new shell. */
  readonly asked: string;
  /** The session that it shows; empty until there is one. */
  session: string;
  program: string;
  state: ConnectionState;
  exited: boolean;
  everIn: boolean;
  viewers: readonly ViewerInfo[];
  me: string;
  /** The same with who controls it; null before it is known, and once it is over. */
  company: Company | null;
  /** What happened here while another terminal was in front. */
  unseen: "nothing" | "output" | "bell";
  /** When somebody typed here, and when something was printed; by `performance.now`. */
  typedAt: number;
  printedAt: number;
}

export function newSlot(key: number, asked: string): Slot {
  return {
    key,
    asked,
    session: asked,
    program: "",
    state: "idle",
    exited: false,
    everIn: false,
    viewers: [],
    me: "",
    company: null,
    unseen: "nothing",
    typedAt: Number.NEGATIVE_INFINITY,
    printedAt: Number.NEGATIVE_INFINITY,
  };
}
