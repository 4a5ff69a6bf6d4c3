// The test function of all specs: one demo per worker, and people who use its dashboard.
import { type BrowserContext, test as base, expect, type Page } from "@playwright/test";
import { Demo, type Wish } from "./demo.ts";
import { Desktop, Screen } from "./desktop.ts";
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
