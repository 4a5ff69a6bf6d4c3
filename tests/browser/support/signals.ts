// What a terminal sends to the server, as the page's own sockets see it.
import type { Page } from "@playwright/test";

/** Binary input frames carry what is typed behind a kind and an offset. */
const INPUT_KIND = 0x11;

/** Collects what the page types from now on; call it before the page opens its socket. */
export function typedBy(page: Page): { text: () => string } {
  const parts: string[] = [];
  page.on("websocket", (socket) => {
    socket.on("framesent", ({ payload }) => {
      if (typeof payload !== "string" && payload[0] === INPUT_KIND) parts.push(payload.subarray(9).toString("latin1"));
    });
  });
  return { text: () => parts.join("") };
}
