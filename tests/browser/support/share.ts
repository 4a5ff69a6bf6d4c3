// Share links: made in the dialog as people do, and guests in a browser of their own.
import { type Browser, expect, type Page } from "@playwright/test";
import type { Demo } from "./demo.ts";

/** Fills in the dialog that is open and returns the link; `choose` sets what is not as usual. */
export async function makeLink(page: Page, choose: (dialog: Page) => Promise<void> = async () => {}): Promise<string> {
  await page.getByRole("button", { name: /^Share/ }).click();
  await expect(page.getByRole("dialog", { name: "Share this machine" })).toBeVisible();
  await choose(page);
  await page.getByRole("button", { name: "Create link" }).click();
  const link = await page.getByRole("textbox", { name: "Link" }).inputValue();
  await page.getByRole("button", { name: "Done" }).click();
  return link;
}

/** Opens the options that are folded away. */
export async function moreOptions(page: Page): Promise<void> {
  await page.getByText("Passcode, limits, approval").click();
}

/** A page in a browser of somebody else. */
export async function stranger(browser: Browser, url: string, viewport = { width: 1120, height: 720 }): Promise<Page> {
  const context = await browser.newContext({ viewport });
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

export async function comeIn(page: Page, name: string, button: RegExp = /^(Join|Ask)/): Promise<void> {
  await page.getByRole("textbox", { name: "Your name" }).fill(name);
  await page.getByRole("button", { name: button }).click();
}

/** The access page of a new build whose machine is ready. */
export async function accessPage(demo: Demo, page: Page): Promise<{ build: string; page: Page }> {
  const build = await demo.build({ scenario: "long", remote_access: true });
  await expect.poll(async () => (await demo.view(build)).access?.state).toBe("ready");
  const all = ["terminal", "desktop", "share"].flatMap((of) => [`${of}.view`, `${of}.control`]);
  await page.goto(`${demo.transomUrl}/b/${build}#${await demo.code(build, all)}`);
  await expect(page.getByRole("button", { name: /^Share/ })).toBeVisible();
  return { build, page };
}
