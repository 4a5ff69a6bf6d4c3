/** The elements for other people's pages. The address of this file is part of the API. */
import { TransomTerminal } from "../terminal/element";

if (customElements.get("transom-terminal") === undefined) {
  customElements.define("transom-terminal", TransomTerminal);
}

export { TransomTerminal };
