// Every end is said in a sentence with something to do about it, and what was issued opens nothing any more.
import type { Page } from "@playwright/test";
import { Terminal } from "../support/terminal.ts";
import { expect, type Person, test } from "../support/test.ts";

/** The page says what happened and offers a way on. */
async function saysTheEnd(page: Page, sentence: RegExp): Promise<void> {
  await expect(page.getByRole("status").filter({ hasText: sentence }).first()).toBeVisible();
  await expect(page.getByRole("link").or(page.getByRole("button")).first()).toBeVisible();
}

/** The access page of the build, opened while that is possible. */
async function accessPage(person: Person, dashboard: Page): Promise<Page> {
  const page = await person.open(dashboard, "Open build access");
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  return page;
}

test("a cancelled build ends access at once, everywhere", async ({ dana, demo }) => {
  const { build, dashboard, terminal } = await dana.terminal();
  const access = await accessPage(dana, dashboard);
  await dashboard.getByRole("button", { name: "Cancel build" }).click();
  await terminal.state("ended");
  await saysTheEnd(terminal.page, /ended|cancelled/i);
  await expect(access.getByText(/ended|cancelled/i).first()).toBeVisible();
  await expect(dashboard.getByRole("region", { name: "Explore build machine" })).toHaveAttribute("data-state", "ended");
  await expect(dashboard.getByRole("button", { name: "Open terminal" })).toBeHidden();
  const refused = await demo.api("POST", `/builds/${build}/tokens`, {
    sub: "dana",
    name: "Dana",
    capabilities: ["terminal.view"],
  });
  expect(refused.ok).toBe(false);
});

test("access that the CI takes back ends at once and stays ended after a reload", async ({ dana, demo }) => {
  const { build, terminal } = await dana.terminal();
  expect((await demo.api("DELETE", `/builds/${build}/access`)).status).toBe(204);
  await terminal.state("ended");
  await saysTheEnd(terminal.page, /ended|taken back/i);
  await terminal.page.reload();
  await expect(terminal.page.getByText(/ended|taken back/i).first()).toBeVisible();
  await expect(terminal.element).not.toHaveAttribute("state", "live");
});

test("somebody who stays is let in until the build's time is over, and not longer", async ({ dana, demo }) => {
  const { build, dashboard, terminal } = await dana.terminal({
    scenario: "passes",
    max_duration_s: 20,
  });
  await expect(dashboard.getByRole("region", { name: "Explore build machine" })).toHaveAttribute("data-state", "held");
  await expect(terminal.element).toHaveAttribute("state", "ended", { timeout: 30_000 });
  await saysTheEnd(terminal.page, /time limit|ended/i);
  const { access } = await demo.view(build);
  expect(access).toMatchObject({ state: "ended", cause: "deadline" });
  await terminal.page.reload();
  await expect(terminal.page.getByText(/time limit|ended/i).first()).toBeVisible();
});

test("a machine that is gone takes its shells with it", async ({ dana, demo }) => {
  const { build, terminal } = await dana.terminal();
  await demo.api("DELETE", `/builds/${build}/machine`);
  await terminal.state("ended");
  await saysTheEnd(terminal.page, /ended|lost|gone/i);
});

test("nobody comes: the machine goes when grace is over", async ({ demo, dana }) => {
  const build = await demo.build({ scenario: "passes", remote_access: true, max_duration_s: 6 });
  const dashboard = await dana.look(build);
  const panel = dashboard.getByRole("region", { name: "Explore build machine" });
  await expect(panel).toHaveAttribute("data-state", "grace");
  await expect(panel).toHaveAttribute("data-state", "ended");
  await expect(new Terminal(dashboard).element).toHaveCount(0);
});
