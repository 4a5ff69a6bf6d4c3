// A desktop by each VNC server that has an X screen: what is shown there is shown here, and what is typed here arrives.
import { writeFile } from "node:fs/promises";
import { Clipboard } from "../support/clipboard.ts";
import { commotion } from "../support/commotion.ts";
import type { Desktop } from "../support/desktop.ts";
import { KeyLog } from "../support/key-log.ts";
import { compose, GermanKeyboard, typeKeys } from "../support/keyboards.ts";
import { placed, ScreenServer } from "../support/servers.ts";
import { expect, test } from "../support/test.ts";

/**
 * x11vnc's clipboard is RFB's own, which is Latin-1, and X's cut buffer; the screen that it copies takes no other size
 * from it.
 */
const MAKES = [
  { make: "tigervnc-none", start: () => ScreenServer.tigervnc("None"), isCopier: false },
  { make: "tigervnc-password", start: () => ScreenServer.tigervnc("VncAuth"), isCopier: false },
  { make: "tigervnc-tls", start: () => ScreenServer.tigervnc("X509Vnc"), isCopier: false },
  { make: "x11vnc", start: () => ScreenServer.x11vnc(), isCopier: true },
];

for (const { make, start, isCopier } of MAKES) {
  test.describe(make, () => {
    let server: ScreenServer;
    const open: { stop(): Promise<void> }[] = [];

    test.beforeAll(async ({ demo }) => {
      server = await start();
      await demo.register(make, server.endpoint);
    });

    test.afterEach(async () => {
      for (const program of open.splice(0)) await program.stop();
    });

    test.afterAll(async ({ demo }) => {
      await demo.api("DELETE", `/builds/${make}/machine`);
      await server.stop();
    });

    test("the picture is the server's own after commotion, and after a cut", async ({ dana, demo }) => {
      const desktop = await dana.see(make);
      await desktop.shows(server.screen);
      open.push(...(await commotion(server.screen)));
      await desktop.shows(server.screen);
      demo.cable.pull();
      await desktop.state("reconnecting");
      open.push(...(await commotion(server.screen)));
      demo.cable.plugIn();
      await desktop.state("live");
      await desktop.shows(server.screen);
    });

    test("what is typed arrives in a program that logs its keys", async ({ dana }) => {
      const desktop = await dana.see(make);
      const log = await listen(desktop);
      const { page } = desktop;
      await typeKeys(page, "Hello, World! @[]{}|\\~ 100%\n");
      await (await GermanKeyboard.at(page)).type("äöüßÄz@€{[]}\\|~");
      await page.keyboard.type("é");
      await compose(page, "日本");
      await expect.poll(() => log.text()).toBe("Hello, World! @[]{}|\\~ 100%\räöüßÄz@€{[]}\\|~é日本");
      await expect.poll(() => log.down()).toEqual([]);
    });

    test("shortcuts and keys without a character arrive", async ({ dana }) => {
      const desktop = await dana.see(make);
      const log = await listen(desktop);
      const wanted: string[] = [];
      const press = async (keys: string, ...names: string[]) => {
        await desktop.page.keyboard.press(keys, { delay: 5 });
        wanted.push(...names);
      };
      await press("Control+c", "Control_L", "Control+c");
      await press("Alt+F4", "Alt_L", "Alt+F4");
      await press("Control+Shift+T", "Control_L", "Control+Shift_L", "Shift+Control+T");
      await press("Meta+l", "Super_L", "Super+l");
      for (let n = 1; n <= 12; n += 1) await press(`F${n}`, `F${n}`);
      for (const side of ["Left", "Right", "Up", "Down"]) await press(`Arrow${side}`, side);
      for (const name of ["Home", "End", "Insert", "Delete", "Escape", "Tab"]) await press(name, name);
      await press("PageUp", "Prior");
      await press("PageDown", "Next");
      await press("Backspace", "BackSpace");
      await press("Enter", "Return");
      await press("NumpadAdd", "KP_Add");
      await press("ControlRight", "Control_R");
      await expect.poll(() => log.pressed()).toEqual(wanted);
      await expect.poll(() => log.down()).toEqual([]);
    });

    test("the clipboard goes both ways, also with what is no ASCII", async ({ dana }) => {
      const desktop = await dana.see(make);
      const clipboard = await new Clipboard(desktop.page).allow();
      const [there, here] = isCopier
        ? (["von dort: Grüße, ß", "von hier: äöü é"] as const)
        : (["von dort: Grüße, 日本 €", "von hier: äöü 🙂"] as const);
      const file = await placed(`${make}-copied`);
      await writeFile(file, there, isCopier ? "latin1" : "utf8");
      // x11vnc looks at X's clipboards no sooner than fifteen seconds after somebody has come.
      const patience = { timeout: 25_000 };
      if (isCopier) await server.screen.run("xclip", "-selection", "buffer-cut", "-in", file);
      else open.push(server.screen.copy(file));
      await expect.poll(() => clipboard.text(), patience).toBe(there);
      await clipboard.put(here);
      await desktop.page.keyboard.press("Shift+Insert");
      const copied = async () => {
        if (isCopier) return (await server.screen.copied("buffer-cut")).toString("latin1");
        return (await server.screen.copied("clipboard")).toString("utf8");
      };
      await expect.poll(copied).toBe(here);
    });

    test("the picture takes another size where the machine does, and the machine where it can", async ({ dana }) => {
      const desktop = await dana.see(make);
      const { page } = desktop;
      await server.screen.run("xrandr", "-s", "800x600");
      await expect.poll(() => desktop.size()).toEqual({ width: 800, height: 600 });
      await desktop.shows(server.screen);
      await page.getByRole("button", { name: "View settings" }).click();
      await page.getByLabel("Size", { exact: true }).selectOption("match");
      const { width, height } = (await desktop.element.boundingBox()) ?? { width: 0, height: 0 };
      await expect.poll(() => desktop.size()).toEqual(isCopier ? { width: 800, height: 600 } : { width, height });
      await desktop.shows(server.screen);
    });

    test("who may only look sees the picture, and no key of theirs arrives", async ({ dana, ravi }) => {
      const desktop = await dana.see(make);
      const watched = await ravi.watch(make, desktop);
      const log = await listen(desktop);
      await expect(watched.page.getByTestId("watching")).toContainText("View only.");
      await watched.click(300, 300);
      await watched.page.keyboard.type("intruder");
      await watched.page.keyboard.press("Control+c");
      await typeKeys(desktop.page, "owner");
      await expect.poll(() => log.text()).toBe("owner");
      expect(log.pressed()).toEqual([..."owner"]);
      await desktop.pointAway();
      await watched.shows(server.screen);
    });

    /** A program all over the screen that has the keyboard. */
    async function listen(desktop: Desktop): Promise<KeyLog> {
      const log = await KeyLog.open(server.screen);
      open.push(log);
      const { x, y } = await desktop.at(300, 300);
      await desktop.page.mouse.move(x, y);
      return log;
    }
  });
}
