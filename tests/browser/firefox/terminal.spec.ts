// What the terminal page is for, in Firefox.
import { expect, test } from "./firefox.ts";

test("a prompt comes, and what is typed is run", async ({ open }) => {
  const { terminal } = await open();
  await terminal.run("echo one-$((1 + 1)) ünï 日本");
  await terminal.shows(/^one-2 ünï 日本$/m);
  expect(new URL(terminal.page.url()).hash).toBe("");
  await terminal.picture("firefox-terminal");
});

test("keys with a meaning have it", async ({ open }) => {
  const { terminal } = await open();
  await terminal.run("sh -c 'echo asleep; exec sleep 600'");
  await terminal.shows(/^asleep$/m);
  await terminal.page.keyboard.down("Control");
  await terminal.page.keyboard.press("c");
  await terminal.page.keyboard.up("Control");
  await terminal.run("echo status=$?");
  await terminal.shows(/^status=130$/m);
  await terminal.page.keyboard.press("ArrowUp");
  await terminal.page.keyboard.press("ArrowUp");
  await terminal.page.keyboard.press("ArrowDown");
  await terminal.page.keyboard.press("Enter");
  await terminal.shows(/^status=0$/m);
});

test("a paste of one line goes in as it is", async ({ open }) => {
  const { terminal } = await open();
  await terminal.page.evaluate(() => {
    // Firefox has its own way to say what such an event carries.
    const init = { dataType: "text/plain", data: "echo pasted-$((20 + 3))", bubbles: true, composed: true };
    const inside = document.querySelector("transom-terminal")?.shadowRoot?.querySelector("textarea");
    inside?.dispatchEvent(new ClipboardEvent("paste", init));
  });
  await terminal.shows(/echo pasted-/);
  await terminal.page.keyboard.press("Enter");
  await terminal.shows(/^pasted-23$/m);
});

test("a cut connection loses nothing, neither what was printed nor what was typed", async ({ open, demo }) => {
  const { terminal } = await open();
  const shell = await terminal.shellPid();
  await terminal.run("for i in $(seq 1 30); do echo line $i.; sleep 0.1; done; read -r word; echo got=$word.");
  await terminal.shows(/^line 5\.$/m);
  demo.cable.pull();
  await terminal.state("reconnecting");
  await terminal.run("typed-while-away");
  demo.cable.plugIn();
  await terminal.state("live");
  await terminal.shows(/^got=typed-while-away\.$/m);
  const lines = (await terminal.text()).match(/^line \d+\.$/gm);
  expect(lines).toEqual(Array.from({ length: 30 }, (_, i) => `line ${i + 1}.`));
  expect(await terminal.shellPid()).toBe(shell);
});

test("a reload comes back to the same shell", async ({ open }) => {
  const { terminal } = await open();
  const shell = await terminal.shellPid();
  terminal.page.on("dialog", (dialog) => void dialog.accept());
  await terminal.page.reload();
  await terminal.page.waitForSelector("transom-terminal");
  await terminal.state("live");
  await terminal.shows(new RegExp(`=${shell}\\.`));
  expect(await terminal.shellPid()).toBe(shell);
});

test("after exit Enter brings a new shell below the old one's output", async ({ open }) => {
  const { terminal } = await open();
  const first = await terminal.shellPid();
  await terminal.run("exit 4");
  await terminal.shows(/Shell exited with code 4\. Press Enter for a new shell\.$/);
  await terminal.page.keyboard.press("Enter");
  await terminal.prompt();
  expect(await terminal.shellPid()).not.toBe(first);
  expect(await terminal.text()).toContain(`=${first}.`);
});

test("a second terminal opens as a tab, and keys go between the two", async ({ open }) => {
  const { terminal } = await open();
  const first = await terminal.shellPid();
  await terminal.click("button", "New terminal");
  await expect.poll(() => terminal.tabs()).toBe(2);
  await terminal.prompt();
  const second = await terminal.shellPid();
  expect(second).not.toBe(first);
  await terminal.picture("firefox-tabs");
  const { keyboard } = terminal.page;
  await keyboard.down("Control");
  await keyboard.down("Shift");
  await keyboard.press("ArrowLeft");
  await keyboard.up("Shift");
  await keyboard.up("Control");
  await terminal.shows(new RegExp(`=${first}\\.`));
  expect(await terminal.shellPid()).toBe(first);
});

test("a flood is shown to its last line, and Ctrl-C ends one", async ({ open }) => {
  const { terminal } = await open();
  await terminal.run("seq 1 200000; echo done-$((1 + 1))");
  await terminal.shows(/^199999\n200000\ndone-2$/m);
  await terminal.run("yes");
  await terminal.shows(/^y\ny\ny$/m);
  await terminal.page.keyboard.down("Control");
  await terminal.page.keyboard.press("c");
  await terminal.page.keyboard.up("Control");
  await terminal.run("echo over-$((2 + 2))");
  await terminal.shows(/^over-4$/m);
});
