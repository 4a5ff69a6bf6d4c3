// Coming back: reload, a broken connection, a second person.
import type { Page } from "@playwright/test";
import { Terminal } from "../support/terminal.ts";
import { expect, test } from "../support/test.ts";

test("a reload comes back to the same shell with its scrollback", async ({ dana }) => {
  const { terminal } = await dana.terminal();
  const shell = await terminal.shellPid();
  await terminal.run("seq -f 'row %g.' 1 300");
  await terminal.shows(/^row 300\.$/m);
  const address = terminal.page.url();
  await terminal.page.reload();
  await terminal.state("live");
  await terminal.shows(/^row 300\.$/m);
  expect(terminal.page.url()).toBe(address);
  expect((await terminal.text()).match(/^row \d+\.$/gm)).toHaveLength(300);
  expect(await terminal.shellPid()).toBe(shell);
});

test("a broken connection loses nothing, neither what was printed nor what was typed", async ({ dana, demo }) => {
  const { terminal } = await dana.terminal();
  const shell = await terminal.shellPid();
  await terminal.run("for i in $(seq 1 40); do echo line $i.; sleep 0.1; done; read -r word; echo got=$word.");
  await terminal.shows(/^line 10\.$/m);
  demo.cable.pull();
  await terminal.state("reconnecting");
  await expect(terminal.page.getByRole("status").filter({ hasText: "Trying again" })).toBeVisible();
  await terminal.page.keyboard.type("typed-while-away");
  await terminal.page.keyboard.press("Enter");
  demo.cable.plugIn();
  await terminal.state("live");
  await terminal.shows(/^got=typed-while-away\.$/m);
  const lines = (await terminal.text()).match(/^line \d+\.$/gm);
  expect(lines).toEqual(Array.from({ length: 40 }, (_, i) => `line ${i + 1}.`));
  expect(await terminal.shellPid()).toBe(shell);
});

test("two people see the same terminal, and each types while they have control", async ({ dana, ravi }) => {
  const { build, dashboard, terminal: hers } = await dana.terminal();
  await hers.run("echo before-$((40 + 2))");
  await hers.shows(/^before-42$/m);
  const page = await ravi.open(await ravi.look(build), "Open build access");
  await page.goto(hers.page.url());
  const his = new Terminal(page);
  await his.state("live");
  await his.shows(/^before-42$/m);
  await expect(dashboard.getByText(/Here now: .*Ravi/)).toBeVisible();
  await hands(hers.page, "Ravi");
  await his.run("echo his-$((1 + 1))");
  await hers.shows(/^his-2$/m);
  const shell = await his.shellPid();
  await hands(page, "Dana");
  await hers.run("echo hers-$((2 + 2))");
  await his.shows(/^hers-4$/m);
  expect(await hers.shellPid()).toBe(shell);
});

/** Gives control of the terminal away, and waits until that is so. */
async function hands(from: Page, to: string): Promise<void> {
  await from.getByTestId("viewers").click();
  await from.getByRole("button", { name: `Give control: ${to}` }).click();
  await expect(from.getByTestId("theirs")).toContainText(`${to} controls it.`);
  await from.keyboard.press("Escape");
}
