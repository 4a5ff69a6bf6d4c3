// @ts-check
// Terminals in Chromium: throughput of a log, Ctrl-C during a flood, from a click to the prompt.
// Reads a plan from standard input: {"ways": {"ttyd": URL, …}, "transom": {"url", "key", "build"}, "directory",
// "log", "log_bytes"}. Prints a line of JSON for each measure: {way, measure, unit, values}, or
// {way, skipped}. Terminals are looked at as people do: by what stands on the screen, from the moment it does.
import { text } from "node:stream/consumers";
import { chromium } from "@playwright/test";

const THROUGHPUT_RUNS = 3;
/** Of ours so many that the 95th percentile says something; some peers take many seconds for each. */
const OWN_INTERRUPTS = 40;
const INTERRUPTS = 12;
const PROMPTS = 8;
const FLOOD_MS = 1500;
const PATIENCE_MS = 120_000;
const CLICKED_AT = "#clicked-at=";

/** @typedef {{url: string, key: string, build: string}} Transom */
/** @typedef {{ways: Record<string, string>, transom: Transom, directory: string, log: string, log_bytes: number}} Plan */

const plan = /** @type {Plan} */ (JSON.parse(await text(process.stdin)));
const browser = await chromium.launch({
  executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
});
/** What to do with the time of a click. */
let told = (/** @type {number} */ _at) => {};
try {
  const peers = Object.entries(plan.ways).map(([way, url]) => ({ way, terminal: async () => url }));
  const transom = { way: "transom", terminal: () => transomPage("/terminal"), before: () => transomPage("") };
  for (const door of [transom, ...peers]) {
    try {
      await measure(door);
    } catch (error) {
      say({ way: door.way, skipped: String(error).split("\n")[0] });
    }
  }
} finally {
  await browser.close();
}

/** The address of one of the build's pages; good for one page, and for a minute. @param {string} page */
async function transomPage(page) {
  const { url, key, build } = plan.transom;
  const response = await fetch(`${url}/api/v1/builds/${build}/tokens`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ sub: "u-Dana", name: "Dana", capabilities: ["terminal.view", "terminal.control"] }),
  });
  const { code } = /** @type {{code: string}} */ (await response.json());
  return `${url}/b/${build}${page}#${code}`;
}

/**
 * @typedef {object} Door a way to a terminal
 * @property {string} way
 * @property {() => Promise<string>} terminal its address
 * @property {() => Promise<string>} [before] the page where people click to open it, if it has one
 */

/** @param {Door} door */
async function measure(door) {
  const { way } = door;
  const rates = [];
  for (let run = 0; run < THROUGHPUT_RUNS; run += 1) {
    await onPage(await door.terminal(), async (page) => {
      await settle(page);
      const began = performance.now();
      await line(page, `cat ${plan.log}; echo D''ONE`);
      await shows(page, "DONE");
      rates.push((plan.log_bytes / 1e6 / (performance.now() - began)) * 1000);
    });
  }
  say({ way, measure: "38 MB log", unit: "MB/s", values: rates });
  const interrupts = [];
  await onPage(await door.terminal(), async (page) => {
    await settle(page);
    for (let run = 0; run < (way === "transom" ? OWN_INTERRUPTS : INTERRUPTS); run += 1) {
      await line(page, "clear; yes 'a line of sixty characters, as a chatty test might print it.'");
      await page.waitForTimeout(FLOOD_MS);
      interrupts.push(await interrupt(page));
    }
  });
  say({ way, measure: "Ctrl-C", unit: "ms", values: interrupts });
  const prompts = [];
  await onPage(door.before ? await door.before() : "about:blank", async (page) => {
    for (let run = 0; run < PROMPTS; run += 1) {
      if (!door.before) await page.setContent(link(await door.terminal()));
      const before = page.url();
      // Nobody opens the next terminal within a second of the last.
      await page.waitForTimeout(1200);
      let clicked = Number.NaN;
      told = (at) => {
        clicked = at;
      };
      await page.getByRole("button", { name: "Open terminal" }).click({ noWaitAfter: true });
      const handle = await page.waitForFunction(() => globalThis["promptAt"], null, { timeout: PATIENCE_MS });
      const at = door.before ? clicked : Number(new URL(page.url()).hash.replace(CLICKED_AT, ""));
      if (!(at > 0)) throw new Error("nobody told when the click was");
      prompts.push(Number(await handle.jsonValue()) - at);
      await line(page, "exit");
      await page.goto(before);
    }
  });
  say({ way, measure: "click to prompt", unit: "ms", values: prompts });
}

/** What a dashboard would show; the next page's address says when it was clicked, for this one is gone then. @param {string} url */
function link(url) {
  return `<button onclick="location='${url}${CLICKED_AT}' + Date.now()">Open terminal</button>`;
}

/** @param {string} url @param {(page: import("@playwright/test").Page) => Promise<void>} work */
async function onPage(url, work) {
  const context = await browser.newContext({ viewport: { width: 1120, height: 720 } });
  try {
    const page = await context.newPage();
    await page.exposeFunction("tellOfClick", (/** @type {number} */ at) => told(at));
    await page.addInitScript(watchScreen);
    // Whether to leave while something runs.
    page.on("dialog", (dialog) => dialog.accept());
    await page.goto(url);
    await work(page);
  } finally {
    await context.close();
  }
}

/** Runs in the page: what the terminal's rows show, wherever the page keeps them, and when what happened. */
function watchScreen() {
  const rows = () =>
    document.querySelector(".xterm-rows") ??
    document.querySelector("transom-terminal")?.shadowRoot?.querySelector(".xterm-rows");
  const screenText = () =>
    [...(rows()?.children ?? [])]
      .map((row) => row.textContent ?? "")
      .join("\n")
      .replace(/\u00a0/g, " ")
      .trimEnd();
  Object.assign(globalThis, { screenText, promptAt: 0, calmAt: 0 });
  const look = () => {
    const text = screenText();
    const now = Date.now();
    if (!globalThis["promptAt"] && /[$#>]\s*$/.test(text)) Object.assign(globalThis, { promptAt: now });
    if (text.endsWith("bench>")) globalThis["calmAt"] ||= now;
    else Object.assign(globalThis, { calmAt: 0 });
  };
  const begin = () => {
    const found = rows();
    if (!found) return void requestAnimationFrame(begin);
    new MutationObserver(look).observe(found, { childList: true, subtree: true, characterData: true });
    look();
  };
  requestAnimationFrame(begin);
  addEventListener("click", () => globalThis["tellOfClick"](Date.now()), true);
  const onKey = (/** @type {KeyboardEvent} */ event) => {
    if (event.ctrlKey && event.key === "c") Object.assign(globalThis, { keyDownAt: Date.now() });
  };
  addEventListener("keydown", onKey, true);
}

/** @param {import("@playwright/test").Page} page */
async function settle(page) {
  await page.locator(".xterm-screen").first().click({ timeout: PATIENCE_MS });
  await page.waitForFunction(() => /[$#>]\s*$/.test(globalThis["screenText"]()), null, { timeout: PATIENCE_MS });
  await line(page, `cd '${plan.directory}'; PROMPT_COMMAND=; PS1='bench'"> "; clear`);
  await page.waitForFunction(() => globalThis["screenText"]().startsWith("bench>"), null, { timeout: PATIENCE_MS });
}

/** @param {import("@playwright/test").Page} page @param {string} command */
async function line(page, command) {
  await page.keyboard.type(command);
  await page.keyboard.press("Enter");
}

/** @param {import("@playwright/test").Page} page @param {string} mark */
async function shows(page, mark) {
  const shown = (/** @type {string} */ wanted) => globalThis["screenText"]().includes(wanted);
  await page.waitForFunction(shown, mark, { polling: "raf", timeout: PATIENCE_MS });
}

/** Presses Ctrl-C; how long until the prompt is the last thing on the screen. @param {import("@playwright/test").Page} page */
async function interrupt(page) {
  await page.evaluate(() => Object.assign(globalThis, { keyDownAt: undefined }));
  await page.keyboard.press("Control+c");
  const handle = await page.waitForFunction(
    () => {
      const { keyDownAt, calmAt } = /** @type {any} */ (globalThis);
      return keyDownAt !== undefined && calmAt > keyDownAt && [calmAt - keyDownAt];
    },
    null,
    { timeout: PATIENCE_MS },
  );
  return Number((await handle.jsonValue())[0]);
}

/** @param {object} what */
function say(what) {
  console.log(JSON.stringify(what));
}
