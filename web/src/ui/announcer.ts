/** What a connection says, as the events that every element tells. */
import type { AccessNotice } from "../protocol/gen/AccessNotice";
import type { Welcome } from "../protocol/gen/Welcome";
import type { Status } from "../transport/status";
import { announce } from "./events";

export class Announcer {
  readonly #element: EventTarget;
  #connected = false;

  constructor(element: EventTarget) {
    this.#element = element;
  }

  status(status: Status): void {
    if (status.state !== "reconnecting" && status.state !== "ended") return;
    const final = status.state === "ended";
    const { problem, sentence, code } = final ? status.ending : status.because;
    if (this.#connected || final) {
      this.#connected = false;
      announce(this.#element, "transom-disconnected", { reason: problem, sentence, code, final });
    }
    if (final && problem !== "exited" && problem !== "left") {
      announce(this.#element, "transom-error", { problem, sentence, code });
    }
  }

  welcome({ session, viewer, role }: Welcome): void {
    announce(this.#element, "transom-session", { session });
    this.#connected = true;
    announce(this.#element, "transom-connected", { session, viewer, role });
  }

  access(notice: AccessNotice): void {
    announce(this.#element, "transom-access", notice);
    if (notice.warning_min === null) return;
    const minutes = notice.warning_min;
    const left = Date.parse(notice.ends_at ?? "") - Date.parse(notice.now);
    const seconds = Number.isNaN(left) ? minutes * 60 : Math.round(left / 1000);
    announce(this.#element, "transom-expiring", { seconds, minutes, ends_at: notice.ends_at });
  }
}
