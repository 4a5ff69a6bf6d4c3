// The clipboard of a browser that lets pages use it.
import type { Page } from "@playwright/test";

export class Clipboard {
  constructor(readonly page: Page) {}

  async allow(): Promise<this> {
    await this.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await this.page.bringToFront();
    return this;
  }

  async put(text: string): Promise<void> {
    await this.page.evaluate((t) => navigator.clipboard.writeText(t), text);
  }

  async text(): Promise<string> {
    return this.page.evaluate(() => navigator.clipboard.readText());
  }
}
