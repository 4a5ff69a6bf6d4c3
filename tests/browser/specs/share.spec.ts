// Share links: made in the dialog, opened by guests, and taken back.
import type { Page, Route } from "@playwright/test";
import jsQR from "jsqr";
import { Clipboard } from "../support/clipboard.ts";
import { everybodyCanUse } from "../support/look.ts";
import { accessPage, comeIn, makeLink, moreOptions, stranger } from "../support/share.ts";
import { Terminal } from "../support/terminal.ts";
import { expect, test } from "../support/test.ts";

test("a link that is copied from the dialog lets a guest type, until it is revoked", async ({
  browser,
  demo,
  dana,
}) => {
  const { build, terminal } = await dana.terminal();
  const owner = terminal.page;
  const clipboard = await new Clipboard(owner).allow();
  await owner.getByRole("button", { name: "Share" }).click();
  await owner.getByRole("radio", { name: "Control" }).check();
  await expect(owner.getByTestId("effect")).toHaveText(
    /^Anyone with this link can control the terminals of this machine until \d+:\d\d/,
  );
  await owner.getByRole("button", { name: "Create link" }).click();
  await owner.getByRole("button", { name: "Copy the link" }).click();
  const link = await clipboard.text();
  expect(link).toMatch(/\/s\/l_[\w-]+#[\w-]{43}$/);
  await owner.getByRole("button", { name: "Done" }).click();
  await expect(owner.getByRole("textbox", { name: "Link" })).toHaveCount(0);
  const guest = await stranger(browser, link);
  await expect(guest.getByRole("heading", { level: 2 })).toHaveText(
    new RegExp(`^Dana invites you to control the terminal of build #${build} until `),
  );
  const secret = new URL(link).hash.slice(1);
  expect(guest.url()).not.toContain(secret);
  expect(await guest.title()).not.toContain(secret);
  await comeIn(guest, "Kim");
  await guest.waitForURL(/\/b\/\d+\/terminal/);
  const theirs = new Terminal(guest);
  await theirs.state("live");
  await owner.getByTestId("viewers").click();
  await owner.getByRole("button", { name: "Give control: Kim (guest)" }).click();
  await expect(owner.getByTestId("theirs")).toContainText("Kim (guest) controls it.");
  await theirs.run("echo from-$((40 + 2))");
  await terminal.shows(/^from-42$/m);
  expect(await guest.evaluate(() => JSON.stringify({ ...sessionStorage, ...localStorage }))).not.toContain(secret);
  const all = ["terminal.view", "terminal.control", "share.view", "share.control"];
  const access = await dana.context.newPage();
  await access.goto(`${demo.transomUrl}/b/${build}#${await demo.code(build, all)}`);
  await expect(access.getByText(/In: Kim \(guest\), since /)).toBeVisible();
  await everybodyCanUse(access, "share-list");
  await access.getByRole("button", { name: /^Revoke link/ }).click();
  await everybodyCanUse(access, "share-revoke");
  await access.getByRole("button", { name: "Revoke: disconnects 1 person" }).click();
  await theirs.state("ended");
  await expect(guest.getByText("Dana's link was revoked.")).toBeVisible();
  await expect(access.getByText("over: revoked")).toBeVisible();
  await guest.getByRole("link", { name: "Back to the build" }).last().click();
  await expect(guest.getByRole("heading", { name: "Dana's link was revoked" })).toBeVisible();
});

test("whoever waits is let in, and whoever is turned away hears it", async ({ browser, demo, page }) => {
  const { page: owner } = await accessPage(demo, page);
  const link = await makeLink(owner, async () => {
    await moreOptions(owner);
    await owner.getByRole("checkbox", { name: "Ask me before letting in" }).check();
    await expect(owner.getByTestId("effect")).toContainText("once you let them in");
  });
  const kim = await stranger(browser, link);
  await comeIn(kim, "Kim", /^Ask to come in$/);
  await expect(kim.getByText("Waiting for Dana to let you in")).toBeVisible();
  await everybodyCanUse(kim, "share-waiting");
  await kim.reload();
  await expect(kim.getByText("Waiting for Dana to let you in")).toBeVisible();
  await everybodyCanUse(owner, "share-asking");
  await owner.getByRole("button", { name: "Let in Kim (guest)" }).click();
  await kim.waitForURL(/\/b\/\d+/);
  await expect(kim.getByTestId("invitation")).toContainText("Dana invited you to watch the terminal until");
  const [ravi, lee] = [await stranger(browser, link), await stranger(browser, link)];
  await comeIn(ravi, "Ravi", /^Ask to come in$/);
  await comeIn(lee, "Lee", /^Ask to come in$/);
  const letsInLee = await owner.getByRole("button", { name: "Let in Lee (guest)" }).elementHandle();
  await owner.getByRole("button", { name: "Turn away Ravi (guest)" }).click();
  await expect(ravi.getByRole("heading", { name: "You were turned away" })).toBeVisible();
  await expect(owner.getByText("waits at")).toHaveCount(1);
  // A button means whom it meant, whatever happens to the list.
  expect(await letsInLee?.getAttribute("aria-label")).toBe("Let in Lee (guest)");
  expect(await letsInLee?.evaluate((button) => button.isConnected)).toBe(true);
  await owner.getByRole("button", { name: "Turn away Lee (guest)" }).click();
  await expect(lee.getByRole("heading", { name: "You were turned away" })).toBeVisible();
});

test("a wrong passcode says so, a used up link does not work, and neither tells more", async ({
  browser,
  demo,
  page,
}) => {
  const { page: owner } = await accessPage(demo, page);
  const link = await makeLink(owner, async () => {
    await moreOptions(owner);
    const passcode = owner.getByRole("textbox", { name: "Passcode" });
    await passcode.fill("24");
    await moreOptions(owner);
    await expect(passcode).toBeHidden();
    await owner.getByRole("button", { name: "Create link" }).click();
    await expect(passcode).toBeFocused();
    await passcode.fill("2468");
    await owner.getByRole("checkbox", { name: "Single use" }).check();
    await expect(owner.getByTestId("effect")).toContainText(
      "The first person who has this link and knows the passcode",
    );
  });
  const kim = await stranger(browser, link);
  await kim.getByLabel("Passcode").fill("1357");
  await comeIn(kim, "Kim");
  await expect(kim.getByText("That is not the passcode.")).toBeVisible();
  await kim.getByLabel("Passcode").fill("2468");
  await comeIn(kim, "Kim");
  await kim.waitForURL(/\/b\/\d+/);
  const dead = "This link does not work, or not any more";
  for (const url of [link, link.replace(/#.*/, `#${"A".repeat(43)}`)]) {
    const lee = await stranger(browser, url);
    await expect(lee.getByRole("heading", { name: dead })).toBeVisible();
    await expect(lee.getByText("Ask whoever sent it to you for a new one.")).toBeVisible();
  }
});

test("a link whose dialog was closed before it was shown lets nobody in", async ({ demo, page }) => {
  const { page: owner } = await accessPage(demo, page);
  const held = new Promise<Route>((resolve) => void owner.route("**/api/v1/builds/*/shares", resolve));
  await owner.getByRole("button", { name: /^Share/ }).click();
  await owner.getByRole("textbox", { name: "Label" }).fill("QA");
  await owner.getByRole("button", { name: "Create link" }).click();
  const request = await held;
  await owner.keyboard.press("Escape");
  await request.continue();
  await expect(owner.locator("li", { hasText: "QA" })).toContainText("over: revoked");
  await expect(owner.getByRole("textbox", { name: "Link" })).toHaveCount(0);
  await owner.getByRole("button", { name: /^Share/ }).click();
  await expect(owner.getByRole("textbox", { name: "Label" })).toHaveValue("");
});

test("the dialog and the landing page by keyboard alone, and the code that a phone reads", async ({
  browser,
  demo,
  page,
}) => {
  const { page: owner } = await accessPage(demo, page);
  await owner.getByRole("button", { name: /^Share/ }).focus();
  await owner.keyboard.press("Enter");
  await expect(owner.getByRole("dialog", { name: "Share this machine" })).toBeVisible();
  await owner.getByText("Passcode, limits, approval").press("Enter");
  await everybodyCanUse(owner, "share-dialog");
  await owner.getByRole("radio", { name: "Watch" }).focus();
  await owner.keyboard.press("ArrowRight");
  await expect(owner.getByRole("radio", { name: "Control" })).toBeChecked();
  await owner.getByRole("textbox", { name: "Label" }).focus();
  await owner.keyboard.type("QA");
  await owner.keyboard.press("Enter");
  const link = await owner.getByRole("textbox", { name: "Link" }).inputValue();
  await expect(owner.getByRole("button", { name: "Copy the link" })).toBeFocused();
  await everybodyCanUse(owner, "share-made");
  expect(await decoded(owner)).toBe(link);
  await owner.keyboard.press("Escape");
  const guest = await stranger(browser, link, { width: 360, height: 740 });
  await expect(guest.getByRole("textbox", { name: "Your name" })).toBeFocused();
  await everybodyCanUse(guest, "share-landing-phone");
  expect(await guest.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
  await guest.keyboard.type("Kim");
  await guest.keyboard.press("Enter");
  await guest.waitForURL(/\/b\/\d+\/terminal/);
  await new Terminal(guest).prompt();
  await everybodyCanUse(guest, "share-terminal-phone");
});

/** What a camera reads from the code on the page. */
async function decoded(page: Page): Promise<string | undefined> {
  const picture = await page.getByRole("img", { name: "QR code of the link" }).screenshot();
  const { data, width, height } = await page.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
    const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    const context = canvas.getContext("2d");
    context?.drawImage(bitmap, 0, 0);
    const image = context?.getImageData(0, 0, bitmap.width, bitmap.height);
    return { data: [...(image?.data ?? [])], width: bitmap.width, height: bitmap.height };
  }, picture.toString("base64"));
  return jsQR.default(Uint8ClampedArray.from(data), width, height)?.data;
}
