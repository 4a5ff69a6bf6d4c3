// Chromium and the release server, measured: npx playwright test -c bench
import { defineConfig } from "@playwright/test";
import tests from "../playwright.config.ts";

export default defineConfig({
  ...tests,
  testDir: ".",
  testMatch: "*.bench.ts",
  timeout: 600_000,
  retries: 0,
  use: { ...tests.use, trace: "off", screenshot: "off" },
});
