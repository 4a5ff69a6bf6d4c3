// @ts-check
// What a run of the demo keeps on disk: keys, Transom's configuration, logs. Made afresh at every start.

import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { access, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { freePort, removeMachines } from "./machine.js";

const run = promisify(execFile);

/** @typedef {import("./demo-process.js").Plan} Plan */

/**
 * @param {{directory: string, transom: string, transomPort: number | undefined, publicUrl: string | undefined}} options
 */
export async function prepare({ directory, transom, transomPort, publicUrl }) {
  await access(transom).catch(() => {
    throw new Error(`There is no ${transom}. Build it with: cargo build`);
  });
  const place = (/** @type {string} */ name) => path.join(directory, name);
  await clear(directory);
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const machines = await mkdtemp(path.join(os.tmpdir(), "transom-demo-"));
  await writeFile(place(MACHINES), machines);

  await run(transom, ["keys", "--out", place("keys")]);
  const serviceKey = `tsk_${randomBytes(32).toString("base64url")}`;
  await writeFile(place("service-key"), serviceKey, { mode: 0o600 });

  const webhookSecret = `whsec_${randomBytes(32).toString("base64")}`;

  const port = transomPort ?? (await portNear(8080));
  const transomUrl = publicUrl ?? `http://127.0.0.1:${port}`;
  const dashboardPort = await portNear(8000);
  const dashboardUrl = `http://127.0.0.1:${dashboardPort}`;
  await writeFile(place("transom.toml"), configuration({ port, transomUrl, dashboardUrl }));

  /** @type {Plan} */
  const transomPlan = {
    name: "transom",
    command: [transom, "serve", "--config", place("transom.toml")],
    env: { TRANSOM_SERVICE_KEY_DEMO: serviceKey, TRANSOM_WEBHOOK_SECRET_DEMO: webhookSecret },
    log: place("transom.log"),
    endsWithUs: false,
    readyUrl: `http://127.0.0.1:${port}/readyz`,
  };
  /** @type {Plan} */
  const dashboardPlan = {
    name: "dashboard",
    command: [process.execPath, path.join(import.meta.dirname, "main.js")],
    env: {
      DEMO_PORT: String(dashboardPort),
      DEMO_TRANSOM_URL: transomUrl,
      DEMO_SERVICE_KEY: serviceKey,
      DEMO_WEBHOOK_SECRET: webhookSecret,
      DEMO_MACHINES_DIR: machines,
    },
    log: place("dashboard.log"),
    endsWithUs: true,
    readyUrl: `${dashboardUrl}/healthz`,
  };
  return {
    directory,
    machines,
    dashboardUrl,
    transomUrl,
    serviceKeyFile: place("service-key"),
    transom: transomPlan,
    dashboard: dashboardPlan,
  };
}

/** Says where the machines of this run are: outside, where the user that builds run as can reach them. */
const MACHINES = "machines";

/** Removes what an earlier run left, and what that left elsewhere. @param {string} directory */
async function clear(directory) {
  const machines = await readFile(path.join(directory, MACHINES), "utf8").catch(() => "");
  if (path.basename(machines).startsWith("transom-demo-")) await removeMachines(machines);
  await rm(directory, { recursive: true, force: true });
}

/** The store and the keys stand beside it, where they are by default. @param {{port: number, transomUrl: string, dashboardUrl: string}} values */
function configuration({ port, transomUrl, dashboardUrl }) {
  // JSON strings are TOML strings.
  const text = JSON.stringify;
  return `public_url = ${text(transomUrl)}

[listen]
address = "127.0.0.1:${port}"

[web]
origins = [${text(dashboardUrl)}]
frame_ancestors = [${text(dashboardUrl)}]

# The demo's machines are on this computer; a real one has them in a private network.
[machines]
networks = ["127.0.0.1/32"]

[[service_keys]]
name = "demo"
allow = ["builds", "access", "tokens", "read", "hooks", "audit", "admin"]

# The dashboard is on this computer, too.
[[webhooks]]
name = "demo"
url = ${text(`${dashboardUrl}/hooks`)}
allow_private = true
`;
}

/** The usual port, or any other where that is taken. @param {number} usual @returns {Promise<number>} */
function portNear(usual) {
  return new Promise((resolve) => {
    const probe = net.createServer();
    probe.once("error", () => resolve(freePort()));
    probe.listen(usual, "127.0.0.1", () => probe.close(() => resolve(usual)));
  });
}
