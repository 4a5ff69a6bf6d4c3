// A connection that stalls: the bar says so, what is typed is kept, and nothing is lost.
import { everybodyCanUse } from "../support/look.ts";
import { expect, test } from "../support/test.ts";

test("a connection that does not answer turns the bar amber and keeps what is typed", async ({ dana, demo }) => {
  const { terminal } = await dana.terminal();
  const { page } = terminal;
  await terminal.run("while read -r word; do echo got=$word.; done");
  demo.cable.kink();
  await terminal.state("stalled");
  await expect(page.getByTestId("state")).toHaveText("Connection slow, input paused");
  await everybodyCanUse(page, "terminal-stalled");
  await page.keyboard.type("kept");
  await page.keyboard.press("Enter");
  demo.cable.straighten();
  await terminal.state("live");
  await terminal.shows(/^got=kept\.$/m);
  expect((await terminal.text()).match(/^got=/gm)).toHaveLength(1);
});

test("a connection that stays silent is given up for a new one", async ({ dana, demo }) => {
  const { terminal } = await dana.terminal();
  const shell = await terminal.shellPid();
  demo.cable.kink();
  await terminal.state("stalled");
  await expect(terminal.element).toHaveAttribute("state", "reconnecting", { timeout: 30_000 });
  demo.cable.straighten();
  await terminal.state("live");
  expect(await terminal.shellPid()).toBe(shell);
});

test("the next try comes at once when the network is back or somebody clicks", async ({ dana, demo }) => {
  const { terminal } = await dana.terminal();
  for (const back of ["online", "click"] as const) {
    demo.cable.pull();
    await terminal.state("reconnecting");
    // Late enough for waits of seconds between the tries.
    await expect(terminal.page.getByText("Trying again")).toBeVisible();
    demo.cable.plugIn();
    if (back === "click") await terminal.element.click();
    else await terminal.page.evaluate(() => window.dispatchEvent(new Event("online")));
    await terminal.state("live");
  }
  await terminal.run("echo back-$((5 + 5))");
  await terminal.shows(/^back-10$/m);
});
