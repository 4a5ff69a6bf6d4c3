// How a terminal looks: size of text, themes, screen reader mode, row of keys; and that it is remembered.
import { everybodyCanUse } from "../support/look.ts";
import { expect, test } from "../support/test.ts";

test("the text's size follows keys and menu, within bounds, and is remembered", async ({ dana }) => {
  const { terminal } = await dana.terminal();
  const { page } = terminal;
  await terminal.element.click();
  const size = () => terminal.element.locator(".xterm-rows").evaluate((rows) => getComputedStyle(rows).fontSize);
  expect(await size()).toBe("14px");
  await page.keyboard.press("Control+=");
  await page.keyboard.press("Control+=");
  await expect.poll(size).toBe("16px");
  await page.keyboard.press("Control+-");
  await expect.poll(size).toBe("15px");
  await page.reload();
  await terminal.state("live");
  await expect.poll(size).toBe("15px");
  await terminal.element.click();
  for (let n = 0; n < 12; n += 1) await page.keyboard.press("Control+=");
  await expect.poll(size).toBe("24px");
  await page.getByRole("button", { name: "View settings" }).click();
  await expect(page.getByRole("button", { name: "Larger text" })).toBeDisabled();
  await page.getByRole("button", { name: "Smaller text" }).click();
  await expect.poll(size).toBe("23px");
  await page.keyboard.press("Escape");
  await terminal.element.click();
  await page.keyboard.press("Control+0");
  await expect.poll(size).toBe("14px");
});

test("every theme keeps text readable, whatever colour a program asks for", async ({ dana }) => {
  const { terminal } = await dana.terminal();
  const { page } = terminal;
  const all = Array.from({ length: 16 }, (_, n) => String.raw`\033[38;5;${n}mword${n}\033[0m `).join("");
  const odd = String.raw`\033[38;2;20;20;30mword16\033[0m \033[38;2;250;250;240mword17\033[0m`;
  await terminal.run(`clear; printf '%b' '${all}${odd}\\n'`);
  await terminal.shows(/^word0 .*word17$/m);
  const box = () => terminal.element.locator(".box").evaluate((b) => getComputedStyle(b).backgroundColor);
  const grounds = new Set<string>();
  await page.getByRole("button", { name: "View settings" }).click();
  for (const palette of ["transom-dark", "transom-light", "high-contrast", "solarized-dark", "solarized-light"]) {
    await page.getByLabel("Terminal colours").selectOption(palette);
    const floor = palette === "high-contrast" ? 7 : 4.5;
    await expect
      .poll(() => terminal.lowestContrast(/^word0 /), { message: palette })
      .toBeGreaterThanOrEqual(floor - 0.05);
    grounds.add(await box());
    await page.screenshot({ path: `../../target/screens/terminal-${palette}.png` });
  }
  expect(grounds.size).toBe(5);
  await page.reload();
  await terminal.state("live");
  await expect.poll(box).toBe("rgb(253, 246, 227)");
  await page.getByRole("button", { name: "View settings" }).click();
  await page.getByLabel("Terminal colours").selectOption("auto");
  await page.emulateMedia({ colorScheme: "dark" });
  await expect.poll(box).toBe("rgb(17, 21, 28)");
  await page.emulateMedia({ colorScheme: "light" });
  await expect.poll(box).toBe("rgb(255, 255, 255)");
});

test("the menu of settings suits everybody, also on a narrow screen", async ({ dana }) => {
  test.slow();
  const { terminal } = await dana.terminal();
  const { page } = terminal;
  await page.getByRole("button", { name: "View settings" }).click();
  await everybodyCanUse(page, "terminal-settings");
  await page.setViewportSize({ width: 360, height: 640 });
  await everybodyCanUse(page, "terminal-settings-360");
});

test("screen reader mode makes the screen readable to one, is said, and is remembered", async ({ dana }) => {
  const { terminal } = await dana.terminal();
  const { page } = terminal;
  const tree = terminal.element.locator(".xterm-accessibility-tree");
  await terminal.element.click();
  await expect(tree).toHaveCount(0);
  await page.keyboard.press("Alt+Shift+F1");
  await expect(tree).toHaveCount(1);
  await expect(terminal.element.getByRole("status").filter({ hasText: "Screen reader mode is on." })).toHaveCount(1);
  await terminal.run("echo for-ears-$((1 + 1))");
  await expect(tree.getByText("for-ears-2", { exact: true })).toHaveCount(1);
  await page.reload();
  await terminal.state("live");
  await expect(tree).toHaveCount(1);
  await page.getByRole("button", { name: "View settings" }).click();
  await page.getByRole("checkbox", { name: "Screen reader mode" }).uncheck();
  await expect(tree).toHaveCount(0);
});

test("who cannot see the screen hears that the connection came back", async ({ dana, demo }) => {
  const { terminal } = await dana.terminal();
  demo.cable.pull();
  await expect(terminal.element.getByRole("status").filter({ hasText: "Trying again" })).toBeVisible();
  demo.cable.plugIn();
  await expect(terminal.element.getByRole("status").filter({ hasText: "Connected again." })).toHaveCount(1);
});

test("on a touch screen there is a row of the keys that soft keyboards lack", async ({ browser, demo }) => {
  test.slow();
  const context = await browser.newContext({ hasTouch: true, isMobile: true, viewport: { width: 360, height: 640 } });
  await context.addCookies([{ name: "demo_person", value: "dana", url: demo.dashboardUrl }]);
  const { Person } = await import("../support/test.ts");
  const { terminal } = await new Person(context, demo).terminal();
  const { page } = terminal;
  const keys = page.getByRole("toolbar", { name: "Keys" });
  for (const name of [
    "Escape",
    "Tab",
    "Control",
    "Alt",
    "Left",
    "Up",
    "Down",
    "Right",
    "Pipe",
    "Tilde",
    "Slash",
    "Hyphen",
  ]) {
    const box = await keys.getByRole("button", { name, exact: true }).boundingBox();
    expect(box?.width, name).toBeGreaterThanOrEqual(44);
    expect(box?.height, name).toBeGreaterThanOrEqual(44);
  }
  // The last line of the screen is above the row.
  const box = await terminal.element.locator(".box").boundingBox();
  const row = await keys.boundingBox();
  expect((box?.y ?? 0) + (box?.height ?? 0)).toBeLessThanOrEqual(row?.y ?? 0);

  await terminal.run("sh -c 'echo asleep; exec sleep 600'");
  await terminal.shows(/^asleep$/m);
  const control = keys.getByRole("button", { name: "Control", exact: true });
  await control.tap();
  await expect(control).toHaveAttribute("aria-pressed", "true");
  await page.keyboard.type("c");
  await expect(control).toHaveAttribute("aria-pressed", "false");
  await page.keyboard.type("echo status=$?");
  await page.keyboard.press("Enter");
  await terminal.shows(/^status=130$/m);
  await keys.getByRole("button", { name: "Up", exact: true }).tap();
  await terminal.shows(/\$ echo status=\$\?$/);
  await page.keyboard.type(" ");
  await keys.getByRole("button", { name: "Pipe", exact: true }).tap();
  await page.keyboard.type(" cat -A");
  await page.keyboard.press("Enter");
  await terminal.shows(/^status=0\$$/m);
  await everybodyCanUse(page, "terminal-touch");

  // A tap on a link has no modifier, so it is asked about.
  await terminal.run(`clear; echo ${demo.dashboardUrl}/tapped`);
  await terminal.shows(/^http.*tapped$/m);
  const line = await terminal.element.locator(".xterm-rows > div").filter({ hasText: "/tapped" }).last().boundingBox();
  await page.touchscreen.tap((line?.x ?? 0) + 40, (line?.y ?? 0) + 8);
  const question = page.getByRole("dialog", { name: "Open this address?" });
  await expect(question).toContainText("/tapped");
  const coming = context.waitForEvent("page");
  await question.getByRole("button", { name: "Open" }).click();
  expect(await (await coming).evaluate(() => window.opener)).toBeNull();
  await context.close();
});
