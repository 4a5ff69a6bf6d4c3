// @ts-check
// Shows desktops in Chromium, for the bench of desktops: one command in JSON a line on standard input, one answer in
// JSON a line on standard output.
//   {"do": "open", "url"}           opens a page and waits until its picture moves, or is there ("still")
//   {"do": "watch", "ms"}           how many content frames were shown in that time, and the bytes that came
//   {"do": "keys", "count", "x", "y"}  presses keys; how long until that pixel of the canvas changed, in ms
//   {"do": "close"}                 closes all pages
// What is shown is read from the canvas itself: the strip at its foot has a number in Gray code.
import { createInterface } from "node:readline";
import { chromium } from "@playwright/test";

/** The screen, and the middle of the first block of its strip. */
const SCREEN = { width: 1920, height: 1080 };
const STRIP = { x: 4, y: 1076, block: 8, bits: 16 };
const PATIENCE_MS = 60_000;
/** Between two keys: whatever the last one caused is over. */
const KEYS_MS = 150;

/** @typedef {{do: string, url?: string, still?: boolean, ms?: number, count?: number, x?: number, y?: number}} Command */

const browser = await chromium.launch({
  executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
});
/** @type {import("@playwright/test").Page[]} */
const pages = [];
try {
  for await (const line of createInterface({ input: process.stdin })) {
    /** @type {object} */
    let answer;
    try {
      answer = await obey(/** @type {Command} */ (JSON.parse(line)));
    } catch (error) {
      answer = { failed: String(error).split("\n")[0] };
    }
    console.log(JSON.stringify(answer));
  }
} finally {
  await browser.close();
}

/** @param {Command} command @returns {Promise<object>} */
async function obey(command) {
  switch (command.do) {
    case "open":
      await open(command.url ?? "", command.still ?? false);
      return {};
    case "watch": {
      const page = pages.at(-1);
      if (page === undefined) throw new Error("no page");
      return page.evaluate((ms) => globalThis["bench"].watch(ms), command.ms ?? 0);
    }
    case "keys":
      return { values: await keys(command.count ?? 0, command.x ?? 0, command.y ?? 0) };
    case "close":
      for (const page of pages.splice(0)) await page.context().close();
      return {};
    default:
      throw new Error(`no command ${command.do}`);
  }
}

/** @param {string} url @param {boolean} still */
async function open(url, still) {
  const context = await browser.newContext({ viewport: SCREEN });
  const page = await context.newPage();
  pages.push(page);
  await page.addInitScript(look, STRIP);
  await page.goto(url);
  const isThere = (/** @type {number} */ width) => globalThis["bench"].canvas()?.width === width;
  await page.waitForFunction(isThere, SCREEN.width, { timeout: PATIENCE_MS });
  // Pixel for pixel, whatever else is on the page.
  const box = await page.evaluate(() => globalThis["bench"].canvas().parentElement.getBoundingClientRect().toJSON());
  await page.setViewportSize({
    width: SCREEN.width * 2 - Math.round(box.width),
    height: SCREEN.height * 2 - Math.round(box.height),
  });
  const fits = (/** @type {{width: number, height: number}} */ { width, height }) => {
    const box = globalThis["bench"].canvas().getBoundingClientRect();
    return box.width === width && box.height === height;
  };
  await page.waitForFunction(fits, SCREEN, { timeout: PATIENCE_MS });
  if (still) return;
  const before = await page.evaluate(() => globalThis["bench"].number());
  const moves = (/** @type {number} */ was) => globalThis["bench"].number() > was + 2;
  await page.waitForFunction(moves, before, { timeout: PATIENCE_MS });
}

/** @param {number} count @param {number} x @param {number} y @returns {Promise<number[]>} */
async function keys(count, x, y) {
  const page = pages.at(-1);
  if (page === undefined) throw new Error("no page");
  const { left, top } = await page.evaluate(() => globalThis["bench"].canvas().getBoundingClientRect().toJSON());
  await page.mouse.click(left + 1000, top + 500);
  await page.evaluate((at) => globalThis["bench"].attend(at), { x, y });
  const values = [];
  for (let key = 0; key < count; key += 1) {
    await page.waitForTimeout(KEYS_MS);
    const shown = page.evaluate(() => globalThis["bench"].next());
    await page.keyboard.press("k");
    values.push(await shown);
  }
  return values;
}

/** Runs in the page, before anything else. @param {{x: number, y: number, block: number, bits: number}} strip */
function look(strip) {
  let bytes = 0;
  const Native = WebSocket;
  // A listener of our own beside the page's: what it counts is the payload.
  // Not a class of our own: noVNC looks for what a socket can do on its very prototype.
  globalThis.WebSocket = new Proxy(Native, {
    construct: (target, /** @type {[string, string[]?]} */ args) => {
      const socket = new target(...args);
      socket.addEventListener("message", ({ data }) => {
        bytes += typeof data === "string" ? data.length : (data.byteLength ?? data.size);
      });
      return socket;
    },
  });
  /** @type {HTMLCanvasElement | null} */
  let found = null;
  const canvas = () => {
    if (found?.isConnected) return found;
    found =
      document.querySelector("transom-desktop")?.shadowRoot?.querySelector("canvas") ??
      document.querySelector("#screen canvas");
    return found;
  };
  /** The number of the content frame that is shown. */
  const number = () => {
    const { x, y, block, bits } = strip;
    const row = canvas()
      ?.getContext("2d")
      ?.getImageData(x, y, block * bits, 1).data;
    if (row === undefined) return 0;
    let gray = 0;
    for (let bit = 0; bit < bits; bit += 1) if ((row[bit * block * 4 + 1] ?? 0) > 127) gray |= 1 << bit;
    let plain = gray;
    for (let shift = 1; shift < bits; shift <<= 1) plain ^= plain >> shift;
    return plain;
  };
  /**
   * Called with the first thing that is drawn on the canvas since it was last looked at. Nothing runs for each frame of
   * the screen: where little is drawn, that would cost more than what is measured.
   * @type {(() => void) | null}
   */
  let drawn = null;
  for (const name of /** @type {const} */ (["putImageData", "drawImage"])) {
    const of = /** @type {any} */ (CanvasRenderingContext2D.prototype);
    const draw = of[name];
    of[name] = function (/** @type {unknown[]} */ ...args) {
      if (this.canvas === found) drawn?.();
      return draw.apply(this, args);
    };
  }
  /** Looks once for each frame of the screen that something was drawn in. @param {number} ms */
  const watch = (ms) =>
    new Promise((resolve) => {
      const [began, before, first] = [performance.now(), bytes, number()];
      let last = first;
      let shown = 0;
      const look = () => {
        const now = number();
        if (now !== last) shown += 1;
        last = now;
        drawn = soon;
      };
      const soon = () => {
        drawn = null;
        requestAnimationFrame(look);
      };
      drawn = soon;
      setTimeout(() => {
        drawn = null;
        resolve({ shown, drawn: last - first, bytes: bytes - before, ms: performance.now() - began });
      }, ms);
    });

  let pressed = 0;
  /** @type {((ms: number) => void) | null} */
  let wanted = null;
  /** Looks at a pixel after everything that is drawn on the canvas that is shown. @param {{x: number, y: number}} at */
  const attend = ({ x, y }) => {
    const context = canvas()?.getContext("2d");
    if (!context) throw new Error("no canvas");
    const lightness = () => context.getImageData(x, y, 1, 1).data[1] ?? 0;
    let before = lightness();
    for (const name of /** @type {const} */ (["putImageData", "drawImage"])) {
      const draw = /** @type {(...args: unknown[]) => void} */ (context[name]);
      const looks = (/** @type {unknown[]} */ ...args) => {
        draw.apply(context, args);
        if (wanted === null) return;
        const now = lightness();
        if (Math.abs(now - before) < 100) return;
        before = now;
        wanted(performance.now() - pressed);
        wanted = null;
      };
      Object.assign(context, { [name]: looks });
    }
    addEventListener(
      "keydown",
      () => {
        pressed = performance.now();
      },
      true,
    );
  };
  const next = () =>
    new Promise((resolve) => {
      wanted = resolve;
    });
  Object.assign(globalThis, { bench: { canvas, number, watch, attend, next } });
}
