// From the click on "Open terminal" on the access page to the first byte of a prompt on the screen.
import { Terminal } from "../support/terminal.ts";
import { test } from "../support/test.ts";
import { fromDisk } from "./from-disk.ts";

const RUNS = Number(process.env["RUNS"] ?? 7);

test("click to prompt", async ({ dana, demo, context }) => {
  await fromDisk(context);
  const build = await demo.build({ scenario: "long", remote_access: true });
  const page = await dana.open(await dana.look(build), "Open build access");
  // Both pages are of one origin, so a mark in its storage outlives the click; clocks agree within the process.
  await page.addInitScript(() => {
    document.addEventListener("click", () => sessionStorage.setItem("clicked", String(Date.now())), true);
    const look = () => {
      const rows = document.querySelector("transom-terminal")?.shadowRoot?.querySelector(".xterm-rows");
      if (!/\$/.test(rows?.textContent ?? "")) requestAnimationFrame(look);
      else Object.assign(window, { promptAt: Date.now() });
    };
    requestAnimationFrame(look);
  });
  const took: number[] = [];
  for (let run = 0; run < RUNS; run += 1) {
    await page.goto(`${demo.transomUrl}/b/${build}`);
    // For the prefetch, which nothing on the page tells of.
    await page.waitForTimeout(2000);
    await page.getByRole("button", { name: "Open terminal" }).click();
    await page.waitForURL(/\/terminal/);
    const handle = await page.waitForFunction(() => (window as unknown as { promptAt?: number }).promptAt);
    const clicked = await page.evaluate(() => Number(sessionStorage.getItem("clicked")));
    took.push(((await handle.jsonValue()) ?? 0) - clicked);
    const entries = await page.evaluate(() => {
      const all = performance.getEntriesByType("resource") as PerformanceResourceTiming[];
      return all.map(
        (e) => `${Math.round(e.startTime)}-${Math.round(e.responseEnd)} ${e.transferSize} ${new URL(e.name).pathname}`,
      );
    });
    if (run === RUNS - 1) console.log(entries.join("\n"));
    await new Terminal(page).run("exit");
    await new Terminal(page).state("ended");
  }
  console.log(`click to prompt, ms: ${took.join(" ")}`);
});
