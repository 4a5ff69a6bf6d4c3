// Administrators: what is live, watching and ending it, builds, and the audit.
import type { Page } from "@playwright/test";
import type { Demo } from "../support/demo.ts";
import { everybodyCanUse } from "../support/look.ts";
import { expect, test } from "../support/test.ts";

async function administration(demo: Demo, page: Page): Promise<Page> {
  const reply = await demo.api("POST", "/admin/codes", { sub: "ada", name: "Ada" });
  const { code } = (await reply.json()) as { code: string };
  await page.goto(`${demo.transomUrl}/admin#${code}`);
  await expect(page.getByRole("heading", { name: "Live sessions" })).toBeVisible();
  expect(page.url()).not.toContain(code);
  return page;
}

const amount = async (page: Page, session: string) =>
  page.locator(`[data-session="${session}"] [data-testid="bytes-out"]`).innerText();

test("an administrator sees who is in, watches without typing, and ends a session", async ({ demo, dana, page }) => {
  const { build, terminal } = await dana.terminal();
  const admin = await administration(demo, page);
  const [session] = (await demo.view(build)).sessions;
  const id = session?.id ?? "";
  const row = admin.locator(`[data-session="${id}"]`);
  await expect(row).toContainText("Dana controls since");
  const before = await amount(admin, id);
  await terminal.run("head -c 50000 /dev/zero | tr '\\0' x; echo");
  await expect.poll(() => amount(admin, id)).not.toBe(before);
  await everybodyCanUse(admin, "admin-sessions");
  await row.getByRole("button", { name: "Watch" }).click();
  await expect.poll(async () => (await demo.view(build)).viewers.map((v) => v.name)).toContain("Ada (administrator)");
  await expect(admin.locator("transom-terminal")).toHaveAttribute("state", "live");
  await admin.locator("transom-terminal").click();
  await admin.keyboard.type("echo typed-by-admin\n");
  await terminal.run("echo still-$((40 + 2))");
  await terminal.shows(/^still-42$/m);
  expect(await terminal.text()).not.toContain("typed-by-admin");
  await expect(admin.getByRole("heading", { name: /^Watching / })).toBeVisible();
  await row.getByRole("button", { name: "End" }).click();
  await everybodyCanUse(admin, "admin-end");
  await admin.getByRole("button", { name: "Keep it" }).click();
  await expect(row.getByRole("button", { name: "End" })).toBeFocused();
  await admin.keyboard.press("Enter");
  await admin.getByRole("button", { name: "End it for everybody" }).click();
  await expect(row).toHaveCount(0);
  await expect(admin.getByRole("heading", { name: "Live sessions" })).toBeFocused();
  await terminal.state("ended");
  await expect(terminal.page.getByText("An administrator ended this session.")).toBeVisible();
  expect(await terminal.text(), "all that the administrator had sent is done with").not.toContain("typed-by-admin");
});

test("a page that did not get through tries again, and one that is over says so and asks no more", async ({
  demo,
  page,
}) => {
  const reply = await demo.api("POST", "/admin/codes", { sub: "eve", name: "Eve" });
  const { code } = (await reply.json()) as { code: string };
  await page.route("**/api/v1/admin/codes/redeem", (route) => route.abort(), { times: 1 });
  await page.goto(`${demo.transomUrl}/admin#${code}`);
  await expect(page.getByRole("heading", { name: "Transom cannot be reached" })).toBeVisible();
  await page.getByRole("button", { name: "Try again" }).click();
  await expect(page.getByRole("heading", { name: "Live sessions" })).toBeVisible();
  await demo.api("POST", "/admin/revoke", { sub: "eve" });
  await expect(page.getByRole("heading", { name: "This page opens nothing any more" })).toBeVisible();
  expect(await page.evaluate(() => sessionStorage.length)).toBe(0);
  await page.reload();
  await expect(page.getByRole("heading", { name: "This page opens nothing any more" })).toBeVisible();
});

test("builds are searched and the audit is filtered, also on a phone and after a reload", async ({
  demo,
  dana,
  page,
}) => {
  const { build } = await dana.terminal();
  await page.setViewportSize({ width: 360, height: 740 });
  const admin = await administration(demo, page);
  await admin.reload();
  await expect(admin.getByRole("heading", { name: "Live sessions" })).toBeVisible();
  await admin.getByRole("button", { name: "Builds" }).click();
  await admin.getByLabel("Words").fill(build);
  await admin.keyboard.press("Enter");
  await expect(admin.locator(`[data-build="${build}"]`)).toBeVisible();
  await admin.getByLabel("Words").fill("no-such-word");
  await admin.keyboard.press("Enter");
  await expect(admin.getByText("No build fits.")).toBeVisible();
  await everybodyCanUse(admin, "admin-builds");
  await admin.getByRole("button", { name: "Audit" }).click();
  await admin.getByLabel("Build").fill(build);
  await admin.getByLabel("What").fill("session.open");
  await admin.getByRole("button", { name: "Show" }).click();
  await expect(admin.locator("[data-seq]")).toHaveCount(1);
  await expect(admin.locator("[data-seq]")).toContainText("session.open by person:dana");
  await everybodyCanUse(admin, "admin-audit");
  const wide = await admin.evaluate(() => document.documentElement.scrollWidth);
  expect(wide).toBeLessThanOrEqual(360);
});
