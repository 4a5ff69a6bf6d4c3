// What a program says besides its output: bell, progress, title, links; and who answers its questions.
import { typedBy } from "../support/signals.ts";
import { Terminal } from "../support/terminal.ts";
import { expect, test } from "../support/test.ts";

test("the bell flashes the bar, and marks the title of a window that nobody sees", async ({ dana }) => {
  const { terminal } = await dana.terminal();
  const { page } = terminal;
  await page.evaluate(() => {
    const seen: string[] = [];
    Object.assign(window, { seen });
    const bar = document.querySelector("transom-terminal-page");
    new MutationObserver(() => seen.push(bar?.getAttribute("data-bell") ?? "off")).observe(bar as Element, {
      attributes: true,
      attributeFilter: ["data-bell"],
    });
  });
  const seen = () => page.evaluate(() => (window as unknown as { seen: string[] }).seen);
  await terminal.run(String.raw`printf '\a%.0s' $(seq 500); echo rung-$((1 + 1))`);
  await terminal.shows(/^rung-2$/m);
  await expect.poll(seen).toEqual(["flash", "off"]);
  await page.emulateMedia({ reducedMotion: "reduce" });
  await terminal.run(String.raw`sleep 0.6; printf '\a'`);
  await expect.poll(seen).toEqual(["flash", "off", "mark"]);
  expect(await page.title()).not.toContain("●");
  await page.evaluate(() => {
    Object.defineProperty(document, "hidden", { configurable: true, value: true });
    document.dispatchEvent(new Event("visibilitychange"));
  });
  await terminal.run(String.raw`sleep 0.6; printf '\a'`);
  await expect(page).toHaveTitle(/^● /);
  await page.evaluate(() => {
    Object.defineProperty(document, "hidden", { configurable: true, value: false });
    document.dispatchEvent(new Event("visibilitychange"));
  });
  await expect(page).not.toHaveTitle(/●/);
});

test("progress shows in title and icon and goes with its end, or the shell's", async ({ dana }) => {
  const { terminal } = await dana.terminal();
  const { page } = terminal;
  const icon = () => page.locator('link[rel="icon"]').evaluate((link: HTMLLinkElement) => link.href);
  const usual = await icon();
  const blocked: string[] = [];
  page.on("console", (message) => message.text().includes("Content Security Policy") && blocked.push(message.text()));
  await terminal.run(String.raw`printf '\033]9;4;1;45\033\\'`);
  await expect(page).toHaveTitle(/^45% /);
  expect(await icon()).toMatch(/^data:image\/svg\+xml,/);
  await terminal.run(String.raw`printf '\033]9;4;3\007'`);
  await expect(page).toHaveTitle(/^… /);
  await terminal.run(String.raw`printf '\033]9;4;2;80\007'`);
  await expect(page).toHaveTitle(/^\(failed\) /);
  await terminal.run(String.raw`printf '\033]9;4;0\007'`);
  await expect(page).not.toHaveTitle(/failed|%/);
  expect(await icon()).toBe(usual);
  await terminal.run(String.raw`printf '\033]9;4;1;7\007'`);
  await expect(page).toHaveTitle(/^7% /);
  await terminal.run("exit");
  await expect(page).not.toHaveTitle(/%/);
  expect(await icon()).toBe(usual);
  expect(blocked).toEqual([]);
});

test("notifications are not shown, and titles hold text only", async ({ dana }) => {
  const { terminal } = await dana.terminal();
  const { page } = terminal;
  await page.context().grantPermissions(["notifications"]);
  await page.evaluate(() => {
    Object.assign(window, { notices: 0 });
    window.Notification = new Proxy(window.Notification, {
      construct: (kind, args: [string]) => {
        (window as unknown as { notices: number }).notices += 1;
        return new kind(...args);
      },
    });
  });
  await terminal.run(
    String.raw`printf '\033]9;hello\007\033]777;notify;a;b\007'; printf '\033]2;<b>x</b>\342\200\256cod\342\200\213e\007'; echo shown-$((1 + 1)); cat`,
  );
  await terminal.shows(/^shown-2$/m);
  await expect(page).toHaveTitle(/<b>x<\/b>code$/);
  expect(await page.evaluate(() => (window as unknown as { notices: number }).notices)).toBe(0);
});

test("a link opens with the modifier only, without an opener, and shows where it leads", async ({ dana, demo }) => {
  const { terminal } = await dana.terminal();
  const { page } = terminal;
  const target = `${demo.dashboardUrl}/builds?from=link`;
  await terminal.run(`clear; echo ${target}`);
  await terminal.shows(/^http.*from=link$/m);
  const opened: string[] = [];
  page.context().on("page", (p) => opened.push(p.url()));
  await terminal.pointAt("http://");
  await expect(terminal.element.getByRole("tooltip")).toHaveText(/from=link.*click to open/);
  await page.screenshot({ path: "../../target/screens/terminal-link.png" });
  await page.mouse.down();
  await page.mouse.up();
  const coming = page.context().waitForEvent("page");
  await terminal.clickWith("Control");
  const other = await coming;
  await other.waitForLoadState();
  expect(other.url()).toBe(target);
  expect(await other.evaluate(() => window.opener === null && document.referrer === "")).toBe(true);
  expect(opened).toHaveLength(1);
});

test("a link whose text names another address asks first, and shows the one that it leads to", async ({
  dana,
  demo,
}) => {
  const { terminal } = await dana.terminal();
  const { page } = terminal;
  const osc8 = (target: string, text: string) => String.raw`\033]8;;${target}\033\\${text}\033]8;;\033\\\n`;
  const evil = `${demo.dashboardUrl.replace("127.0.0.1", "localhost")}/b\u202egnp.exe`;
  await terminal.element.click();
  await page.keyboard.insertText(
    `clear; printf '${osc8(evil, "https://example.org/good")}${osc8("https://аpple.example/", "see here")}${osc8("javascript:alert(1)", "no link")}'`,
  );
  await page.keyboard.press("Enter");
  await terminal.shows(/^no link$/m);
  const tip = terminal.element.getByRole("tooltip");
  await terminal.pointAt("https://example.org/good");
  await expect(tip).toContainText("localhost");
  await expect(tip).toContainText("%E2%80%AE");
  await terminal.pointAt("see here");
  await expect(tip).toContainText("xn--");
  await terminal.pointAt("no link");
  await expect(tip).toHaveCount(0);
  await terminal.pointAt("https://example.org/good");
  await terminal.clickWith("Control");
  const dialog = page.getByRole("dialog", { name: "Open this address?" });
  await expect(dialog).toContainText("names another address");
  await expect(dialog).toContainText("localhost");
  await page.screenshot({ path: "../../target/screens/terminal-link-question.png" });
  await dialog.getByRole("button", { name: "Cancel" }).click();
  expect(
    page
      .context()
      .pages()
      .filter((p) => p.url().includes("localhost")),
  ).toHaveLength(0);
});

test("one of two answers what a program asks, and nobody once it is the past", async ({ dana, ravi }) => {
  const { build, terminal: hers } = await dana.terminal();
  const page = await ravi.open(await ravi.look(build), "Open build access");
  const his = typedBy(page);
  await page.goto(hers.page.url());
  await new Terminal(page).state("live");
  // The program shows what is typed at it: every answer is a line's part.
  await hers.run(
    String.raw`clear; stty -echo -icanon; printf '\033[c\033[6n\033]11;?\007\033[?1004h\033P$qm\033\\\033[21t\033]52;c;?\007'; cat -v`,
  );
  await hers.shows(/\^\[\[\?1;2c/);
  await hers.page.keyboard.type("end.");
  await hers.shows(/end\./);
  const text = (await hers.text()).replaceAll("\n", "");
  expect(text.match(/\^\[\[\?1;2c/g)).toHaveLength(1);
  expect(text.match(/\^\[\[\d+;\d+R/g)).toHaveLength(1);
  expect(text.match(/\^\[\]11;rgb:/g)).toHaveLength(1);
  expect(text.match(/\^\[\[[IO]/g)).toHaveLength(1);
  expect(text).not.toMatch(/\^\[\]l|52;c;/);
  expect(his.text()).toBe("");
  // Whoever comes later, or again, reads the questions and stays silent.
  const late = typedBy(page);
  await page.reload();
  await new Terminal(page).state("live");
  await new Terminal(page).shows(/end\./);
  await hers.page.reload();
  await hers.state("live");
  await hers.shows(/end\./);
  // She comes back in control: a reload is no leaving.
  await hers.page.keyboard.type("again.");
  await hers.shows(/again\./);
  expect((await hers.text()).replaceAll("\n", "").match(/\^\[\[\?1;2c/g)).toHaveLength(1);
  expect(late.text()).toBe("");
});
