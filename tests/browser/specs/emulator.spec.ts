// A desktop by QEMU's VNC server, which takes the places of keys: a machine without a system is seen, and typed at.
import { Emulator } from "../support/emulator.ts";
import { compose, GermanKeyboard, typeKeys } from "../support/keyboards.ts";
import { expect, test } from "../support/test.ts";

const BUILD = "qemu";
let machine: Emulator;

test.beforeAll(async ({ demo }) => {
  machine = await Emulator.start();
  await machine.ready();
  await demo.register(BUILD, machine.endpoint);
});

test.afterAll(async ({ demo }) => {
  await demo.api("DELETE", `/builds/${BUILD}/machine`);
  await machine.stop();
});

/** The text that was typed at the machine since it had got so many keys. */
async function typed(from: number): Promise<string> {
  const keys = (await machine.keys()).slice(from);
  return String.fromCharCode(...keys.map(({ ascii }) => ascii));
}

/** How many keys it has got. */
async function count(): Promise<number> {
  return (await machine.keys()).length;
}

test("the picture is the emulator's own, also of another size, after a reset and after a cut", async ({
  dana,
  demo,
}) => {
  const desktop = await dana.see(BUILD);
  expect(await desktop.size()).toEqual({ width: 720, height: 400 });
  await desktop.shows(machine);
  await desktop.page.keyboard.press("F1");
  await expect.poll(() => desktop.size()).toEqual({ width: 640, height: 480 });
  await desktop.page.keyboard.type("in another mode of its screen");
  await desktop.shows(machine);
  demo.cable.pull();
  await desktop.state("reconnecting");
  await machine.ask("send-key", { keys: [{ type: "qcode", data: "f2" }] });
  demo.cable.plugIn();
  await desktop.state("live");
  await expect.poll(() => desktop.size()).toEqual({ width: 720, height: 400 });
  await desktop.shows(machine);
  await machine.ask("system_reset");
  await machine.ready();
  await desktop.shows(machine);
});

test("what is typed on its keyboard arrives: every sign of ASCII, and keys without a character", async ({ dana }) => {
  const { page } = await dana.see(BUILD);
  const ascii = String.fromCharCode(...Array.from({ length: 95 }, (_, n) => 32 + n));
  let from = await count();
  // More at once than its sixteen fit into the BIOS's own queue.
  await typeKeys(page, ascii);
  await expect.poll(() => typed(from)).toBe(ascii);
  from = await count();
  for (const key of ["Control+c", "Alt+F4", "Shift+F1", "ArrowUp", "Delete", "F10", "Enter"]) {
    await page.keyboard.press(key, { delay: 10 });
  }
  const codes = async () => (await machine.keys()).slice(from).map(({ code }) => code);
  await expect.poll(codes).toEqual([0x2e, 0x6b, 0x54, 0x48, 0x53, 0x44, 0x1c]);
});

test("a text that comes without keys arrives as far as the emulator's keyboard has it", async ({ dana }) => {
  const { page } = await dana.see(BUILD);
  const from = await count();
  await compose(page, "Hi! {~|}@#");
  await expect.poll(() => typed(from)).toBe("Hi! {~|}@#");
});

test("another keyboard's keys are taken by their places", async ({ dana }) => {
  const { page } = await dana.see(BUILD);
  const from = await count();
  await (await GermanKeyboard.at(page)).type("äz");
  await expect.poll(() => typed(from)).toBe("'y");
});

test("who may only look sees the picture, and no key of theirs arrives", async ({ dana, ravi }) => {
  const desktop = await dana.see(BUILD);
  const watched = await ravi.watch(BUILD, desktop);
  const from = await count();
  await expect(watched.page.getByTestId("watching")).toContainText("View only.");
  await watched.click(300, 300);
  await watched.page.keyboard.type("intruder");
  await typeKeys(desktop.page, "owner");
  await expect.poll(() => typed(from)).toBe("owner");
  await watched.shows(machine);
});
