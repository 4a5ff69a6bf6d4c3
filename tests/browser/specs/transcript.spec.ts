// What a terminal printed is saved as a file, while it is open and after its shell has exited.
import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { expect, test } from "../support/test.ts";

async function save(page: Page, format: "Text" | "asciicast"): Promise<{ name: string; text: string }> {
  const menu = page.getByRole("group", { name: "View settings" });
  if (!(await menu.isVisible())) await page.getByRole("button", { name: "View settings" }).click();
  const downloaded = page.waitForEvent("download");
  await menu.getByRole("button", { name: format, exact: true }).click();
  const download = await downloaded;
  await expect(menu.getByText(`Saved as ${download.suggestedFilename()}.`)).toBeVisible();
  await page.keyboard.press("Escape");
  return { name: download.suggestedFilename(), text: await readFile(await download.path(), "utf8") };
}

test("a transcript is saved from an open terminal, and from one whose shell has exited", async ({ dana }) => {
  const { terminal } = await dana.terminal();
  await terminal.run("printf 'first-%s\\n' $((40+2))");
  await terminal.shows(/^first-42$/m);
  const open = await save(terminal.page, "Text");
  expect(open.name).toMatch(/^transom-[\w-]+\.txt$/);
  expect(open.text).toMatch(/^first-42$/m);
  await terminal.run("printf 'last-%s\\n' $((40+9)); exit 3");
  await terminal.state("ended");
  const over = await save(terminal.page, "asciicast");
  expect(over.name).toMatch(/\.cast$/);
  const lines = over.text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(lines[0].version).toBe(3);
  expect(
    lines
      .slice(1)
      .map(([, , data]) => data)
      .join(""),
  ).toContain("last-49\r\n");
  expect(lines.at(-1)).toEqual([expect.any(Number), "x", "3"]);
});
