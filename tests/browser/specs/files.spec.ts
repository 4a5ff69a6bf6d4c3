// Files between this computer and the machine: dropped on the terminal, seen on its disk, fetched back.
import { createHash, randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Page } from "@playwright/test";
import { everybodyCanUse } from "../support/look.ts";
import type { Terminal } from "../support/terminal.ts";
import { expect, test } from "../support/test.ts";

const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");

/** Makes a folder on the machine, goes there and says so as a shell with OSC 7 does; returns where it is. */
async function goInto(terminal: Terminal, folder: string): Promise<string> {
  await terminal.run(
    `mkdir '${folder}' && cd '${folder}' && echo "here=$PWD." && printf '\\033]7;file://m%s\\033\\\\' "$PWD"`,
  );
  return (await terminal.shows(/^here=(\/.*)\.$/m))[1] ?? "";
}

/** Drags files over the page as somebody does who holds them with the mouse. */
async function drag(page: Page, types: ("dragEnter" | "dragOver" | "drop")[], files: string[]): Promise<void> {
  const browser = await page.context().newCDPSession(page);
  const data = { items: [], files, dragOperationsMask: 1 };
  for (const type of types) await browser.send("Input.dispatchDragEvent", { type, x: 300, y: 300, data });
}

test("a file that is dropped lies on the machine, and comes back the same", async ({ dana }, info) => {
  const { terminal } = await dana.terminal();
  const { page } = terminal;
  const folder = await goInto(terminal, "in here");
  const bytes = randomBytes(3_000_000);
  const file = info.outputPath("data ü+1.bin");
  await writeFile(file, bytes);

  await drag(page, ["dragEnter", "dragOver"], [file]);
  await expect(page.getByText(`Drop files to upload them to ${folder}`)).toBeVisible();
  await drag(page, ["drop"], [file]);
  const panel = page.getByRole("dialog", { name: "Files" });
  await expect(panel.getByText(`Upload data ü+1.bin (3.0 MB) to ${folder}?`)).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(panel.getByText("3.0 MB, done")).toBeVisible();
  expect(sha256(await readFile(path.join(folder, "data ü+1.bin")))).toBe(sha256(bytes));

  const fetched = page.waitForEvent("download");
  await panel.getByRole("button", { name: "Download data ü+1.bin" }).click();
  const download = await fetched;
  expect(download.suggestedFilename()).toBe("data ü+1.bin");
  expect(sha256(await readFile(await download.path()))).toBe(sha256(bytes));
  expect(download.url()).not.toContain("eyJ");

  // Again: what is there is not lost by accident.
  await drag(page, ["dragEnter", "dragOver", "drop"], [file]);
  await panel.getByRole("button", { name: "Upload", exact: true }).click();
  await expect(panel.getByText("There is a file of that name already.")).toBeVisible();
  await everybodyCanUse(page, "terminal-files");
  await writeFile(path.join(folder, "data ü+1.bin"), "theirs");
  await panel.getByRole("button", { name: "Replace data ü+1.bin" }).click();
  await expect(panel.getByText("There is a file of that name already.")).toBeHidden();
  await expect(panel.getByText("2 of 2 done")).toBeVisible();
  expect(sha256(await readFile(path.join(folder, "data ü+1.bin")))).toBe(sha256(bytes));
  await page.keyboard.press("Escape");
  await expect(panel).toBeHidden();
  await page.keyboard.type("echo back-$((40 + 2))");
  await page.keyboard.press("Enter");
  await terminal.shows(/^back-42$/m);
});

test("names from the machine are text, and folders are gone through by keyboard", async ({ dana }) => {
  const { terminal } = await dana.terminal();
  const { page } = terminal;
  const folder = await goInto(terminal, "odd");
  const odd = '<img src=x onerror="document.title=1">';
  await writeFile(path.join(folder, odd), "x");
  await writeFile(path.join(folder, "cod\u202egpj.exe"), "x");
  await writeFile(path.join(folder, "two\nlines"), "x");
  await page.getByRole("button", { name: "Files" }).click();
  const panel = page.getByRole("dialog", { name: "Files" });
  await expect(panel.getByRole("cell", { name: odd, exact: true })).toBeVisible();
  await expect(panel.getByRole("cell", { name: "cod⟨U+202E⟩gpj.exe", exact: true })).toBeVisible();
  await expect(panel.getByRole("cell", { name: "two␊lines", exact: true })).toBeVisible();
  await expect(panel.locator("img")).toHaveCount(0);
  const steps = panel.getByRole("navigation", { name: "Folder" }).getByRole("button");
  await steps.nth((await steps.count()) - 2).focus();
  await page.keyboard.press("Enter");
  await expect(panel.getByRole("button", { name: "odd/" })).toBeVisible();
  await panel.getByRole("button", { name: "odd/" }).focus();
  await page.keyboard.press("Enter");
  await expect(steps.last()).toHaveText("odd");
});
