// A build that waits where it failed: looked at, its command tried by hand, and then it goes on.
import { everybodyCanUse } from "../support/look.ts";
import { Terminal } from "../support/terminal.ts";
import { expect, test } from "../support/test.ts";

const FIX = "sed -i 's/-gt 10000/-ge 10000/; s|\\$1 / 10|(\\$1 + 9) / 10|' src/discount.sh && ./task build";

test("a failing build waits, its command goes to a terminal, and Continue lets it go on", async ({ demo, dana }) => {
  const build = await demo.build({ scenario: "waits", remote_access: true });
  const dashboard = await dana.look(build);
  const access = await dana.open(dashboard, "Open build access");
  const panel = access.getByRole("region", { name: /^The build waits at step 3 “Test” until .+ your time$/ });
  await expect(panel).toBeVisible();
  await everybodyCanUse(access, "access-breakpoint");
  await access.setViewportSize({ width: 360, height: 740 });
  await everybodyCanUse(access, "access-breakpoint-phone");
  const wide = await access.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
  expect(wide, "nothing stands out on a phone").toBe(false);
  await access.setViewportSize({ width: 1280, height: 800 });

  const failed = access.getByRole("region", { name: "Failed step: Test" });
  await expect(failed.getByRole("region", { name: "Command of Test" })).toHaveText("./task test");
  const others = access.getByRole("region", { name: "Other steps" });
  await expect(others.getByText("./task build")).toBeHidden();
  await others.getByText("2. Build").click();
  await expect(others.getByText("./task build")).toBeVisible();

  await access.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await failed.getByRole("button", { name: "Copy command of Test" }).click();
  expect(await access.evaluate(() => navigator.clipboard.readText())).toBe("./task test");

  await failed.getByRole("button", { name: "Send to terminal: command of Test" }).click();
  const terminal = new Terminal(access);
  await terminal.state("live");
  await terminal.shows(/\$ \.\/task test$/);
  await expect(access).toHaveURL(/\/terminal\/s_[^?]+$/);
  // Typed, and left there: what runs now is what the person makes of it.
  await access.keyboard.press("Control+U");
  await terminal.run("echo not''run");
  await terminal.shows(/notrun\n/);
  expect(await terminal.text()).not.toContain("passed,");
  await terminal.run(`${FIX} && echo fix''ed`);
  await terminal.shows(/^fixed$/m);

  const back = await dana.open(dashboard, "Open build access");
  await back.getByRole("button", { name: "Continue the build" }).click();
  await expect(dashboard.getByText("succeeded").first()).toBeVisible();
  await expect(dashboard.locator("#state")).toHaveText("succeeded");
  await expect(dashboard.locator("#steps")).toContainText("Dana says: again.");
});

test("Continue without a fix waits again, and Abort ends the build once somebody has confirmed", async ({
  demo,
  dana,
  ravi,
}) => {
  const build = await demo.build({ scenario: "waits", remote_access: true });
  const dashboard = await dana.look(build);
  const [one, other] = [
    await dana.open(dashboard, "Open build access"),
    await ravi.open(await ravi.look(build), "Open build access"),
  ];
  await one.getByRole("button", { name: "Continue the build" }).click();
  await expect.poll(async () => (await breakpointOf(build)).number).toBe(2);
  await expect(other.getByRole("button", { name: "Continue the build" })).toBeVisible();
  await other.getByRole("button", { name: "Abort…" }).click();
  const dialog = other.getByRole("dialog", { name: "Abort the build?" });
  await expect(dialog).toBeVisible();
  await everybodyCanUse(other, "access-breakpoint-abort");
  await other.keyboard.press("Escape");
  expect((await breakpointOf(build)).state).toBe("waiting");
  await other.getByRole("button", { name: "Abort…" }).click();
  await dialog.getByRole("button", { name: "Abort the build" }).click();
  await expect(dashboard.locator("#state")).toHaveText("failed");
  await expect(dialog).toBeHidden();
  expect(await breakpointOf(build)).toMatchObject({ state: "aborted", by: { name: "Ravi" } });

  async function breakpointOf(id: string): Promise<{ number: number; state: string }> {
    return (await (await demo.api("GET", `/builds/${id}/breakpoint`)).json()) as { number: number; state: string };
  }
});

test("a command of several lines stands at the prompt as a whole and runs when somebody presses Enter", async ({
  demo,
  dana,
}) => {
  const build = await demo.build({ scenario: "long", remote_access: true });
  const dashboard = await dana.look(build);
  const access = await dana.open(dashboard, "Open build access");
  await expect(access.getByRole("button", { name: "Open terminal" })).toBeEnabled();
  const step = { name: "Two", status: "failed", command: "echo on''e\necho tw''o\n" };
  const about = { title: "build", project: "price-list", platform: "linux", state: "running", max_duration_s: 3600 };
  const update = { version: 1_000_000, ...about, started_at: new Date().toISOString(), steps: [step] };
  expect((await demo.api("PUT", `/builds/${build}`, update)).status).toBe(200);
  await access.getByRole("button", { name: "Send to terminal: command of Two" }).click();
  const terminal = new Terminal(access);
  await terminal.shows(/echo on''e\n.*echo tw''o$/);
  expect(await terminal.text()).not.toMatch(/^one$/m);
  await access.keyboard.press("Enter");
  await terminal.shows(/^one\ntwo$/m);
});

test("an address names a step and no command", async ({ demo, dana }) => {
  const build = await demo.build({ scenario: "waits", remote_access: true });
  const dashboard = await dana.look(build);
  const page = await dana.open(dashboard, "Open build access");
  await expect(page.getByRole("button", { name: "Continue the build" })).toBeVisible();
  await page.goto(`${demo.transomUrl}/b/${build}/terminal?step=${encodeURIComponent("3;touch /tmp/x\n")}`);
  const terminal = await new Terminal(page).prompt();
  await terminal.run("echo still''here");
  await terminal.shows(/stillhere\n/);
  expect(await terminal.text()).not.toContain("touch");
});

test("a finished build is kept longer for whoever asks", async ({ demo, dana }) => {
  const build = await demo.build({ scenario: "fails", remote_access: true });
  const dashboard = await dana.look(build);
  await expect(dashboard.getByRole("region", { name: "Explore build machine" })).toHaveAttribute("data-state", "grace");
  const access = await dana.open(dashboard, "Open build access");
  const before = (await accessOf()).ends_at;
  await everybodyCanUse(access, "access-extend");
  await access.getByRole("button", { name: "Keep 10 more minutes" }).click();
  await expect.poll(async () => Date.parse((await accessOf()).ends_at) - Date.parse(before)).toBe(600_000);
  await expect(access.getByRole("button", { name: "Keep 10 more minutes" })).toBeEnabled();

  async function accessOf(): Promise<{ ends_at: string }> {
    const view = (await (await demo.api("GET", `/builds/${build}`)).json()) as { access: { ends_at: string } };
    return view.access;
  }
});
