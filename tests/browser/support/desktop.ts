// A desktop on a page: its picture, and what is done at it.
import { expect, type Locator, type Page } from "@playwright/test";

/** What a machine itself says that its screen shows. */
export interface Picture {
  /** Red, green and blue of every pixel. */
  pixels(): Promise<Buffer>;
}

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

  /** The SHA-256 of what the canvas shows, as `pixels`: for pictures too large to be carried here. */
  async hash(): Promise<string> {
    return this.element.evaluate(async (element) => {
      const canvas = element.shadowRoot?.querySelector("canvas");
      const data = canvas?.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data;
      const colours = new Uint8Array(((data?.length ?? 0) / 4) * 3);
      for (let from = 0, to = 0; to < colours.length; from += 4, to += 3) {
        for (let channel = 0; channel < 3; channel += 1) colours[to + channel] = data?.[from + channel] ?? 0;
      }
      const digest = await crypto.subtle.digest("SHA-256", colours);
      return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
    });
  }

  /** Waits until the page shows what the machine has; both are asked until they agree, for a clock may tick there. */
  async shows(machine: Picture): Promise<void> {
    await this.pointAway();
    const differs = async () => {
      const [shown, real] = await Promise.all([this.pixels(), machine.pixels()]);
      if (shown.length !== real.length) return Math.max(shown.length, real.length);
      let count = 0;
      for (let at = 0; at < real.length; at += 1) if (shown[at] !== real[at]) count += 1;
      return count;
    };
    await expect.poll(differs, { message: "bytes that differ from the machine's own", timeout: 30_000 }).toBe(0);
  }

  /** Into a corner: before it has heard where ours is, a VNC server draws a pointer of its own. */
  async pointAway(): Promise<void> {
    const corner = await this.at(0, 0);
    await this.page.mouse.move(corner.x + 2, corner.y + 2);
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
