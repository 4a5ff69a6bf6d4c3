// Several people in one terminal, and on one desktop: who is here, control from hand to hand, removal.
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Browser, Page } from "@playwright/test";
import { Desktop } from "../support/desktop.ts";
import { everybodyCanUse } from "../support/look.ts";
import { comeIn, makeLink, stranger } from "../support/share.ts";
import { Terminal } from "../support/terminal.ts";
import { expect, type Person, test } from "../support/test.ts";

const PHONE = { width: 390, height: 844 };

/** Where the shell of a terminal is, on the machine: which is a folder of this computer. */
async function folderOf(terminal: Terminal): Promise<string> {
  await terminal.run('printf "here=%s.\\n" "$PWD"');
  // A long name is broken into the lines of a narrow window.
  const [, folder = ""] = await terminal.shows(/^here=([^.]+)\.$/m);
  return folder.replaceAll("\n", "");
}

/** What the machine has under that name; null where there is no such file. */
async function made(folder: string, name: string): Promise<string | null> {
  return readFile(path.join(folder, name), "utf8").catch(() => null);
}

/** Control goes to a guest and back, and the link is revoked; the machine says whose keys arrived. */
async function handsOver(browser: Browser, dana: Person, phone: boolean): Promise<void> {
  // Six looks at the pages in two colour schemes take longer than all the rest.
  test.setTimeout(300_000);
  const { terminal } = await dana.terminal();
  const owner = terminal.page;
  const folder = await folderOf(terminal);
  const link = await makeLink(owner, async () => {
    await owner.getByRole("radio", { name: "Control" }).check();
  });
  const guest = await (phone ? onPhone(browser, link) : stranger(browser, link));
  await comeIn(guest, "Kim");
  await guest.waitForURL(/\/b\/\d+\/terminal/);
  const theirs = new Terminal(guest);
  await theirs.state("live");
  await expect(owner.getByText("Kim (guest) joined")).toBeVisible();
  await expect(owner.getByTestId("viewers")).toContainText("2 here: Dana (you), controls; Kim (guest), looks on");
  await expect(guest.getByTestId("theirs")).toContainText("Dana controls it.");
  await theirs.run("touch too-early");
  await expect(guest.getByTestId("theirs")).toContainText("Dana controls this terminal: your keys do not arrive.");
  await everybodyCanUse(guest, `together-hint${phone ? "-phone" : ""}`);
  await guest.getByRole("button", { name: "Ask for control" }).click();
  await expect(guest.getByTestId("asked")).toHaveText("Asked Dana for control…");
  await expect(owner.getByTestId("asks")).toContainText("Kim (guest) asks for control");
  await everybodyCanUse(owner, `together-asks${phone ? "-phone" : ""}`);
  await owner.getByRole("button", { name: "Give control to Kim (guest)" }).click();
  await expect(owner.getByTestId("theirs")).toContainText("Kim (guest) controls it.");
  await theirs.run("touch guest-1");
  await expect.poll(() => made(folder, "guest-1")).toBe("");
  expect(await made(folder, "too-early")).toBeNull();
  await owner.getByRole("button", { name: "Take control" }).click();
  await expect(guest.getByTestId("theirs")).toContainText("Dana controls it.");
  await theirs.run("touch guest-2");
  await terminal.run("touch owner-1");
  await expect.poll(() => made(folder, "owner-1")).toBe("");
  expect(await made(folder, "guest-2")).toBeNull();
  await owner.getByTestId("viewers").click();
  await everybodyCanUse(owner, `together-people${phone ? "-phone" : ""}`);
  await owner.getByRole("button", { name: "Remove: Kim (guest)" }).click();
  const dialog = owner.getByRole("dialog", { name: "Remove Kim?" });
  await expect(dialog.getByRole("checkbox", { name: "Also revoke the link they came by" })).toBeChecked();
  await everybodyCanUse(owner, `together-remove${phone ? "-phone" : ""}`);
  await dialog.getByRole("button", { name: "Keep" }).click();
  await revokes(owner);
  await theirs.state("ended");
  expect(await made(folder, "guest-2"), "all that the guest had sent is done with").toBeNull();
  await expect(guest.getByText("Dana's link was revoked.")).toBeVisible();
  await everybodyCanUse(guest, `together-revoked${phone ? "-phone" : ""}`);
  await guest.getByRole("link", { name: "Back to the build" }).last().click();
  await expect(guest.getByRole("heading", { name: "Dana's link was revoked" })).toBeVisible();
}

async function onPhone(browser: Browser, link: string): Promise<Page> {
  const context = await browser.newContext({ viewport: PHONE, hasTouch: true, isMobile: true });
  const page = await context.newPage();
  await page.goto(link);
  return page;
}

/** On the build's access page, which the owner opens from the terminal. */
async function revokes(owner: Page): Promise<void> {
  await owner.locator("#back").click();
  await owner.getByRole("button", { name: /^Revoke link/ }).click();
  await owner.getByRole("button", { name: "Revoke: disconnects 1 person" }).click();
  await expect(owner.getByText("over: revoked")).toBeVisible();
}

test("a guest asks for control, has it, loses it, and is out when the link is revoked", async ({ browser, dana }) => {
  await handsOver(browser, dana, false);
});

test("the same with the guest at a phone", async ({ browser, dana }) => {
  await handsOver(browser, dana, true);
});

/** Two of the CI's people at one terminal. */
async function two(dana: Person, ravi: Person): Promise<{ terminal: Terminal; his: Terminal }> {
  const { build, terminal } = await dana.terminal();
  const page = await ravi.open(await ravi.look(build), "Open build access");
  await page.goto(terminal.page.url());
  const his = new Terminal(page);
  await his.state("live");
  return { terminal, his };
}

test("by keyboard alone: who is here, control handed over and refused", async ({ dana, ravi }) => {
  const { terminal, his } = await two(dana, ravi);
  const { page } = terminal;
  const strip = page.getByTestId("viewers");
  await expect(strip).toContainText("2 here");
  await expect(strip).toHaveAttribute("aria-expanded", "false");
  await his.page.getByTestId("viewers").focus();
  await his.page.keyboard.press("Enter");
  await expect(his.page.getByRole("button", { name: "Ask for control" }).first()).toBeFocused();
  await his.page.keyboard.press("Enter");
  await expect(his.page.getByTestId("asked")).toBeVisible();
  await page.getByRole("button", { name: "Not now, Ravi" }).focus();
  await page.keyboard.press("Enter");
  await expect(his.page.getByTestId("theirs")).toContainText("Dana keeps control for now.");
  await expect(page.getByTestId("asks")).toHaveCount(0);
  await strip.focus();
  await page.keyboard.press("Enter");
  await expect(strip).toHaveAttribute("aria-expanded", "true");
  const panel = page.getByRole("dialog", { name: "Who is here" });
  const give = panel.getByRole("button", { name: "Give control: Ravi" });
  await expect(give).toBeFocused();
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Escape");
  await expect(panel).toBeHidden();
  await expect(strip).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(give).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("theirs")).toContainText("Ravi controls it.");
  await his.run("echo his-$((40 + 2))");
  await terminal.shows(/^his-42$/m);
});

test("the terminal has the size of whoever controls it, with a frame around it for others", async ({ dana, ravi }) => {
  const { terminal, his } = await two(dana, ravi);
  await his.page.setViewportSize({ width: 1300, height: 900 });
  await expect(his.element.locator(".box[letterbox]")).toBeVisible();
  await expect(terminal.element.locator(".box[letterbox]")).toHaveCount(0);
  await everybodyCanUse(his.page, "together-letterbox");
  await terminal.page.getByTestId("viewers").click();
  await terminal.page.getByRole("button", { name: "Give control: Ravi" }).click();
  await expect(his.element.locator(".box[letterbox]")).toHaveCount(0);
  await expect(terminal.element.locator(".box[letterbox]")).toBeVisible();
});

test("on a desktop everybody sees where the others point, and who is removed reads by whom", async ({
  browser,
  demo,
  dana,
}) => {
  test.setTimeout(240_000);
  const build = await demo.build({ scenario: "long", remote_access: true });
  await expect.poll(async () => (await demo.view(build)).access?.state).toBe("ready");
  const all = ["desktop.view", "desktop.control", "share.view", "share.control", "access.end"];
  const owner = await dana.context.newPage();
  await owner.goto(`${demo.transomUrl}/b/${build}/desktop#${await demo.code(build, all)}`);
  const desktop = new Desktop(owner);
  await desktop.picture();
  const link = await makeLink(owner, async () => {
    await owner.getByRole("radio", { name: "Desktop" }).check();
  });
  const guest = await stranger(browser, link);
  await comeIn(guest, "Kim");
  await guest.waitForURL(/\/b\/\d+\/desktop/);
  const theirs = new Desktop(guest);
  await theirs.picture();
  await expect(guest.getByTestId("watching")).toContainText("View only. Dana controls it.");
  await pointsAt(desktop, theirs, "Dana", { x: 400, y: 300 });
  await pointsAt(theirs, desktop, "Kim (guest)", { x: 900, y: 500 });
  await everybodyCanUse(owner, "together-pointers");
  await guest.setViewportSize({ width: 360, height: 740 });
  await pointsAt(desktop, theirs, "Dana", { x: 640, y: 200 });
  await everybodyCanUse(guest, "together-pointers-phone");
  await owner.getByTestId("viewers").click();
  await everybodyCanUse(owner, "together-desktop-people");
  await owner.getByRole("button", { name: "Remove: Kim (guest)" }).click();
  await owner.getByRole("button", { name: "Remove Kim", exact: true }).click();
  await theirs.state("ended");
  await expect(guest.getByText("Dana removed you.")).toBeVisible();
  await expect(owner.getByTestId("viewers")).toContainText("1 here: Dana (you), controls");
  await expect(owner.locator("transom-desktop .pointer")).toHaveCount(0);
  const again = await stranger(browser, link);
  await expect(again.getByRole("heading", { name: "This link does not work, or not any more" })).toBeVisible();
});

/** Moves one's pointer to a pixel of the picture, and waits until the other shows it there with the name. */
async function pointsAt(one: Desktop, other: Desktop, name: string, to: { x: number; y: number }): Promise<void> {
  const place = await one.at(to.x, to.y);
  await one.page.mouse.move(place.x - 20, place.y - 20);
  await one.page.mouse.move(place.x, place.y, { steps: 5 });
  const pointer = other.page.locator("transom-desktop .pointer").filter({ hasText: name });
  // The mark itself is a point, without width.
  await expect(pointer.locator("svg")).toBeVisible();
  const wanted = await other.at(to.x, to.y);
  const off = async () => {
    const box = await pointer.locator("svg").boundingBox();
    return box === null ? 1000 : Math.max(Math.abs(box.x - wanted.x), Math.abs(box.y - wanted.y));
  };
  await expect.poll(off, { message: `${name} points at ${to.x}, ${to.y}` }).toBeLessThan(4);
}
