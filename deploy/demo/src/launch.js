// @ts-check
// Starts Transom and the dashboard with keys and a configuration of their own, and stops them again.

import { writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { DemoProcess } from "./demo-process.js";
import { removeMachines } from "./machine.js";
import { prepare } from "./state.js";

const { values } = parseArgs({
  options: {
    "json-ready-file": { type: "string" },
    "state-dir": { type: "string", default: path.join(import.meta.dirname, "../../../target/demo") },
    transom: { type: "string", default: path.join(import.meta.dirname, "../../../target/debug/transom") },
    "transom-port": { type: "string" },
    "public-url": { type: "string" },
    help: { type: "boolean", short: "h" },
  },
});

if (values.help) {
  console.log(`usage: deploy/demo/run [options]
  --transom FILE          the server's binary (target/debug/transom)
  --transom-port PORT     where Transom listens (8080, or a free port)
  --public-url URL        Transom's address as browsers see it, when something stands in front of it
  --state-dir DIR         keys, configuration, logs; emptied at the start (target/demo)
  --json-ready-file FILE  written when everything is up: addresses and process ids`);
  process.exit(0);
}

/** @type {DemoProcess[]} */
const started = [];
/** @type {Promise<void> | undefined} */
let stopping;
/** @type {string | undefined} where the machines of this demo are */
let machines;

/** Stops what was started, the dashboard first: it takes its machines down. @param {number} code */
function stop(code) {
  stopping ??= (async () => {
    for (const child of started.toReversed()) await child.stop();
    // A dashboard that broke or took too long has left machines behind.
    if (machines) await removeMachines(machines);
    process.exit(code);
  })();
  return stopping;
}

for (const signal of /** @type {const} */ (["SIGINT", "SIGTERM"])) process.on(signal, () => stop(0));

try {
  const demo = await prepare({
    directory: path.resolve(values["state-dir"]),
    transom: path.resolve(values.transom),
    transomPort: values["transom-port"] ? Number(values["transom-port"]) : undefined,
    publicUrl: values["public-url"],
  });
  machines = demo.machines;
  for (const plan of [demo.transom, demo.dashboard]) {
    const child = new DemoProcess(plan);
    started.push(child);
    void child.exited.then((code) => {
      if (!stopping) console.error(`${plan.name} ended with ${code}. Its log: ${plan.log}`);
      return stop(1);
    });
    await child.ready();
  }
  const ready = {
    dashboard_url: demo.dashboardUrl,
    transom_url: demo.transomUrl,
    state_dir: demo.directory,
    service_key_file: demo.serviceKeyFile,
    pids: Object.fromEntries(started.map((child) => [child.name, child.pid])),
  };
  if (values["json-ready-file"]) await writeFile(values["json-ready-file"], JSON.stringify(ready));
  console.log(`
  Open  ${demo.dashboardUrl}

  Start a build with "Enable remote access" checked, then "Open terminal" above its steps.
  Transom is at ${demo.transomUrl}, logs and configuration are in ${path.relative("", demo.directory) || "."}.
  Ctrl-C stops everything.
`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  await stop(1);
}
