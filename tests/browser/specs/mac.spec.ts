// A desktop by a server as a Mac's: Apple's login, five thousand pixels in a row, and a Mac's own modifiers.
import { Clipboard } from "../support/clipboard.ts";
import type { Desktop } from "../support/desktop.ts";
import { compose, GermanKeyboard, typeKeys } from "../support/keyboards.ts";
import { Mac } from "../support/mac.ts";
import { expect, test } from "../support/test.ts";

const BUILD = "mac";
const CHANGES = 12;
let mac: Mac;

// Fifteen million pixels are drawn, sent and hashed in the time of one of the others' pictures.
test.describe.configure({ timeout: 240_000 });

test.beforeAll(async ({ demo }) => {
  mac = await Mac.start();
  await demo.register(BUILD, mac.endpoint, "macos");
});

test.afterAll(async ({ demo }) => {
  await demo.api("DELETE", `/builds/${BUILD}/machine`);
  await mac.stop();
});

async function shows(desktop: Desktop, hash: string): Promise<void> {
  const same = { message: "the hash of the picture", timeout: 60_000 };
  await expect.poll(() => desktop.hash(), same).toBe(hash);
}

/** Keysyms as they are told when each is pressed alone. */
function taps(text: string): string {
  const keysym = (c: number) => (c < 0x100 ? c : 0x100_0000 + c).toString(16);
  return [...text]
    .map((c) => keysym(c.codePointAt(0) ?? 0))
    .map((c) => `+${c} -${c}`)
    .join(" ");
}

test("the picture of 5120 x 2880 is the server's own, after changes and after a cut", async ({ dana, demo }) => {
  const desktop = await dana.see(BUILD);
  expect(await desktop.size()).toEqual({ width: 5120, height: 2880 });
  await shows(desktop, await mac.hash());
  for (let change = 0; change < CHANGES; change += 1) await mac.change();
  await shows(desktop, await mac.hash());
  demo.cable.pull();
  await desktop.state("reconnecting");
  await mac.change();
  demo.cable.plugIn();
  await desktop.state("live");
  await shows(desktop, await mac.hash());
});

test("what is typed arrives, Command as Command and Option as Option", async ({ dana }) => {
  const { page } = await dana.see(BUILD);
  await typeKeys(page, "hi [1]");
  await (await GermanKeyboard.at(page)).type("äß");
  await compose(page, "日本");
  await expect.poll(() => mac.keys()).toBe(taps("hi [1]äß日本"));
  const before = await mac.keys();
  await page.keyboard.press("Meta+q");
  await page.keyboard.press("Alt+F4");
  // To a Mac's server Command is Alt, and Option is Meta.
  const heard = async () => (await mac.keys()).slice(before.length).trim();
  await expect.poll(heard).toBe("+ffe9 +71 -71 -ffe9 +ffe7 +ffc1 -ffc1 -ffe7");
});

test("the clipboard goes both ways, as far as RFB's own carries it", async ({ dana }) => {
  const desktop = await dana.see(BUILD);
  const clipboard = await new Clipboard(desktop.page).allow();
  await mac.copy("von dort: Grüße");
  await expect.poll(() => clipboard.text()).toBe("von dort: Grüße");
  await clipboard.put("von hier: äöü é");
  await desktop.page.keyboard.press("Shift+Insert");
  await expect.poll(() => mac.pasted()).toBe("von hier: äöü é");
});

test("who may only look sees the picture, and no key of theirs arrives", async ({ dana, ravi }) => {
  const desktop = await dana.see(BUILD);
  const watched = await ravi.watch(BUILD, desktop);
  const before = await mac.keys();
  await expect(watched.page.getByTestId("watching")).toContainText("View only.");
  await watched.click(300, 300);
  await watched.page.keyboard.type("intruder");
  await typeKeys(desktop.page, "owner");
  await expect.poll(async () => (await mac.keys()).slice(before.length).trim()).toBe(taps("owner"));
  await shows(watched, await mac.hash());
});
