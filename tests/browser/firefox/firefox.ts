// A Firefox with the demo in front of it, for every test a browser context of its own.
import { existsSync } from "node:fs";
import { test as base, expect } from "@playwright/test";
import puppeteer, { type Browser } from "puppeteer-core";
import { Demo, type Wish } from "../support/demo.ts";
import { PuppetTerminal } from "../support/puppet.ts";

const PROGRAM = process.env["FIREFOX"] ?? "/usr/bin/firefox-esr";

interface Fixtures {
  /** A new build of the demo, and its terminal page opened with a code, as the dashboard does it. */
  open: (wish?: Wish) => Promise<{ build: string; terminal: PuppetTerminal }>;
}

export const test = base.extend<Fixtures, { demo: Demo; firefox: Browser }>({
  demo: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures from here
    async ({}, use) => {
      const demo = await Demo.start("demo-firefox");
      await use(demo);
      await demo.stop();
    },
    { scope: "worker", timeout: 90_000 },
  ],
  firefox: [
    // biome-ignore lint/correctness/noEmptyPattern: see above
    async ({}, use) => {
      base.skip(!existsSync(PROGRAM), `no Firefox at ${PROGRAM}; FIREFOX names another`);
      const firefox = await puppeteer.launch({
        browser: "firefox",
        executablePath: PROGRAM,
        headless: true,
        defaultViewport: { width: 1120, height: 720 },
        extraPrefsFirefox: { "intl.accept_languages": "en-GB" },
      });
      await use(firefox);
      await firefox.close();
    },
    { scope: "worker", timeout: 90_000 },
  ],
  open: async ({ demo, firefox }, use) => {
    const context = await firefox.createBrowserContext();
    await use(async (wish = {}) => {
      const build = await demo.build({ scenario: "long", remote_access: true, ...wish });
      await expect.poll(async () => (await demo.view(build)).access?.state).toBe("ready");
      const code = await demo.code(build);
      const page = await context.newPage();
      await page.goto(`${demo.transomUrl}/b/${build}/terminal#${code}`);
      const terminal = await new PuppetTerminal(page).prompt();
      return { build, terminal };
    });
    await context.close();
  },
});

export { expect };
