// What a terminal is for: keys, sizes, colours, all of Unicode, and the end of a shell.
import { expect, test } from "../support/test.ts";

// True colours are shown as they are only where they can be read on the background.
test.use({ colorScheme: "dark" });

test("what is typed is run, and keys with a meaning have it", async ({ dana }) => {
  const { terminal } = await dana.terminal();
  await terminal.run("echo one-$((1 + 1))");
  await terminal.shows(/^one-2$/m);
  await terminal.page.keyboard.press("ArrowUp");
  await terminal.page.keyboard.press("Enter");
  await terminal.shows(/^one-2$[\s\S]*^one-2$/m);
  await terminal.run("sh -c 'echo asleep; exec sleep 600'");
  await terminal.shows(/^asleep$/m);
  await terminal.page.keyboard.press("Control+c");
  await terminal.run("echo status=$?");
  await terminal.shows(/^status=130$/m);
});

test("the terminal follows the size of the window", async ({ dana }) => {
  const { terminal } = await dana.terminal();
  // A program of its own: only what stands in front of the terminal is told of a new size.
  const watch = 'trap "stty size" WINCH; echo watching; while :; do sleep 0.1; done';
  await terminal.run(`stty size; sh -c '${watch}'`);
  const [, rows = "", columns = ""] = await terminal.shows(/^(\d+) (\d+)\nwatching$/m);
  await terminal.page.setViewportSize({ width: 760, height: 500 });
  const [, rowsNow = "", columnsNow = ""] = await terminal.shows(/^watching\n(?:.*\n)*(\d+) (\d+)$/m);
  expect(Number(rowsNow)).toBeLessThan(Number(rows));
  expect(Number(columnsNow)).toBeLessThan(Number(columns));
});

test("colours arrive as they were sent", async ({ dana }) => {
  const { terminal } = await dana.terminal();
  await terminal.run(
    String.raw`printf '%b' '\033[38;2;1;200;3mtrue\033[0m \033[38;5;208mindexed\033[0m \033[1;31mnamed\033[0m plain\n'`,
  );
  await terminal.shows(/^true indexed named plain$/m);
  const color = (text: string) =>
    terminal.element
      .locator(".xterm-rows span")
      .filter({ hasText: new RegExp(`^${text}$`) })
      .evaluate((span) => getComputedStyle(span).color);
  expect(await color("true")).toBe("rgb(1, 200, 3)");
  expect(await color("indexed")).toBe("rgb(255, 135, 0)");
  expect(await color("named")).toMatch(/^rgb\((2\d\d), /);
});

test("all of Unicode comes back as it was typed", async ({ dana }) => {
  const { terminal } = await dana.terminal();
  const text = "naïve Ωμέγα 日本語 한국어 👩‍💻 e\u0301";
  await terminal.element.click();
  await terminal.page.keyboard.insertText(`printf '<%s>\\n' '${text}'`);
  await terminal.page.keyboard.press("Enter");
  await expect.poll(async () => (await terminal.text()).split("\n")).toContain(`<${text}>`);
});

test("after exit the page says so, and Enter brings a new shell", async ({ dana }) => {
  const { terminal } = await dana.terminal();
  const first = await terminal.shellPid();
  await terminal.run("exit 3");
  await terminal.shows(/Shell exited with code 3\. Press Enter for a new shell\./);
  await terminal.page.keyboard.press("Enter");
  await terminal.prompt();
  expect(await terminal.shellPid()).not.toBe(first);
});
