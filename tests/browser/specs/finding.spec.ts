// Looking for text in the output.
import { everybodyCanUse } from "../support/look.ts";
import { expect, test } from "../support/test.ts";

test("matches are counted, walked through, and narrowed", async ({ dana }) => {
  const { terminal } = await dana.terminal();
  const { page } = terminal;
  await terminal.run("clear; seq -f 'row %g ok' 1 200; echo 'Row x; crow 1. (end'");
  await terminal.shows(/^Row x; crow 1\. \(end$/m);
  await page.keyboard.press("Control+Shift+F");
  const bar = page.getByRole("search");
  const found = bar.getByRole("status");
  await page.keyboard.type("row 1");
  // 1, 10 to 19, 100 to 199, and the crow.
  await expect(found).toHaveText("112 of 112");
  await page.keyboard.press("Enter");
  await expect(found).toHaveText("111 of 112");
  await page.keyboard.press("Shift+Enter");
  await expect(found).toHaveText("112 of 112");
  await bar.getByRole("button", { name: "Next match" }).click();
  await expect(found).toHaveText("1 of 112");
  await bar.getByRole("button", { name: "Whole words" }).click();
  await expect(found).toHaveText(/ of 1$/);
  await bar.getByRole("button", { name: "Whole words" }).click();
  await bar.getByLabel("Find in the terminal").fill("row x");
  await expect(found).toHaveText("1 of 1");
  await bar.getByRole("button", { name: "Match case" }).click();
  await expect(found).toHaveText("No matches");
  await bar.getByRole("button", { name: "Match case" }).click();
  await bar.getByLabel("Find in the terminal").fill("row 19[0-9]+ ok");
  await expect(found).toHaveText("No matches");
  await bar.getByRole("button", { name: "Regular expression" }).click();
  await expect(found).toHaveText("10 of 10");
  await bar.getByLabel("Find in the terminal").fill("(end");
  await expect(found).toHaveText("Not a valid expression");
  await bar.getByRole("button", { name: "Regular expression" }).click();
  await expect(found).toHaveText("1 of 1");
  await page.keyboard.press("Escape");
  await expect(bar).toHaveCount(0);
  await page.keyboard.type("echo back-$((1 + 1))");
  await page.keyboard.press("Enter");
  await terminal.shows(/^back-2$/m);
});

test("matches stand out and stay readable in every theme", async ({ dana }) => {
  test.slow();
  const { terminal } = await dana.terminal();
  const { page } = terminal;
  await terminal.run(
    String.raw`clear; printf '%b' '\033[31mneedle\033[0m \033[34mneedle\033[0m \033[90mneedle\033[0m needle\n'`,
  );
  await terminal.shows(/^needle needle needle needle$/m);
  await page.keyboard.press("Control+Shift+F");
  await page.keyboard.type("needle");
  await expect(page.getByRole("search").getByRole("status")).toHaveText(/ of \d+$/);
  await everybodyCanUse(page, "terminal-search");
  await page.setViewportSize({ width: 360, height: 640 });
  await everybodyCanUse(page, "terminal-search-360");
  await page.setViewportSize({ width: 1120, height: 720 });
  await page.getByRole("button", { name: "View settings" }).click();
  for (const palette of ["transom-dark", "transom-light", "high-contrast", "solarized-dark", "solarized-light"]) {
    await page.getByLabel("Terminal colours").selectOption(palette);
    const floor = palette === "high-contrast" ? 7 : 4.5;
    await expect
      .poll(() => terminal.lowestContrast(/^needle/), { message: palette })
      .toBeGreaterThanOrEqual(floor - 0.05);
  }
});
