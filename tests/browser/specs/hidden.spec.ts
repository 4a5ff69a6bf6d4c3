// A tab that nobody sees. Playwright makes every page believe that it is looked at, so these tests drive
// Chromium by puppeteer: another tab comes to the front, and the browser throttles the first as it does.
import puppeteer, { type Browser } from "puppeteer-core";
import { PuppetTerminal } from "../support/puppet.ts";
import { test as base, expect } from "../support/test.ts";

const test = base.extend<{ hidden: HiddenTab }>({
  hidden: async ({ demo }, use) => {
    const browser = await puppeteer.launch({
      executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"],
      defaultViewport: { width: 1120, height: 720 },
    });
    const build = await demo.build({ scenario: "long", remote_access: true });
    await expect.poll(async () => (await demo.view(build)).access?.state).toBe("ready");
    const page = await browser.newPage();
    await page.goto(`${demo.transomUrl}/b/${build}/terminal#${await demo.code(build)}`);
    await use(new HiddenTab(browser, await new PuppetTerminal(page).prompt()));
    await browser.close();
  },
});

class HiddenTab {
  constructor(
    readonly browser: Browser,
    readonly terminal: PuppetTerminal,
  ) {}

  async hide(): Promise<void> {
    const other = await this.browser.newPage();
    await other.bringToFront();
    await expect.poll(() => this.terminal.page.evaluate(() => document.hidden)).toBe(true);
  }

  async show(): Promise<void> {
    await this.terminal.page.bringToFront();
    await expect.poll(() => this.terminal.page.evaluate(() => document.hidden)).toBe(false);
  }
}

const MINUTE = 60_000;

test("a minute out of sight loses nothing and doubles nothing, with a cut in between", async ({ hidden, demo }) => {
  test.setTimeout(4 * MINUTE);
  const { terminal } = hidden;
  await terminal.run("for i in $(seq 1 700); do echo line $i.; sleep 0.1; done; read -r word; echo got=$word.");
  await terminal.page.keyboard.type("typed-early");
  await hidden.hide();
  const since = Date.now();
  await expect.poll(() => terminal.text(), { timeout: MINUTE }).toMatch(/line 200\.$/m);
  demo.cable.pull();
  await terminal.state("reconnecting");
  demo.cable.plugIn();
  await expect.poll(() => Date.now() - since, { timeout: 2 * MINUTE }).toBeGreaterThan(MINUTE);
  expect(await terminal.page.evaluate(() => document.hidden)).toBe(true);
  await hidden.show();
  await terminal.state("live");
  await terminal.page.keyboard.press("Enter");
  await expect.poll(() => terminal.text(), { timeout: MINUTE }).toMatch(/^got=typed-early\.$/m);
  // The echo of what was typed stands among the lines, wherever the two met.
  const lines = (await terminal.text()).match(/line \d+\.$/gm);
  expect(lines).toEqual(Array.from({ length: 700 }, (_, i) => `line ${i + 1}.`));
});

test("a flood out of sight goes on, and the screen is exact at the return, with what was skipped said", async ({
  hidden,
}) => {
  test.setTimeout(4 * MINUTE);
  const { terminal } = hidden;
  await hidden.hide();
  await terminal.run("seq 1 3000000; echo done-$((1 + 1))");
  await hidden.show();
  await expect.poll(() => terminal.text(), { timeout: 2 * MINUTE }).toMatch(/^done-2$/m);
  const lines = (await terminal.text()).split("\n");
  const numbers = lines.slice(0, lines.indexOf("done-2"));
  expect(numbers.slice(-20)).toEqual(Array.from({ length: 20 }, (_, i) => String(2_999_981 + i)));
  // Between two lines that do not follow each other stands how much is missing.
  const known = numbers.slice(numbers.findLastIndex((line) => !/^\d+$|skipped/.test(line)) + 1);
  const gaps = known.filter((line, at) => {
    const before = known[at - 1] ?? "skipped";
    return !/skipped/.test(before + line) && Number(line) !== Number(before) + 1;
  });
  expect(gaps).toEqual([]);
});
