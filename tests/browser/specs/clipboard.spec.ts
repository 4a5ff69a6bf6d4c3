// Copying by hand, and what programs may do with the clipboard.
import { Clipboard } from "../support/clipboard.ts";
import type { Demo } from "../support/demo.ts";
import { everybodyCanUse } from "../support/look.ts";
import { Terminal } from "../support/terminal.ts";
import { expect, type Person, test } from "../support/test.ts";

const VIEW = ["terminal.view", "terminal.control"];

/** A terminal of somebody whose token has exactly these capabilities. */
async function terminalWith(person: Person, demo: Demo, capabilities: string[]): Promise<Terminal> {
  const build = await demo.build({ scenario: "long", remote_access: true });
  const dashboard = await person.look(build);
  await expect(dashboard.getByRole("region", { name: "Explore build machine" })).toHaveAttribute("data-state", "ready");
  const reply = await demo.api("POST", `/builds/${build}/tokens`, { sub: "ann", name: "Ann", capabilities });
  const page = await person.context.newPage();
  await page.goto(((await reply.json()) as { url: string }).url);
  await page.getByRole("button", { name: "Open terminal" }).click();
  return new Terminal(page).prompt();
}

async function select(terminal: Terminal, text: string): Promise<void> {
  const row = terminal.element
    .locator(".xterm-rows > div")
    .filter({ hasText: new RegExp(`^${text}`) })
    .last();
  const box = await row.boundingBox();
  if (!box) throw new Error(`no row ${text}`);
  await terminal.page.mouse.move(box.x + 1, box.y + box.height / 2);
  await terminal.page.mouse.down();
  await terminal.page.mouse.move(box.x + box.width - 2, box.y + box.height / 2, { steps: 4 });
  await terminal.page.mouse.up();
}

test("Ctrl+C copies what is selected, without the blanks at the end, and interrupts otherwise", async ({ dana }) => {
  const { terminal } = await dana.terminal();
  const clipboard = await new Clipboard(terminal.page).allow();
  await clipboard.put("before");
  await terminal.run("clear; printf 'copied line   \\n'; sh -c 'echo asleep; exec sleep 600'");
  await terminal.shows(/^asleep$/m);
  await select(terminal, "copied line");
  expect(await clipboard.text()).toBe("before");
  await terminal.page.keyboard.press("Control+c");
  await expect.poll(() => clipboard.text()).toBe("copied line");
  await terminal.page.keyboard.press("Control+c");
  await terminal.page.keyboard.type("echo status=$?");
  await terminal.page.keyboard.press("Enter");
  await terminal.shows(/^status=130$/m);
  await select(terminal, "status=130");
  await terminal.page.keyboard.press("Control+Shift+C");
  await expect.poll(() => clipboard.text()).toBe("status=130");
});

test("a wrapped line is copied as the one line that it is", async ({ dana }) => {
  const { terminal } = await dana.terminal();
  const clipboard = await new Clipboard(terminal.page).allow();
  await terminal.run("clear; printf 'A%0300dZ\\n' 7");
  await terminal.shows(/^A0+7Z$/m);
  await terminal.element.click({ button: "right" });
  await terminal.page.getByRole("menuitem", { name: "Select all" }).click();
  await terminal.page.keyboard.press("Control+c");
  await expect.poll(() => clipboard.text()).toMatch(/^A0{299}7Z$/m);
});

test("copying what is selected is an option, and off at first", async ({ dana }) => {
  const { terminal } = await dana.terminal();
  const { page } = terminal;
  const clipboard = await new Clipboard(page).allow();
  await clipboard.put("before");
  await terminal.run("clear; echo selected-text");
  await terminal.shows(/^selected-text$/m);
  await select(terminal, "selected-text");
  expect(await clipboard.text()).toBe("before");
  await page.getByRole("button", { name: "View settings" }).click();
  await page.getByRole("checkbox", { name: "Copy what is selected" }).check();
  await page.keyboard.press("Escape");
  await select(terminal, "selected-text");
  await expect.poll(() => clipboard.text()).toBe("selected-text");
});

test("the right button opens a menu, or copies and pastes", async ({ dana }) => {
  const { terminal } = await dana.terminal();
  const { page } = terminal;
  const clipboard = await new Clipboard(page).allow();
  await terminal.run("clear; echo by-mouse");
  await terminal.shows(/^by-mouse$/m);
  await terminal.element.click({ button: "right" });
  const menu = page.getByRole("menu", { name: "Terminal" });
  await expect(menu.getByRole("menuitem", { name: "Copy" })).toBeDisabled();
  await expect(menu.getByRole("menuitem", { name: "Paste" })).toBeFocused();
  await everybodyCanUse(page, "terminal-menu");
  await page.keyboard.press("ArrowDown");
  await expect(menu.getByRole("menuitem", { name: "Select all" })).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(menu).toHaveCount(0);
  await page.keyboard.type("echo still-here");
  await terminal.shows(/echo still-here$/);
  await page.keyboard.press("Control+u");

  await page.getByRole("button", { name: "View settings" }).click();
  await page.getByLabel("Right click").selectOption("paste");
  await page.keyboard.press("Escape");
  await select(terminal, "by-mouse");
  await terminal.element.click({ button: "right" });
  await expect.poll(() => clipboard.text()).toBe("by-mouse");
  await clipboard.put("echo pasted-$((1 + 1))");
  await terminal.element.click({ button: "right" });
  await terminal.shows(/echo pasted-\$\(\(1 \+ 1\)\)$/);
  await expect(menu).toHaveCount(0);
});

test("a program that takes the mouse takes the right button, too", async ({ dana }) => {
  const { terminal } = await dana.terminal();
  const { page } = terminal;
  await terminal.run(String.raw`clear; printf '\033[?1000h\033[?1006h'; cat -v`);
  await expect.poll(() => terminal.text()).not.toMatch(/\$/);
  await terminal.element.click({ button: "right" });
  await terminal.shows(/\^\[\[<2;\d+;\d+M/);
  await expect(page.getByRole("menu", { name: "Terminal" })).toHaveCount(0);
  await terminal.element.click({ button: "right", modifiers: ["Shift"] });
  await expect(page.getByRole("menu", { name: "Terminal" })).toBeVisible();
});

test("a program puts text on the clipboard, which is said, and never reads it", async ({ dana, demo }) => {
  const terminal = await terminalWith(dana, demo, [...VIEW, "clipboard.read"]);
  const { page } = terminal;
  const clipboard = await new Clipboard(page).allow();
  await clipboard.put("secret");
  await terminal.run(
    String.raw`printf '\033]52;c;?\007'; printf '\033]52;c;%s\007' "$(seq 12 | base64 -w0)"; echo done-$((1 + 1))`,
  );
  await terminal.shows(/^done-2$/m);
  await expect(page.getByText("The machine put 12 lines on your clipboard.")).toBeVisible();
  await page.screenshot({ path: "../../target/screens/terminal-clipboard.png" });
  const numbers = Array.from({ length: 12 }, (_, n) => `${n + 1}\n`).join("");
  expect(await clipboard.text()).toBe(numbers);
  // An answer to the question would have been typed into the shell by now.
  await terminal.run("echo quiet-$((1 + 1))");
  await terminal.shows(/^quiet-2$/m);
  expect(await terminal.text()).not.toContain(Buffer.from("secret").toString("base64"));
  // More than 1 MiB is not put there.
  await terminal.run(
    String.raw`printf '\033]52;c;'; head -c 1200000 /dev/zero | tr '\0' a | base64 -w0; printf '\007'`,
  );
  await expect(page.getByText(/more than 1 MiB on your clipboard/)).toBeVisible();
  expect(await clipboard.text()).toBe(numbers);
  // Nor is anything while the person is elsewhere on the page.
  await terminal.run(
    String.raw`echo waiting; sleep 1; printf '\033]52;c;%s\007' "$(echo unseen | base64)"; echo late-$((1 + 1))`,
  );
  await terminal.shows(/^waiting$/m);
  await page.getByRole("button", { name: "View settings" }).focus();
  await terminal.shows(/^late-2$/m);
  expect(await clipboard.text()).toBe(numbers);
});

test("nothing is put on the clipboard of who may take nothing from the machine", async ({ dana, demo }) => {
  const terminal = await terminalWith(dana, demo, VIEW);
  const clipboard = await new Clipboard(terminal.page).allow();
  await clipboard.put("mine");
  await terminal.run(String.raw`printf '\033]52;c;%s\007' "$(echo theirs | base64)"; echo done-$((1 + 1))`);
  await terminal.shows(/^done-2$/m);
  expect(await clipboard.text()).toBe("mine");
  await expect(terminal.page.getByText(/on your clipboard/)).toHaveCount(0);
});

test("where the browser wants a gesture the toast has a button for it", async ({ dana, demo }) => {
  const terminal = await terminalWith(dana, demo, [...VIEW, "clipboard.read"]);
  const { page } = terminal;
  const clipboard = await new Clipboard(page).allow();
  await clipboard.put("before");
  // As browsers do it that let nothing onto the clipboard but upon a click.
  await page.evaluate(() => {
    const { clipboard } = navigator;
    const write = clipboard.writeText.bind(clipboard);
    let clicked = false;
    addEventListener("click", () => (clicked = true), { capture: true });
    clipboard.writeText = async (text) => {
      if (!clicked) throw new DOMException("no gesture", "NotAllowedError");
      return write(text);
    };
  });
  await page.keyboard.type(String.raw`printf '\033]52;c;%s\007' "$(echo theirs | base64)"`);
  await page.keyboard.press("Enter");
  await expect(page.getByText("The machine wants to put 7 characters on your clipboard.")).toBeVisible();
  expect(await clipboard.text()).toBe("before");
  // It stays while somebody is at it.
  await page.getByRole("button", { name: "Copy", exact: true }).focus();
  await everybodyCanUse(page, "terminal-toast");
  await page.getByRole("button", { name: "Copy", exact: true }).click();
  await expect(page.getByText("The machine put 7 characters on your clipboard.")).toBeVisible();
  expect(await clipboard.text()).toBe("theirs\n");
});
