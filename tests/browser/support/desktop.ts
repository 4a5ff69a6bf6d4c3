// A desktop on a page: its picture, what X says of it, and what is done at it.
import { execFile } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { expect, type Locator, type Page } from "@playwright/test";

const run = promisify(execFile);

interface TransomDesktop extends HTMLElement {
  readonly size: { width: number; height: number };
}

export class Desktop {
  readonly element: Locator;

  constructor(readonly page: Page) {
    this.element = page.locator("transom-desktop");
  }

  async state(state: string): Promise<void> {
    await expect(this.element).toHaveAttribute("state", state);
  }

  /** Waits until there is a picture, and returns its size. */
  async picture(): Promise<{ width: number; height: number }> {
    await this.state("live");
    await expect.poll(async () => (await this.size()).width, { message: "a picture" }).toBeGreaterThan(0);
    return this.size();
  }

  async size(): Promise<{ width: number; height: number }> {
    return this.element.evaluate((element: TransomDesktop) => element.size);
  }

  /** What the canvas shows: red, green and blue of every pixel. */
  async pixels(): Promise<Buffer> {
    const text = await this.element.evaluate((element) => {
      const canvas = element.shadowRoot?.querySelector("canvas");
      const data = canvas?.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data;
      let out = "";
      for (let at = 0; at < (data?.length ?? 0); at += 4) {
        out += String.fromCharCode(data?.[at] ?? 0, data?.[at + 1] ?? 0, data?.[at + 2] ?? 0);
      }
      return btoa(out);
    });
    return Buffer.from(text, "base64");
  }

  /** Clicks at a pixel of the machine's screen. */
  async click(x: number, y: number, button: "left" | "middle" | "right" = "left"): Promise<void> {
    const at = await this.at(x, y);
    await this.page.mouse.move(at.x, at.y);
    await this.page.mouse.click(at.x, at.y, { button });
  }

  /** Where a pixel of the machine's screen is on the page. */
  async at(x: number, y: number): Promise<{ x: number; y: number }> {
    const box = await this.page.locator("transom-desktop canvas").boundingBox();
    const { width, height } = await this.size();
    if (!box) throw new Error("no canvas");
    return { x: box.x + ((x + 0.5) * box.width) / width, y: box.y + ((y + 0.5) * box.height) / height };
  }
}

/** The screen of a demo machine, which is a process of this computer: what X itself says of it. */
export class Screen {
  private constructor(
    readonly display: string,
    /** Where the machine's build works. */
    readonly buildDir: string,
  ) {}

  /** The one of a build's machine. */
  static async of(build: string): Promise<Screen> {
    for (const pid of await readdir("/proc")) {
      const words = (await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")).split("\0");
      const file = words[words.indexOf("-PasswordFile") + 1] ?? "";
      const display = words[1] ?? "";
      if (words[0] === "Xtigervnc" && file.endsWith(`/${build}/desktop/password`)) {
        return new Screen(display, path.join(file, "../../clone"));
      }
    }
    throw new Error(`build ${build} has no screen`);
  }

  async run(program: string, ...words: string[]): Promise<string> {
    const env = { ...process.env, DISPLAY: this.display };
    return (await run(program, words, { env, maxBuffer: 64 << 20 })).stdout;
  }

  /** Waits until the window with this title has the keyboard: a window manager gives it a moment after a click. */
  async hasKeyboard(title: string, timeout = 15_000): Promise<void> {
    const active = async () => {
      const id = (await this.run("xprop", "-root", "_NET_ACTIVE_WINDOW")).match(/0x[0-9a-f]+/)?.[0] ?? "0x0";
      return this.run("xprop", "-id", id, "WM_NAME").catch(() => "");
    };
    await expect.poll(active, { message: `${title} has the keyboard`, timeout }).toContain(`"${title}"`);
  }

  /** Waits until the shell in the window has written its prompt: what is typed before may be lost. */
  async prompt(): Promise<void> {
    const isThere = async () => {
      const pixels = await this.pixels();
      // The first line of the terminal's window.
      for (let x = 44; x < 300; x += 1) if ((pixels[(92 * 1280 + x) * 3] ?? 255) < 64) return true;
      return false;
    };
    await expect.poll(isThere, { message: "a prompt in the machine's terminal" }).toBe(true);
  }

  /** Red, green and blue of every pixel, as X has them, without the pointer. */
  async pixels(): Promise<Buffer> {
    const env = { ...process.env, DISPLAY: this.display };
    const { stdout } = await run("xwd", ["-root", "-silent"], { env, encoding: "buffer", maxBuffer: 64 << 20 });
    const [header = 0, width = 0, height = 0, line = 0, colours = 0] = [0, 4, 5, 12, 19].map((n) =>
      stdout.readUInt32BE(n * 4),
    );
    const start = header + colours * 12;
    const out = Buffer.alloc(width * height * 3);
    let to = 0;
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) {
        const from = start + y * line + x * 4;
        out[to] = stdout[from + 2] ?? 0;
        out[to + 1] = stdout[from + 1] ?? 0;
        out[to + 2] = stdout[from] ?? 0;
        to += 3;
      }
    }
    return out;
  }
}
