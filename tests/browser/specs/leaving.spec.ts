// The page asks before it is left in the middle of typing, and only then. Ends say what they are.
import type { Page } from "@playwright/test";
import { expect, test } from "../support/test.ts";

/** Tries to close the page; true where the page asked first. */
async function asks(page: Page): Promise<boolean> {
  const asked = page.waitForEvent("dialog", { timeout: 3000 }).then(
    async (dialog) => {
      await dialog.dismiss();
      return true;
    },
    () => false,
  );
  await page.close({ runBeforeUnload: true });
  return asked;
}

test("who has just typed is asked before leaving, who only looked is not", async ({ dana }) => {
  const { terminal } = await dana.terminal();
  await terminal.type("half a comm");
  expect(await asks(terminal.page)).toBe(true);
  const { terminal: quiet } = await dana.terminal();
  await quiet.element.click();
  await quiet.page.keyboard.press("Shift");
  expect(await asks(quiet.page)).toBe(false);
});

test("typing of more than a minute ago is no reason to ask", async ({ dana }) => {
  const { terminal } = await dana.terminal();
  await terminal.page.clock.install();
  await terminal.type("half a comm");
  await terminal.page.clock.fastForward(61_000);
  expect(await asks(terminal.page)).toBe(false);
});

test("after the shell has ended nobody is asked", async ({ dana }) => {
  const { terminal } = await dana.terminal();
  await terminal.run("exit");
  await terminal.shows(/Shell exited with code 0\. Press Enter for a new shell\./);
  expect(await asks(terminal.page)).toBe(false);
});

test("our own way back to the build leads there without a question", async ({ dana, demo }) => {
  const { build, terminal } = await dana.terminal();
  await terminal.type("half a comm");
  await terminal.page.getByRole("link", { name: "Back to the build" }).click();
  await expect(terminal.page).toHaveURL(`${demo.transomUrl}/b/${build}`);
});

test("a new shell after the exit has the old one's output above it", async ({ dana }) => {
  const { terminal } = await dana.terminal();
  await terminal.run("seq -f 'old %g.' 1 60; exit 7");
  await terminal.shows(/Shell exited with code 7\. Press Enter for a new shell\.$/);
  await terminal.page.keyboard.press("Enter");
  await terminal.prompt();
  const text = await terminal.text();
  expect(text.match(/^old \d+\.$/gm)).toHaveLength(60);
  expect(text.indexOf("Shell exited with code 7")).toBeLessThan(text.lastIndexOf("$"));
  await terminal.run("echo new-$((4 + 4))");
  await terminal.shows(/^new-8$/m);
});

test("a signal is named, and nothing reconnects by itself", async ({ dana, demo }) => {
  const { build, terminal } = await dana.terminal();
  await terminal.run("kill -9 $$");
  await terminal.shows(/Shell was ended by signal KILL\. Press Enter for a new shell\.$/);
  await terminal.state("ended");
  await expect.poll(async () => (await demo.view(build)).sessions.filter((s) => s.state !== "ended").length).toBe(0);
});

test("a terminal that somebody closed says so and offers another", async ({ dana, demo }) => {
  const { build, terminal } = await dana.terminal();
  const session = (await demo.view(build)).sessions[0]?.id;
  expect((await demo.api("DELETE", `/sessions/${session}`)).status).toBe(204);
  await terminal.state("ended");
  await expect(terminal.page.getByText("It was closed, or its shell has ended.")).toBeVisible();
  await terminal.page.getByRole("button", { name: "New terminal" }).last().click();
  await terminal.prompt();
});

test("where access is over there is no word of a new shell", async ({ dana, demo }) => {
  const { build, terminal } = await dana.terminal();
  await terminal.run("echo before");
  await demo.api("DELETE", `/builds/${build}/access`);
  await terminal.state("ended");
  expect(await terminal.text()).not.toContain("Press Enter");
  await terminal.page.keyboard.press("Enter");
  await expect(terminal.element).toHaveAttribute("state", "ended");
  await expect(terminal.page.getByRole("button", { name: /New (shell|terminal)/ })).toHaveCount(0);
});
