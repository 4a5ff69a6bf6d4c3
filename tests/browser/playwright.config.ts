// Chromium against the demo: the real server, the demo dashboard, OpenSSH machines.
import { defineConfig } from "@playwright/test";

export default defineConfig({
  testDir: "specs",
  outputDir: "../../target/browser/results",
  // One demo at a time: the machine that runs this has few cores, and each build is a real one.
  workers: 1,
  forbidOnly: Boolean(process.env["CI"]),
  // A browser, an X server and a build share two cores there; what passes only at the second try is named in the sums.
  retries: process.env["CI"] ? 1 : 0,
  timeout: 120_000,
  expect: { timeout: 15_000 },
  use: {
    viewport: { width: 1120, height: 720 },
    locale: "en-GB",
    screenshot: "only-on-failure",
    // Tracing every action slows all tests.
    trace: process.env["CI"] ? "on-first-retry" : "retain-on-failure",
    launchOptions: {
      executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"],
    },
  },
});
