/** The elements for other people's pages. The address of this file is part of the API. */
import { TransomTerminal } from "../terminal/element";

if (customElements.get("transom-terminal") === undefined) {
  customElements.define("transom-terminal", TransomTerminal);
}

export { TransomTerminal };

// Most pages show terminals; who shows a desktop waits for its script a moment longer.
if (customElements.get("transom-desktop") === undefined) {
  void import("../desktop/element").then(({ TransomDesktop }) => {
    if (customElements.get("transom-desktop") === undefined) {
      customElements.define("transom-desktop", TransomDesktop);
    }
  });
}
