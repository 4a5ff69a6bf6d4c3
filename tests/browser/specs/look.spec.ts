// Every page in light and dark: no violation of axe's rules, and a picture for people to look at.
import { everybodyCanUse } from "../support/look.ts";
import { Terminal } from "../support/terminal.ts";
import { expect, test } from "../support/test.ts";

test("the dashboard's list and dialog", async ({ page, demo }) => {
  await demo.build({ scenario: "passes" });
  await page.goto(demo.dashboardUrl);
  await expect(page.getByText("succeeded").first()).toBeVisible();
  await everybodyCanUse(page, "dashboard-list");
  await page.getByRole("button", { name: "Start new build" }).click();
  await everybodyCanUse(page, "dashboard-dialog");
});

test("the dashboard's build page, before and after the end", async ({ demo, dana }) => {
  const build = await demo.build({ scenario: "long", remote_access: true });
  const page = await dana.look(build);
  await expect(page.getByRole("region", { name: "Explore build machine" })).toHaveAttribute("data-state", "ready");
  await everybodyCanUse(page, "dashboard-build-running");
  await demo.cancel(build);
  await expect(page.getByRole("region", { name: "Explore build machine" })).toHaveAttribute("data-state", "ended");
  await everybodyCanUse(page, "dashboard-build-ended");
});

test("Transom's element on the dashboard's page", async ({ demo, dana }) => {
  const build = await demo.build({ scenario: "long", remote_access: true });
  const page = await dana.look(build);
  await expect(page.getByRole("region", { name: "Explore build machine" })).toHaveAttribute("data-state", "ready");
  await page.getByRole("link", { name: "Terminal here" }).click();
  await new Terminal(page).prompt();
  await everybodyCanUse(page, "dashboard-terminal-here");
});

test("Transom's front page", async ({ page, demo }) => {
  await page.goto(demo.transomUrl);
  await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
  await everybodyCanUse(page, "front");
});

test("the access page: ready, with somebody there, ended, and without a code", async ({ demo, dana, ravi }) => {
  const build = await demo.build({ scenario: "long", remote_access: true });
  const dashboard = await dana.look(build);
  const access = await dana.open(dashboard, "Open build access");
  await expect(access.getByRole("heading", { level: 1 })).toContainText(`#${build}`);
  await everybodyCanUse(access, "access-ready");
  await new Terminal(await dana.open(dashboard, "Open terminal")).prompt();
  await expect(access.getByText("Dana").first()).toBeVisible();
  await everybodyCanUse(access, "access-live");
  await demo.cancel(build);
  await expect(access.getByText(/ended|cancelled/i).first()).toBeVisible();
  await everybodyCanUse(access, "access-ended");
  // In another browser: tabs of one share what they may do.
  const stranger = await ravi.context.newPage();
  await stranger.goto(`${demo.transomUrl}/b/${build}`);
  await expect(stranger.getByRole("heading", { name: "Open this build from your CI dashboard" })).toBeVisible();
  await everybodyCanUse(stranger, "access-no-code");
});

test("the access page in grace", async ({ demo, dana }) => {
  const build = await demo.build({ scenario: "fails", remote_access: true });
  const dashboard = await dana.look(build);
  await expect(dashboard.getByRole("region", { name: "Explore build machine" })).toHaveAttribute("data-state", "grace");
  const access = await dana.open(dashboard, "Open build access");
  await expect(access.getByRole("heading", { level: 1 })).toContainText(`#${build}`);
  await everybodyCanUse(access, "access-grace");
});

test("the desktop page: live, its menus, away, and after the end", async ({ demo, dana }) => {
  const { build, desktop } = await dana.desktop();
  await everybodyCanUse(desktop.page, "desktop-live");
  for (const menu of ["Keys", "Clipboard", "Network", "View settings"]) {
    await desktop.page.getByRole("button", { name: menu, exact: true }).click();
    await everybodyCanUse(desktop.page, `desktop-${menu.split(" ")[0]?.toLowerCase()}`);
    await desktop.page.keyboard.press("Escape");
  }
  demo.cable.pull();
  await desktop.state("reconnecting");
  await everybodyCanUse(desktop.page, "desktop-reconnecting");
  demo.cable.plugIn();
  await desktop.state("live");
  await demo.cancel(build);
  await desktop.state("ended");
  await everybodyCanUse(desktop.page, "desktop-ended");
});

test("the terminal page: live, away, and after the end", async ({ demo, dana }) => {
  const { build, terminal } = await dana.terminal();
  await terminal.run("./task test");
  await terminal.shows(/passed, \d+ failed$/m);
  await everybodyCanUse(terminal.page, "terminal-live");
  demo.cable.pull();
  await terminal.state("reconnecting");
  await everybodyCanUse(terminal.page, "terminal-reconnecting");
  demo.cable.plugIn();
  await terminal.state("live");
  await demo.cancel(build);
  await terminal.state("ended");
  await everybodyCanUse(terminal.page, "terminal-ended");
});

test("a terminal page that nobody sent", async ({ demo, page }) => {
  const build = await demo.build({ scenario: "long", remote_access: true });
  await page.goto(`${demo.transomUrl}/b/${build}/terminal`);
  await expect(page.getByRole("heading", { name: "Open this build from your CI dashboard" })).toBeVisible();
  await everybodyCanUse(page, "terminal-no-code");
});
