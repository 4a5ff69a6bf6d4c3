/** Who is in the terminals of the page. */
import { Strip, type StripHost } from "../../presence/strip";
import type { Slot } from "./slot";
import { isAlive } from "./tabs";

export interface PeopleHost extends StripHost {
  slots: () => Slot[];
  active: () => Slot;
}

export class People {
  readonly #host: PeopleHost;
  readonly #strip: Strip;

  constructor(host: PeopleHost, signal: AbortSignal) {
    this.#host = host;
    this.#strip = new Strip(host, signal);
    for (const slot of host.slots()) this.changed(slot);
  }

  /** Somebody came to a terminal or left it. */
  changed(slot: Slot): void {
    const { session, company } = slot;
    if (company !== null) this.#strip.update(session, company, this.#where(slot));
  }

  /** Undefined where nobody knows. */
  render(): unknown {
    const active = this.#host.active();
    const { session, company } = active;
    if (company === null || !isAlive(active)) return undefined;
    const elsewhere = this.#host
      .slots()
      .flatMap((slot) =>
        slot === active || slot.company === null || !isAlive(slot)
          ? []
          : [{ where: this.#where(slot), company: slot.company }],
      );
    return this.#strip.render({ session, where: this.#where(active), company, elsewhere });
  }

  /** Named only where there are several. */
  #where({ key }: Slot): string {
    return this.#host.slots().length > 1 ? `Terminal ${key}` : "";
  }
}
