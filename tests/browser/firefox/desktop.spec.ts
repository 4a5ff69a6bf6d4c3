// What the desktop page is for, in Firefox.
import { readFile } from "node:fs/promises";
import path from "node:path";
import { Screen } from "../support/screen.ts";
import { expect, test } from "./firefox.ts";

test("the machine's screen is shown, and takes what is typed", async ({ demo, firefox }) => {
  const build = await demo.build({ scenario: "long", remote_access: true });
  await expect.poll(async () => (await demo.view(build)).access?.state).toBe("ready");
  const code = await demo.code(build, ["desktop.view", "desktop.control"]);
  const context = await firefox.createBrowserContext();
  const page = await context.newPage();
  await page.goto(`${demo.transomUrl}/b/${build}/desktop#${code}`);
  await page.waitForFunction(() => {
    const desktop = document.querySelector("transom-desktop") as { size?: { width: number } } | null;
    return desktop?.size?.width === 1280;
  });
  const screen = await Screen.of(build);
  await screen.prompt();
  const middle = await page.evaluate(() => {
    const box = document.querySelector("transom-desktop")?.getBoundingClientRect();
    return { x: (box?.left ?? 0) + (box?.width ?? 0) / 3, y: (box?.top ?? 0) + (box?.height ?? 0) / 2 };
  });
  await expect(async () => {
    await page.mouse.click(middle.x, middle.y);
    await screen.hasKeyboard("Build directory", 3000);
  }).toPass();
  await page.keyboard.type("echo fox > fox");
  await page.keyboard.press("Enter");
  const typed = () => readFile(path.join(screen.buildDir, "fox"), "utf8").catch(() => "");
  await expect.poll(typed).toBe("fox\n");
  await context.close();
});
