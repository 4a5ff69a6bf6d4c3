// Measures a front end without building it into the server.
import { existsSync } from "node:fs";
import type { BrowserContext } from "@playwright/test";

/** A front end other than the one that was built into the server, where DIST names one. */
export async function fromDisk(context: BrowserContext): Promise<void> {
  const dist = process.env["DIST"];
  if (!dist) return;
  await context.route("**/assets/**", (route) => {
    const file = dist + new URL(route.request().url()).pathname;
    return existsSync(file) ? route.fulfill({ path: file }) : route.continue();
  });
  await context.route(/\/b\/[^/]+\/terminal/, (route) => route.fulfill({ path: `${dist}/terminal.html` }));
  await context.route(/\/b\/[^/]+$/, (route) => route.fulfill({ path: `${dist}/access.html` }));
}
