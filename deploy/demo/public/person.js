// @ts-check
// Signs in as the other person as soon as one is chosen.

import { byId } from "./dom.js";

const form = byId("person", HTMLFormElement);
form.addEventListener("change", () => form.requestSubmit());
