// The desktop: the machine's screen pixel for pixel, and hands on its keyboard and pointer.
import { readFile } from "node:fs/promises";
import path from "node:path";
import { Desktop } from "../support/desktop.ts";
import type { Screen } from "../support/screen.ts";
import { expect, test } from "../support/test.ts";

/** Clicks into the demo machine's terminal window, again where its window manager was not ready for it. */
async function enterTerminal(desktop: Desktop, screen: Screen): Promise<void> {
  await expect(async () => {
    await desktop.click(300, 300);
    await screen.hasKeyboard("Build directory", 3000);
  }).toPass();
}

async function typed(screen: Screen, name: string): Promise<string> {
  return readFile(path.join(screen.buildDir, name), "utf8").catch(() => "");
}

test("one click in the panel shows the machine's screen, exactly", async ({ dana }) => {
  const { desktop, screen } = await dana.desktop();
  expect(desktop.page.url()).toMatch(/\/b\/\d+\/desktop\/[\w.:-]+$/);
  expect(await desktop.size()).toEqual({ width: 1280, height: 800 });
  await desktop.shows(screen);
  await enterTerminal(desktop, screen);
  await desktop.page.keyboard.type("seq 1 2000; ls -l /usr/bin | head -n 300\n", { delay: 5 });
  await desktop.shows(screen);
});

test("what is typed arrives: letters, umlauts, an input method's text, and shortcuts", async ({ dana }) => {
  const { desktop, screen } = await dana.desktop();
  const { page } = desktop;
  await enterTerminal(desktop, screen);
  await page.keyboard.type("cat > typed\n", { delay: 10 });
  await page.keyboard.type("Hello, World! {[~|\\]} Grüße\n", { delay: 10 });
  const client = await page.context().newCDPSession(page);
  await client.send("Input.imeSetComposition", { text: "にほ", selectionStart: 2, selectionEnd: 2 });
  await client.send("Input.insertText", { text: "日本" });
  await page.keyboard.press("Enter");
  await page.keyboard.press("Control+d");
  await expect.poll(() => typed(screen, "typed")).toBe("Hello, World! {[~|\\]} Grüße\n日本\n");
  await page.keyboard.type("sleep 600\n", { delay: 10 });
  await page.keyboard.press("Control+c");
  await page.keyboard.type("echo $? > status\n", { delay: 10 });
  await expect.poll(() => typed(screen, "status")).toBe("130\n");
});

test("no key stays down where the page loses the keyboard", async ({ dana }) => {
  const { desktop, screen } = await dana.desktop();
  const { page } = desktop;
  await enterTerminal(desktop, screen);
  await page.keyboard.down("Shift");
  await page.keyboard.down("Control");
  await page.keyboard.down("Alt");
  await expect(page.locator("#back")).toBeFocused();
  for (const key of ["Alt", "Control", "Shift"]) await page.keyboard.up(key);
  await enterTerminal(desktop, screen);
  await page.keyboard.type("echo lower > case\n", { delay: 10 });
  await expect.poll(() => typed(screen, "case")).toBe("lower\n");
});

test("the clipboard goes both ways, also with what is no ASCII", async ({ dana, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const { desktop, screen } = await dana.desktop();
  const { page } = desktop;
  await enterTerminal(desktop, screen);
  await page.keyboard.type("clear; echo 'Grüße, 日本'\n", { delay: 10 });
  await desktop.shows(screen);
  // What is selected in xterm is copied.
  const [from, to] = [await desktop.at(44, 92), await desktop.at(400, 92)];
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move(to.x, to.y, { steps: 4 });
  await page.mouse.up();
  await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toMatch(/^Grüße, 日本\n?$/);
  await page.evaluate(() => navigator.clipboard.writeText("äöü 🙂"));
  await page.keyboard.type("cat > pasted\n", { delay: 10 });
  await page.keyboard.press("Shift+Insert");
  await page.keyboard.press("Enter");
  await page.keyboard.press("Control+d");
  await expect.poll(() => typed(screen, "pasted")).toBe("äöü 🙂\n");
});

test("the machine takes the window's size where that is wanted", async ({ dana }) => {
  const { desktop, screen } = await dana.desktop();
  const { page } = desktop;
  await page.getByRole("button", { name: "View settings" }).click();
  await page.getByLabel("Size", { exact: true }).selectOption("match");
  const box = await desktop.element.boundingBox();
  await expect.poll(() => desktop.size()).toEqual({ width: box?.width, height: box?.height });
  await desktop.shows(screen);
});

test("a cut connection comes back with the picture of now", async ({ dana, demo }) => {
  const { desktop, screen } = await dana.desktop();
  demo.cable.pull();
  await desktop.state("reconnecting");
  await screen.run("xsetroot", "-solid", "#224433");
  demo.cable.plugIn();
  await desktop.state("live");
  await desktop.shows(screen);
});

test("who may only look is told so, and no key of theirs arrives", async ({ dana, ravi }) => {
  const { build, desktop, screen } = await dana.desktop();
  const watched = await ravi.watch(build, desktop);
  const { page } = watched;
  await expect(page.getByTestId("watching")).toContainText("View only. Dana controls it.");
  await expect(desktop.page.getByText("Click to type. Control + Alt + Shift")).toBeVisible();
  await expect(page.getByText("Click to type")).toHaveCount(0);
  await watched.click(300, 300);
  await page.keyboard.type("echo intruder > intruder\n", { delay: 5 });
  await enterTerminal(desktop, screen);
  await desktop.page.keyboard.type("echo owner > owner\n", { delay: 10 });
  await expect.poll(() => typed(screen, "owner")).toBe("owner\n");
  expect(await typed(screen, "intruder")).toBe("");
  await watched.shows(screen);
});

test("one has control at a time, and another takes it", async ({ dana, ravi }) => {
  const { build, desktop, screen } = await dana.desktop();
  const dashboard = await ravi.look(build);
  const second = new Desktop(await ravi.open(dashboard, "Open desktop"));
  await second.picture();
  expect(new URL(second.page.url()).pathname).toBe(new URL(desktop.page.url()).pathname);
  await second.click(300, 300);
  await second.page.keyboard.type("echo early > early\n", { delay: 5 });
  await second.page.getByRole("button", { name: "Take control" }).click();
  await expect(desktop.page.getByTestId("theirs")).toContainText("Ravi controls it.");
  await enterTerminal(second, screen);
  await second.page.keyboard.type("echo ravi > ravi\n", { delay: 10 });
  await expect.poll(() => typed(screen, "ravi")).toBe("ravi\n");
  expect(await typed(screen, "early")).toBe("");
});
