// The way in: the checkbox, the panel, the click, and what opens nothing.
import { Terminal } from "../support/terminal.ts";
import { expect, test } from "../support/test.ts";

test("remote access is off in the dialog, and a build without it has no panel", async ({ page, demo }) => {
  await page.goto(demo.dashboardUrl);
  await page.getByRole("button", { name: "Start new build" }).click();
  await expect(page.getByRole("checkbox", { name: "Enable remote access" })).not.toBeChecked();
  await page.getByRole("button", { name: "Start build" }).click();
  await expect(page.getByRole("heading", { name: /build #/ })).toBeVisible();
  await expect(page.getByRole("status").first()).toHaveText("failed");
  await expect(page.getByText("Explore build machine")).toHaveCount(0);
  await expect(page.getByRole("link", { name: "Terminal here" })).toHaveCount(0);
});

test("checked in the dialog, one click in the panel leads to a prompt in the build's directory", async ({
  page,
  demo,
  dana,
}) => {
  await page.goto(demo.dashboardUrl);
  await page.getByRole("button", { name: "Start new build" }).click();
  await page.getByRole("checkbox", { name: "Enable remote access" }).check();
  await page.getByRole("button", { name: "Start build" }).click();
  const panel = page.getByRole("region", { name: "Explore build machine" });
  await expect(panel).toHaveAttribute("data-state", /ready|grace/);
  const terminal = new Terminal(await dana.open(page, "Open terminal"));
  await terminal.prompt();
  expect(terminal.page.url()).toMatch(/\/b\/\d+\/terminal\/[\w.:-]+$/);
  await terminal.run("pwd; ./task test | tail -n 1");
  await terminal.shows(/^\/.*\/clone$/m);
  await terminal.shows(/^6 passed, 2 failed$/m);
});

test("the access page says how things stand and opens a terminal", async ({ dana, demo }) => {
  const build = await demo.build({ scenario: "long", remote_access: true });
  const page = await dana.open(await dana.look(build), "Open build access");
  await expect(page.getByRole("heading", { level: 1 })).toContainText(`#${build}`);
  await page.getByRole("button", { name: "Open terminal" }).click();
  const terminal = await new Terminal(page).prompt();
  expect(await terminal.shellPid()).toMatch(/^\d+$/);
});

test("the address bar holds no code, and a copied address opens nothing", async ({ dana, ravi }) => {
  const { terminal } = await dana.terminal();
  const address = terminal.page.url();
  expect(new URL(address).hash).toBe("");
  const stranger = await ravi.context.newPage();
  await stranger.goto(address);
  await expect(stranger.getByRole("heading", { name: "Open this build from your CI dashboard" })).toBeVisible();
});

test("a code opens one page and not a second one", async ({ demo, dana, ravi }) => {
  const { build } = await dana.terminal();
  const reply = await demo.api("POST", `/builds/${build}/tokens`, {
    sub: "dana",
    name: "Dana",
    capabilities: ["terminal.view", "terminal.control"],
  });
  const { url } = (await reply.json()) as { url: string };
  const first = await dana.context.newPage();
  await first.goto(url);
  await expect(first.getByRole("heading", { level: 1 })).toContainText(`#${build}`);
  const second = await ravi.context.newPage();
  await second.goto(url);
  await expect(second.getByRole("heading", { name: "This link opens nothing any more" })).toBeVisible();
});

test("a build that nobody reported and a page that is not there say so", async ({ page, demo }) => {
  await page.goto(`${demo.transomUrl}/b/none`);
  await expect(page.getByRole("heading", { name: "Open this build from your CI dashboard" })).toBeVisible();
});

test("Transom's element works on the dashboard's own page", async ({ dana, demo }) => {
  const build = await demo.build({ scenario: "long", remote_access: true });
  const page = await dana.look(build);
  await expect(page.getByRole("region", { name: "Explore build machine" })).toHaveAttribute("data-state", "ready");
  await page.getByRole("link", { name: "Terminal here" }).click();
  const terminal = await new Terminal(page).prompt();
  expect(new URL(page.url()).origin).toBe(demo.dashboardUrl);
  await terminal.run("echo $((6 * 7)) times");
  await terminal.shows(/^42 times$/m);
});

test("whoever is signed in in the dashboard is who started the build", async ({ page, demo }) => {
  await page.goto(demo.dashboardUrl);
  await page.getByLabel("Signed in as").selectOption("Ravi");
  await expect(page.getByLabel("Signed in as")).toHaveValue("ravi");
  await page.getByRole("button", { name: "Start new build" }).click();
  await page.getByRole("button", { name: "Start build" }).click();
  await expect(page.getByText("started by Ravi")).toBeVisible();
});
