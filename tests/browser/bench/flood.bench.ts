// How fast a page shows a flood, and how soon it stops: the release server and OpenSSH behind it.
import { writeFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { test } from "../support/test.ts";
import { fromDisk } from "./from-disk.ts";
import { Peer } from "./ttyd.ts";

const BYTES = Number(process.env["BYTES"] ?? 38_000_000);
const RUNS = Number(process.env["RUNS"] ?? 5);
const LOG = "/tmp/transom-bench.log";

test.beforeAll(async () => {
  await writeFile(LOG, colouredLog(BYTES));
});

test("a log of 38 MB and Ctrl-C during yes, against ttyd where there is one", async ({ dana, context }) => {
  const peer = await Peer.start();
  await fromDisk(context);
  const { terminal } = await dana.terminal();
  const ours = terminal.page;
  await terminal.element.click();
  await watchTitles(ours, "transom");
  const theirs = peer ? await context.newPage() : null;
  if (peer && theirs) {
    await theirs.goto(peer.url);
    await theirs.locator(".xterm-rows").getByText("$").first().waitFor();
    await theirs.locator(".xterm-screen").click();
    await watchTitles(theirs, "ttyd");
  }
  for (const page of [ours, theirs]) {
    await page?.bringToFront();
    await page?.keyboard.type(`PROMPT_COMMAND="printf '\\033]2;prompt\\007'"\n`);
    if (page) await at(page, "prompt");
  }
  const speeds: Record<string, number[]> = { transom: [], ttyd: [] };
  const stops: Record<string, number[]> = { transom: [], ttyd: [] };
  for (let run = 0; run < RUNS; run += 1) {
    for (const [name, page] of Object.entries({ transom: ours, ttyd: theirs })) {
      if (page === null) continue;
      await page.bringToFront();
      speeds[name]?.push(await cat(page));
      console.log(name, speeds[name]?.at(-1)?.toFixed(1), "MB/s");
    }
  }
  for (let run = 0; run < 4 * RUNS; run += 1) stops["transom"]?.push(await interrupt(ours));
  for (let run = 0; theirs && run < RUNS; run += 1) {
    await theirs.bringToFront();
    stops["ttyd"]?.push(await interrupt(theirs));
  }
  await peer?.stop();
  for (const name of ["transom", "ttyd"]) {
    console.log(`${name}: MB/s ${list(speeds[name])}; ms to stop ${list(stops[name])}`);
  }
});

/** Remembers in the page when each title was parsed. */
async function watchTitles(page: Page, what: "transom" | "ttyd"): Promise<void> {
  await page.evaluate((which) => {
    const seen = new Map<string, number>();
    Object.assign(window, { seen });
    const note = (title: string) => seen.set(title, performance.now());
    if (which === "ttyd") (window as unknown as { term: XTerm }).term.onTitleChange(note);
    else document.addEventListener("transom-title", (e) => note((e as CustomEvent<{ title: string }>).detail.title));
    document.addEventListener("keydown", (e) => e.ctrlKey && e.key === "c" && seen.set("^C", performance.now()), true);
  }, what);
}

interface XTerm {
  onTitleChange(run: (title: string) => void): void;
}

async function at(page: Page, title: string): Promise<number> {
  const handle = await page.waitForFunction(
    (t) => (window as unknown as { seen: Map<string, number> }).seen.get(t),
    title,
    { timeout: 120_000, polling: 20 },
  );
  return (await handle.jsonValue()) ?? 0;
}

let round = 0;

async function cat(page: Page): Promise<number> {
  round += 1;
  const [from, to] = [`from${round}`, `to${round}`];
  await page.keyboard.type(`printf '\\033]2;${from}\\007'; cat ${LOG}; printf '\\033]2;${to}\\007'\n`);
  const end = await at(page, to);
  return BYTES / 1e3 / (end - (await at(page, from)));
}

async function interrupt(page: Page): Promise<number> {
  round += 1;
  const going = `going${round}`;
  await page.keyboard.type(`printf '\\033]2;${going}\\007'; yes ${"y".repeat(59)}\n`);
  await at(page, going);
  // The flood has to be a flood; nothing shows from outside when it is one.
  await page.waitForTimeout(1500);
  await page.keyboard.press("Control+c");
  const handle = await page.waitForFunction(
    () => {
      const { seen } = window as unknown as { seen: Map<string, number> };
      const took = (seen.get("prompt") ?? 0) - (seen.get("^C") ?? Number.POSITIVE_INFINITY);
      return took > 0 ? took : null;
    },
    null,
    { timeout: 60_000, polling: 20 },
  );
  return (await handle.jsonValue()) ?? Number.NaN;
}

function list(values: number[] = []): string {
  const sorted = [...values].sort((a, b) => a - b);
  const pick = (q: number) => sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]?.toFixed(1) ?? "-";
  return `p50 ${pick(0.5)} p95 ${pick(0.95)} [${values.map((v) => v.toFixed(1)).join(" ")}]`;
}

function colouredLog(bytes: number): string {
  const lines: string[] = [];
  let length = 0;
  for (let i = 0; length < bytes; i += 1) {
    const line = `\x1b[90m12:${String(i % 60).padStart(2, "0")}:07\x1b[0m \x1b[3${1 + (i % 6)}m[step-${i % 9}]\x1b[0m compiling module ${i} of the project: \x1b[1mok\x1b[0m in ${i % 977} ms\n`;
    lines.push(line);
    length += line.length;
  }
  return `${lines.join("").slice(0, bytes - 1)}\n`;
}
