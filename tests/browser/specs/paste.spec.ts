// Pasting: nothing runs that nobody looked at, and what is pasted arrives byte for byte.
import { createHash } from "node:crypto";
import { Clipboard } from "../support/clipboard.ts";
import { everybodyCanUse } from "../support/look.ts";
import type { Terminal } from "../support/terminal.ts";
import { expect, test } from "../support/test.ts";

const LINES = Array.from({ length: 14 }, (_, n) => `line ${n + 1}`).join("\n");

/** A program that reads by lines and takes no notice of pastes; `file` gets what arrives. */
async function reader(terminal: Terminal, file: string): Promise<Clipboard> {
  const clipboard = await new Clipboard(terminal.page).allow();
  await terminal.run(`echo reading; cat > ${file}; wc -l < ${file}; sha256sum ${file}`);
  await terminal.shows(/^reading$/m);
  return clipboard;
}

function sum(text: string): RegExp {
  return new RegExp(`^${createHash("sha256").update(text).digest("hex")}`, "m");
}

test("several lines are shown before a program gets them that would run them", async ({ dana }) => {
  const { terminal } = await dana.terminal();
  const { page } = terminal;
  const clipboard = await reader(terminal, "all");
  await clipboard.put(LINES);
  await page.keyboard.press("Control+Shift+V");
  const dialog = page.getByRole("dialog", { name: "Paste 14 lines?" });
  await expect(dialog.getByLabel("What would be pasted")).toHaveText(LINES.split("\n").slice(0, 10).join("\n"));
  await expect(dialog.getByText("and 4 more")).toBeVisible();
  await everybodyCanUse(page, "terminal-paste");
  await dialog.getByRole("button", { name: "Paste 14 lines" }).click();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Control+d");
  await terminal.shows(/^14$/m);
  await terminal.shows(sum(`${LINES}\n`));
});

test("they can be made one line, or left", async ({ dana }) => {
  const { terminal } = await dana.terminal();
  const { page } = terminal;
  const clipboard = await reader(terminal, "one");
  await clipboard.put("make \\\n  -j4 \\\n  all\n");
  await page.keyboard.press("Control+Shift+V");
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.keyboard.press("Control+Shift+V");
  await expect(page.getByRole("button", { name: "Paste 3 lines" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await page.keyboard.press("Control+Shift+V");
  await page.getByRole("button", { name: "Paste as one line" }).click();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Control+d");
  await terminal.shows(sum("make -j4 all\n"));
});

test("the question can be put off for a build, and another build asks again", async ({ dana }) => {
  const { terminal } = await dana.terminal();
  const { page } = terminal;
  const clipboard = await reader(terminal, "quiet");
  await clipboard.put("a\nb\n");
  await page.keyboard.press("Control+Shift+V");
  await page.getByRole("checkbox", { name: "Do not ask again for this build" }).check();
  await page.getByRole("button", { name: "Paste 2 lines" }).click();
  await terminal.shows(/^reading\na\nb$/m);
  await page.keyboard.press("Control+Shift+V");
  await terminal.shows(/^reading\na\nb\na\nb$/m);
  await page.keyboard.press("Control+d");
  await terminal.shows(sum("a\nb\na\nb\n"));
  await page.reload();
  await terminal.state("live");
  await terminal.element.click();
  await reader(terminal, "still-quiet");
  await page.keyboard.press("Control+Shift+V");
  await terminal.shows(/still-quiet\nreading\na\nb$/m);
  await page.keyboard.press("Control+d");
  await terminal.shows(sum("a\nb\n"));

  const { terminal: other } = await dana.terminal();
  await reader(other, "asked");
  await clipboard.put("a\nb\n").catch(() => {});
  await other.page.keyboard.press("Control+Shift+V");
  await expect(other.page.getByRole("dialog", { name: "Paste 2 lines?" })).toBeVisible();
});

test("a shell that knows pastes gets them whole, and no paste ends itself", async ({ dana }) => {
  const { terminal } = await dana.terminal();
  const clipboard = await new Clipboard(terminal.page).allow();
  await terminal.element.click();
  await clipboard.put("echo one-$((1 + 1))\necho \x1b[201~two\x03-$((1 + 1))\n");
  await terminal.page.keyboard.press("Control+Shift+V");
  await terminal.shows(/echo one-\$\(\(1 \+ 1\)\)\s*\n?.*echo two-\$\(\(1 \+ 1\)\)/);
  expect(await terminal.text()).not.toMatch(/^(one|two)-2$/m);
  await terminal.page.keyboard.press("Enter");
  await terminal.shows(/^one-2$/m);
  await terminal.shows(/^two-2$/m);
});

test("much text arrives complete while the machine reads by lines", async ({ dana }) => {
  const { terminal } = await dana.terminal();
  const { page } = terminal;
  const clipboard = await reader(terminal, "much");
  const text = `${Array.from({ length: 6000 }, (_, n) => `${n} größer als 日本 ${"x".repeat(n % 90)}`).join("\n")}\n`;
  await clipboard.put(text);
  await page.keyboard.press("Control+Shift+V");
  await page.getByRole("button", { name: "Paste 6000 lines" }).click();
  await terminal.shows(/^5999 größer/m);
  await page.keyboard.press("Control+d");
  await terminal.shows(sum(text));
});

test("the middle button and the menu come the same way", async ({ dana }) => {
  const { terminal } = await dana.terminal();
  const { page } = terminal;
  const clipboard = await reader(terminal, "ways");
  await clipboard.put("a\nb\n");
  await terminal.element.click({ button: "right" });
  await page.getByRole("menuitem", { name: "Paste" }).click();
  await expect(page.getByRole("dialog", { name: "Paste 2 lines?" })).toBeVisible();
  await page.keyboard.press("Escape");
  // The middle button's clipboard is the desktop's own; the browser makes the same event of it.
  await terminal.element.locator("textarea").evaluate((area) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", "c\nd\ne\n");
    area.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, composed: true, cancelable: true }));
  });
  await expect(page.getByRole("dialog", { name: "Paste 3 lines?" })).toBeVisible();
});
