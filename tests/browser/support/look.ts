// How a page looks and whether everybody can use it, in light and dark.
import path from "node:path";
import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

const SCREENS = path.join(import.meta.dirname, "../../../target/screens");

/** Checks the page with axe in both colour schemes and keeps a picture of each. */
export async function everybodyCanUse(page: Page, name: string): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.screenshot({ path: path.join(SCREENS, `${name}-${colorScheme}.png`) });
    const { violations } = await new AxeBuilder({ page }).analyze();
    const found = violations.map(({ id, help, nodes }) => `${id}: ${help} (${nodes.map((n) => n.html).join(" ")})`);
    expect(found, `${name} in ${colorScheme}`).toEqual([]);
  }
}
