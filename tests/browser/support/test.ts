// The test function of all specs: one demo per worker, and people who use its dashboard.
import { type BrowserContext, test as base, expect, type Page } from "@playwright/test";
import { Demo, type Wish } from "./demo.ts";
import { Desktop } from "./desktop.ts";
import { Screen } from "./screen.ts";
import { Terminal } from "./terminal.ts";

export class Person {
  constructor(
    readonly context: BrowserContext,
    readonly demo: Demo,
  ) {}

  /** The dashboard's page of a build. */
  async look(build: string): Promise<Page> {
    const page = await this.context.newPage();
    await page.goto(this.demo.buildUrl(build));
    return page;
  }

  /** Clicks a button of the panel and returns the page that it opens. */
  async open(dashboard: Page, button: "Open terminal" | "Open desktop" | "Open build access"): Promise<Page> {
    const opened = this.context.waitForEvent("page");
    await dashboard.getByRole("button", { name: button }).click();
    const page = await opened;
    await page.waitForURL(`${this.demo.transomUrl}/**`);
    return page;
  }

  /** The desktop of a build's machine with its picture, by a link for somebody who may do everything there. */
  async see(build: string): Promise<Desktop> {
    const all = ["desktop.view", "desktop.control", "clipboard.read", "clipboard.write"];
    return this.#show(`${this.demo.transomUrl}/b/${build}/desktop`, await this.demo.code(build, all));
  }

  /** The same desktop as another's, for somebody who may only look. */
  async watch(build: string, desktop: Desktop): Promise<Desktop> {
    return this.#show(desktop.page.url(), await this.demo.code(build, ["desktop.view"]));
  }

  async #show(url: string, code: string): Promise<Desktop> {
    const page = await this.context.newPage();
    await page.goto(`${url}#${code}`);
    const desktop = new Desktop(page);
    await desktop.picture();
    return desktop;
  }

  /** From nothing to the desktop of a new build's machine, with its picture. */
  async desktop(wish: Wish = {}): Promise<{ build: string; dashboard: Page; desktop: Desktop; screen: Screen }> {
    const build = await this.demo.build({ scenario: "long", remote_access: true, ...wish });
    const dashboard = await this.look(build);
    const desktop = new Desktop(await this.open(dashboard, "Open desktop"));
    await desktop.picture();
    const screen = await Screen.of(build);
    await screen.prompt();
    return { build, dashboard, desktop, screen };
  }

  /** From nothing to a prompt on a new build's machine. */
  async terminal(wish: Wish = {}): Promise<{ build: string; dashboard: Page; terminal: Terminal }> {
    const build = await this.demo.build({ scenario: "long", remote_access: true, ...wish });
    const dashboard = await this.look(build);
    const terminal = new Terminal(await this.open(dashboard, "Open terminal"));
    await terminal.prompt();
    return { build, dashboard, terminal };
  }
}

export const test = base.extend<{ dana: Person; ravi: Person }, { demo: Demo }>({
  demo: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the names of the fixtures from here
    async ({}, use, info) => {
      const demo = await Demo.start(`demo-${info.parallelIndex}`);
      await use(demo);
      await demo.stop();
    },
    { scope: "worker", timeout: 90_000 },
  ],
  dana: async ({ context, demo }, use) => {
    await use(new Person(context, demo));
  },
  ravi: async ({ browser, demo }, use) => {
    const context = await browser.newContext();
    await context.addCookies([{ name: "demo_person", value: "ravi", url: demo.dashboardUrl }]);
    await use(new Person(context, demo));
    await context.close();
  },
});

export { expect };
