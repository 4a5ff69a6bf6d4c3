// Several terminals on one page: opening, switching, closing, and coming back to them.
import { everybodyCanUse } from "../support/look.ts";
import { Terminal } from "../support/terminal.ts";
import { expect, test } from "../support/test.ts";

/** Gives the terminal in front a name that stays. */
async function named(terminal: Terminal, name: string): Promise<void> {
  await terminal.run(`PS1='$ '; printf '\\033]2;${name}\\007'`);
  await expect(terminal.tab(name)).toBeVisible();
}

/** Opens another terminal on the same page and waits for its prompt. */
async function another(terminal: Terminal): Promise<void> {
  const tabs = await terminal.page.getByRole("tab").count();
  await terminal.page.getByRole("button", { name: "New terminal" }).click();
  await expect(terminal.page.getByRole("tab")).toHaveCount(tabs + 1);
  await terminal.prompt();
}

test("a second terminal opens beside the first, and both keep running", async ({ dana }) => {
  const { terminal } = await dana.terminal();
  const { page } = terminal;
  const first = await terminal.shellPid();
  const address = page.url();
  await named(terminal, "ticker");
  await terminal.run("while sleep 0.2; do echo tick; done &");
  await terminal.shows(/^tick$/m);
  await another(terminal);
  expect(await terminal.shellPid()).not.toBe(first);
  expect(page.url()).not.toBe(address);
  await expect(terminal.tab("ticker, new output")).toHaveAttribute("aria-selected", "false");
  await terminal.tab(/^ticker/).click();
  expect(page.url()).toBe(address);
  await expect(page.locator("transom-terminal").first()).toBeFocused();
  const ticks = ((await terminal.text()).match(/^tick$/gm) ?? []).length;
  await expect.poll(async () => ((await terminal.text()).match(/^tick$/gm) ?? []).length).toBeGreaterThan(ticks);
  expect(await terminal.shellPid()).toBe(first);
});

test("a bell in the background shows on its tab", async ({ dana }) => {
  const { terminal } = await dana.terminal();
  await named(terminal, "ringer");
  await terminal.run("(while sleep 1; do printf '\\a'; done) &");
  await another(terminal);
  await expect(terminal.tab("ringer, bell")).toBeVisible();
});

test("keys go through the tabs, and Delete closes one", async ({ dana, demo }) => {
  const { build, terminal } = await dana.terminal();
  const { page } = terminal;
  await named(terminal, "one");
  await another(terminal);
  await named(terminal, "two");
  await page.keyboard.press("Control+Shift+ArrowRight");
  await expect(terminal.tab()).toHaveAccessibleName("one");
  await page.keyboard.press("Control+Shift+ArrowLeft");
  await expect(terminal.tab()).toHaveAccessibleName("two");
  // A keyboard that is in a terminal stays in one.
  await terminal.run("echo here-$((1 + 1))");
  await terminal.shows(/^here-2$/m);
  await terminal.tab("two").focus();
  await page.keyboard.press("ArrowLeft");
  await expect(terminal.tab("one")).toBeFocused();
  await page.keyboard.press("End");
  await expect(terminal.tab("two")).toBeFocused();
  await page.keyboard.press("Delete");
  const dialog = page.getByRole("dialog", { name: "Close this terminal?" });
  await expect(dialog).toContainText("two");
  await dialog.getByRole("button", { name: "Keep it open" }).click();
  await expect(terminal.page.getByRole("tab")).toHaveCount(2);
  await terminal.tab("two").focus();
  await page.keyboard.press("Delete");
  await dialog.getByRole("button", { name: "Close terminal" }).click();
  await expect(terminal.page.getByRole("tab")).toHaveCount(1);
  await expect.poll(async () => (await demo.view(build)).sessions.filter((s) => s.state !== "ended").length).toBe(1);
  await terminal.run("echo still-$((3 + 4))");
  await terminal.shows(/^still-7$/m);
});

test("a terminal that somebody else is in goes on without who closes it", async ({ dana, ravi, demo }) => {
  const { build, terminal } = await dana.terminal();
  await another(terminal);
  const page = await ravi.open(await ravi.look(build), "Open build access");
  await page.goto(terminal.page.url());
  const his = await new Terminal(page).prompt();
  await expect(terminal.page.getByTestId("viewers")).toContainText("2");
  await terminal.run("echo busy");
  await terminal.tab().focus();
  await terminal.page.keyboard.press("Delete");
  await expect(terminal.page.getByRole("tab")).toHaveCount(1);
  await expect(page.getByTestId("viewers")).not.toContainText("2");
  await his.run("echo mine-$((2 + 2))");
  await his.shows(/^mine-4$/m);
  expect((await demo.view(build)).sessions.filter((s) => s.state !== "ended")).toHaveLength(2);
});

test("a reload brings all of them back; a new page offers what still runs", async ({ dana }) => {
  const { dashboard, terminal } = await dana.terminal();
  const first = await terminal.shellPid();
  await another(terminal);
  const second = await terminal.shellPid();
  await terminal.page.reload();
  await expect(terminal.page.getByRole("tab")).toHaveCount(2);
  await terminal.prompt();
  expect(await terminal.shellPid()).toBe(second);
  await terminal.page.keyboard.press("Control+Shift+ArrowRight");
  await terminal.prompt();
  expect(await terminal.shellPid()).toBe(first);
  await terminal.page.close();
  const later = await new Terminal(await dana.open(dashboard, "Open terminal")).prompt();
  await expect(later.page.getByRole("tab")).toHaveCount(1);
  await later.page.getByRole("button", { name: "2 more running" }).click();
  await later.page.getByRole("button", { name: "Open", exact: true }).first().click();
  await expect(later.page.getByRole("tab")).toHaveCount(2);
  await later.prompt();
  expect(await later.shellPid()).toBe(first);
  await expect(later.page.getByRole("button", { name: "1 more running" })).toBeVisible();
});

test("one sentence says that there are too many", async ({ dana }) => {
  test.setTimeout(180_000);
  const { terminal } = await dana.terminal();
  const { page } = terminal;
  const open = page.getByRole("button", { name: "New terminal" });
  for (let n = 2; n <= 16; n += 1) await open.click();
  await expect(page.getByRole("tab")).toHaveCount(16);
  await expect(page.locator('transom-terminal[state="live"]')).toHaveCount(16);
  await open.click();
  await expect(page.getByRole("status").filter({ hasText: "as many terminals as it may have" })).toBeVisible();
  await expect(page.getByRole("tab")).toHaveCount(16);
  await terminal.prompt();
});

test("the tabs at 360 px, and for everybody", async ({ dana }) => {
  test.setTimeout(180_000);
  const { terminal } = await dana.terminal();
  const { page } = terminal;
  await named(terminal, "a program with a rather long name");
  for (let n = 0; n < 3; n += 1) await another(terminal);
  await everybodyCanUse(page, "tabs");
  await page.setViewportSize({ width: 360, height: 640 });
  const strip = page.getByRole("tablist");
  await expect(strip).toBeVisible();
  const width = await page.evaluate(() => document.documentElement.scrollWidth);
  expect(width, await page.evaluate(widest)).toBe(360);
  await expect(terminal.tab()).toBeInViewport();
  await everybodyCanUse(page, "tabs-360");
});

/** For the message: what sticks out of the window. */
function widest(): string {
  const out = [...document.querySelectorAll("*")].filter((e) => e.getBoundingClientRect().right > innerWidth + 1);
  return out.map((e) => `${e.tagName}.${e.className}`).join(" ");
}
