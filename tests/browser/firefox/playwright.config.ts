// Firefox against the demo. Playwright only runs these tests: it cannot drive a Firefox of a distribution,
// puppeteer-core can, by WebDriver BiDi.
import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: ".",
  testMatch: "*.spec.ts",
  outputDir: "../../../target/browser/firefox-results",
  workers: 1,
  forbidOnly: Boolean(process.env["CI"]),
  retries: process.env["CI"] ? 1 : 0,
  timeout: 90_000,
  expect: { timeout: 20_000 },
});
