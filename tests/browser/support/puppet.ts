// A terminal page in a browser that Playwright cannot drive, or not as people do: Firefox, and hidden tabs.
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { expect } from "@playwright/test";
import type { Page } from "puppeteer-core";

const SCREENS = path.join(import.meta.dirname, "../../../target/screens");

interface TransomTerminal extends HTMLElement {
  bufferText(): string;
}

/** The terminal page in a browser that puppeteer drives. */
export class PuppetTerminal {
  constructor(readonly page: Page) {}

  /** What the terminal in front shows, scrollback included. */
  async text(): Promise<string> {
    return this.page.$eval(".panel:not([inert]) transom-terminal", (e) =>
      (e as TransomTerminal).bufferText().trimEnd(),
    );
  }

  async state(state: string): Promise<void> {
    const now = () => this.page.$eval(".panel:not([inert]) transom-terminal", (e) => e.getAttribute("state"));
    await expect.poll(now, { message: `the terminal is ${state}` }).toBe(state);
  }

  async shows(pattern: RegExp): Promise<RegExpMatchArray> {
    await expect.poll(() => this.text(), { message: `terminal shows ${pattern}` }).toMatch(pattern);
    const match = (await this.text()).match(pattern);
    if (!match) throw new Error(`the terminal no longer shows ${pattern}`);
    return match;
  }

  async prompt(): Promise<this> {
    await this.page.waitForSelector("transom-terminal");
    await this.state("live");
    await this.shows(/\$\s*$/);
    return this;
  }

  async run(command: string): Promise<void> {
    await this.page.keyboard.type(command);
    await this.page.keyboard.press("Enter");
  }

  async shellPid(): Promise<string> {
    const mark = `pid${Math.random().toString(36).slice(2, 8)}`;
    await this.run(`printf '%s=%s.\\n' ${mark} $$`);
    return (await this.shows(new RegExp(`${mark}=(\\d+)\\.`)))[1] ?? "";
  }

  /** Clicks what has this role and name. */
  async click(role: string, name: string): Promise<void> {
    await this.page.locator(`::-p-aria([name="${name}"][role="${role}"])`).click();
  }

  async tabs(): Promise<number> {
    return (await this.page.$$("[role=tab]")).length;
  }

  async picture(name: string): Promise<void> {
    await mkdir(SCREENS, { recursive: true });
    await this.page.screenshot({ path: path.join(SCREENS, `${name}.png`) as `${string}.png` });
  }
}
