// @ts-check
// The demo dashboard: runs until it is told to stop, then takes its machines down.

import { chmod, mkdir, rm } from "node:fs/promises";
import { account } from "./account.js";
import { Builds } from "./builds.js";
import { dashboard } from "./server.js";
import { settings } from "./settings.js";
import { Transom } from "./transom.js";
import { Hook } from "./webhook.js";

const config = settings(process.env);
const origin = `http://127.0.0.1:${config.port}`;
const closing = new AbortController();

// The user that builds run as must be able to walk through it.
await mkdir(config.machines, { recursive: true });
await chmod(config.machines, 0o755);

const builds = new Builds({
  transom: new Transom(config.transom, config.serviceKey),
  account: await account(),
  machines: config.machines,
  origin,
  pollMs: config.pollMs,
  closing: closing.signal,
});
const server = dashboard(builds, config.transom, origin, new Hook(builds, config.webhookSecret));
server.listen(config.port, "127.0.0.1", () => console.log(`dashboard at ${origin}`));

async function stop() {
  if (closing.signal.aborted) return;
  closing.abort();
  server.close();
  server.closeAllConnections();
  await builds.settled();
  await rm(config.machines, { recursive: true, force: true });
  process.exit(0);
}

for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"])) process.on(signal, stop);
// The launcher went away without a word.
process.on("disconnect", stop);
