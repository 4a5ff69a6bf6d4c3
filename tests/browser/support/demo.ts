// The demo as `deploy/demo/run` starts it, with a cable in front of Transom.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, readFile } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { expect } from "@playwright/test";
import { Cable, freePort } from "./cable.ts";
import type { Endpoint } from "./servers.ts";

const ROOT = path.join(import.meta.dirname, "../../..");

export interface Wish {
  scenario?: "passes" | "fails" | "waits" | "long";
  remote_access?: boolean;
  max_duration_s?: number;
  step_seconds?: number;
}

/** What Transom says of a build, as far as the tests look at it. */
export interface BuildView {
  /** Absent until the dashboard has told of the build. */
  access?: { state: string; sentence: string; cause: string | null };
  sessions: { id: string; state: string; viewers: number }[];
  viewers: { name: string }[];
}

export class Demo {
  private constructor(
    readonly dashboardUrl: string,
    readonly transomUrl: string,
    readonly cable: Cable,
    readonly serviceKey: string,
    readonly launcher: ChildProcess,
  ) {}

  static async start(name: string): Promise<Demo> {
    const port = await freePort();
    const cable = await Cable.lay(port);
    const state = path.join(ROOT, "target/browser", name);
    await mkdir(state, { recursive: true });
    const readyFile = path.join(ROOT, "target/browser", `${name}.json`);
    const transom = process.env["TRANSOM_BIN"] ?? path.join(ROOT, "target/debug/transom");
    const places = ["--transom", transom, "--state-dir", state, "--json-ready-file", readyFile];
    const addresses = ["--transom-port", String(port), "--public-url", cable.url];
    const launcher = spawn(path.join(ROOT, "deploy/demo/run"), [...places, ...addresses], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await started(launcher);
    const ready = JSON.parse(await readFile(readyFile, "utf8")) as Record<string, string>;
    const serviceKey = await readFile(String(ready["service_key_file"]), "utf8");
    return new Demo(String(ready["dashboard_url"]), cable.url, cable, serviceKey, launcher);
  }

  async stop(): Promise<void> {
    const gone = new Promise((resolve) => this.launcher.once("exit", resolve));
    this.launcher.kill("SIGTERM");
    await gone;
    await this.cable.remove();
  }

  /** Starts a build as a program would, and returns its id. */
  async build(wish: Wish, person = "dana"): Promise<string> {
    const response = await fetch(`${this.dashboardUrl}/builds`, {
      method: "POST",
      headers: { "content-type": "application/json", cookie: `demo_person=${person}` },
      body: JSON.stringify(wish),
    });
    return ((await response.json()) as { id: string }).id;
  }

  async cancel(build: string): Promise<void> {
    await fetch(`${this.dashboardUrl}/builds/${build}/cancel`, { method: "POST" });
  }

  buildUrl(build: string): string {
    return `${this.dashboardUrl}/builds/${build}`;
  }

  /** Asks Transom's API with the CI's service key. */
  async api(method: string, pathname: string, body?: object): Promise<Response> {
    return fetch(`${this.transomUrl}/api/v1${pathname}`, {
      method,
      headers: { authorization: `Bearer ${this.serviceKey}`, "content-type": "application/json" },
      body: body ? JSON.stringify(body) : null,
    });
  }

  /** Registers a running build on a machine with this one endpoint, turns access on, and waits until it is ready. */
  async register(build: string, endpoint: Endpoint, platform: "linux" | "macos" = "linux"): Promise<void> {
    const about = { version: 1, title: build, project: "servers", platform, state: "running" };
    for (const [what, body] of [
      ["", { ...about, started_at: new Date().toISOString() }],
      ["/machine", { version: 1, endpoints: [endpoint] }],
      ["/access", { by: { sub: "dana", name: "Dana" }, via: "user" }],
    ] as const) {
      const reply = await this.api("PUT", `/builds/${build}${what}`, body);
      if (!reply.ok) throw new Error(`${build}${what}: ${reply.status} ${await reply.text()}`);
    }
    await expect.poll(async () => (await this.view(build)).access?.state, { message: build }).toBe("ready");
  }

  /** A code that opens a page of this build once, as the dashboard gets it for its link. */
  async code(build: string, capabilities = ["terminal.view", "terminal.control"]): Promise<string> {
    const reply = await this.api("POST", `/builds/${build}/tokens`, { sub: "dana", name: "Dana", capabilities });
    return new URL(((await reply.json()) as { url: string }).url).hash.slice(1);
  }

  async view(build: string): Promise<BuildView> {
    return (await (await this.api("GET", `/builds/${build}`)).json()) as BuildView;
  }
}

/** Waits for the line that says that everything is up. */
async function started(launcher: ChildProcess): Promise<void> {
  const out = launcher.stdout;
  if (!out) throw new Error("the launcher has no output");
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: out }).on("line", (line) => line.includes("Open  http") && resolve());
    launcher.once("exit", (code) => reject(new Error(`the demo ended with ${code} before it was ready`)));
  });
}
