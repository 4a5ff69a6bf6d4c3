// @ts-check
// Runs the linters and the tests, one after the other, and sums up what they say.
// usage: node scripts/check.mjs [lint] [test]

import { spawn, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import path from "node:path";
import { stripVTControlCharacters } from "node:util";

const ROOT = path.join(import.meta.dirname, "..");
const REPORTS = path.join(ROOT, "target/test");
const TARGET = process.env["CARGO_TARGET_DIR"] ?? path.join(ROOT, "target");

/**
 * What a step's tests came to, and the failed ones by name.
 * @typedef {{passed: number, failed: number, skipped: number, failures?: string[]}} Counts
 */

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {[string, ...string[]]} command
 * @property {string} [in] directory
 * @property {Record<string, string>} [env]
 * @property {(output: string) => Counts} [count] set for tests, not for linters
 */

const report = (/** @type {string} */ name) => path.join(REPORTS, name);
const json = (/** @type {string} */ name) => JSON.parse(readFileSync(report(name), "utf8"));

/** Says before the tests whether there is a PostgreSQL to run them on. */
const CARGO_TEST =
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is the shell that fills this in
  'echo "postgres: ${TRANSOM_TEST_POSTGRES_URL:+there}"; exec cargo test --workspace --locked --no-fail-fast';

/** @param {string} output */
function cargoCounts(output) {
  const failures = [...output.matchAll(/^test (.+) \.\.\. FAILED$/gm)].map(([, name]) => String(name));
  const counts = { passed: 0, failed: 0, skipped: 0, failures };
  for (const [, passed, failed, ignored] of output.matchAll(
    /^test result: \w+\. (\d+) passed; (\d+) failed; (\d+) ignored/gm,
  )) {
    counts.passed += Number(passed);
    counts.failed += Number(failed);
    counts.skipped += Number(ignored);
  }
  if (!output.includes("postgres: there")) {
    // Without a server these return at once, which cargo takes for a pass.
    const hollow = output.match(/^test .*::on_postgres \.\.\. ok$/gm)?.length ?? 0;
    counts.passed -= hollow;
    counts.skipped += hollow;
  }
  return counts;
}

function vitestCounts() {
  const { numPassedTests, numFailedTests, numPendingTests, testResults } = json("web.json");
  /** @type {{status: string, fullName: string}[]} */
  const results = testResults.flatMap((/** @type {any} */ file) => file.assertionResults);
  const failures = results.filter(({ status }) => status === "failed").map(({ fullName }) => fullName);
  return { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests, failures };
}

function nodeCounts() {
  const tap = readFileSync(report("demo.tap"), "utf8");
  const of = (/** @type {string} */ what) => Number(tap.match(new RegExp(`^# ${what} (\\d+)$`, "m"))?.[1] ?? 0);
  const failures = [...tap.matchAll(/^ *not ok \d+ - (.+)$/gm)].map(([, name]) => String(name));
  return { passed: of("pass"), failed: of("fail") + of("cancelled"), skipped: of("skipped") + of("todo"), failures };
}

/** @param {string} file */
function playwrightCounts(file) {
  const { stats, suites } = json(file);
  const { expected, unexpected, flaky, skipped } = stats;
  return { passed: expected + flaky, failed: unexpected, skipped, failures: suites.flatMap(playwrightFailures) };
}

/**
 * Those that failed at least once; each with its line and the first lines of why.
 * @param {any} suite
 * @returns {string[]}
 */
function playwrightFailures({ specs = [], suites = [] }) {
  const named = specs.flatMap((/** @type {any} */ { ok, title, file, line, tests }) => {
    const errors = tests.flatMap((/** @type {any} */ test) => test.results.flatMap((/** @type {any} */ r) => r.errors));
    if (errors.length === 0) return [];
    const why = stripVTControlCharacters(errors[0].message ?? "").split("\n", 8);
    return [[`${file}:${line} ${title}${ok ? " (passed at the second try)" : ""}`, ...why].join("\n          ")];
  });
  return [...named, ...suites.flatMap(playwrightFailures)];
}

/** @type {Step[]} */
const LINT = [
  { name: "rustfmt", command: ["cargo", "fmt", "--all", "--check"] },
  { name: "clippy", command: ["cargo", "clippy", "--workspace", "--all-targets", "--locked", "--", "-D", "warnings"] },
  { name: "web: biome", command: ["npm", "run", "--silent", "lint"], in: "web" },
  { name: "web: tsc", command: ["npm", "run", "--silent", "check"], in: "web" },
  { name: "demo, scripts, browser tests: biome", command: ["npm", "run", "--silent", "lint"], in: "tests/browser" },
  { name: "demo, scripts, browser tests: tsc", command: ["npm", "run", "--silent", "check"], in: "tests/browser" },
];

/** @type {Step[]} */
const TEST = [
  // The browser tests need the server; built first, the same build serves the tests of the workspace.
  { name: "server", command: ["cargo", "build", "--workspace", "--locked"] },
  { name: "cargo test", command: ["server/with-postgres.sh", "sh", "-c", CARGO_TEST], count: cargoCounts },
  {
    name: "vitest",
    command: [
      "npx",
      "vitest",
      "run",
      "--reporter=default",
      "--reporter=json",
      `--outputFile.json=${report("web.json")}`,
    ],
    in: "web",
    count: vitestCounts,
  },
  {
    name: "demo",
    command: [
      "node",
      "--test",
      "--test-reporter=spec",
      "--test-reporter-destination=stdout",
      "--test-reporter=tap",
      `--test-reporter-destination=${report("demo.tap")}`,
      "test/",
    ],
    in: "deploy/demo",
    count: nodeCounts,
  },
  {
    name: "browser",
    command: ["npx", "playwright", "test", "--reporter=list,json"],
    in: "tests/browser",
    env: { PLAYWRIGHT_JSON_OUTPUT_FILE: report("browser.json"), TRANSOM_BIN: path.join(TARGET, "debug/transom") },
    count: () => playwrightCounts("browser.json"),
  },
  {
    name: "firefox",
    command: ["npx", "playwright", "test", "-c", "firefox", "--reporter=list,json"],
    in: "tests/browser",
    env: { PLAYWRIGHT_JSON_OUTPUT_FILE: report("firefox.json"), TRANSOM_BIN: path.join(TARGET, "debug/transom") },
    count: () => playwrightCounts("firefox.json"),
  },
];

/** @param {Step} step @returns {Promise<{code: number | null, output: string}>} */
function run(step) {
  console.log(`\n== ${step.name}: ${step.command.join(" ")}`);
  const [file, ...args] = step.command;
  const child = spawn(file, args, {
    cwd: path.join(ROOT, step.in ?? ""),
    env: { ...process.env, CARGO_TERM_COLOR: "never", ...step.env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text) => {
    output += text;
    process.stdout.write(text);
  });
  return new Promise((resolve) => {
    child.once("error", (error) => resolve({ code: 1, output: error.message }));
    child.once("close", (code) => resolve({ code, output }));
  });
}

/** @param {Step} step @returns {Promise<Counts & {name: string}>} */
async function outcome(step) {
  const { code, output } = await run(step);
  const counts = { passed: 0, failed: 0, skipped: 0 };
  try {
    Object.assign(counts, step.count?.(output));
  } catch (error) {
    console.log(`no report of ${step.name}: ${error instanceof Error ? error.message : error}`);
  }
  // A runner that broke, or that had nothing to run, has not passed.
  const nothing = step.count && counts.passed + counts.failed === 0;
  if ((code !== 0 && counts.failed === 0) || nothing) counts.failed += 1;
  return { name: step.name, ...counts };
}

function deny() {
  if (spawnSync("cargo", ["deny", "--version"], { stdio: "ignore" }).status !== 0) {
    console.log("\n== cargo deny is not installed: advisories, licences and sources are not checked here");
    return [];
  }
  return [/** @type {Step} */ ({ name: "cargo deny", command: ["cargo", "deny", "--locked", "check"] })];
}

const wanted = process.argv.slice(2);
rmSync(REPORTS, { recursive: true, force: true });
mkdirSync(REPORTS, { recursive: true });
const steps = [...(wanted.includes("lint") ? [...LINT, ...deny()] : []), ...(wanted.includes("test") ? TEST : [])];
/** @type {(Counts & {name: string})[]} */
const outcomes = [];
for (const step of steps) outcomes.push(await outcome(step));

console.log("");
for (const { name, passed, failed, skipped, failures = [] } of outcomes) {
  const left = skipped > 0 ? `, ${skipped} skipped` : "";
  console.log(
    `  ${failed > 0 ? "FAILED" : "ok    "}  ${name}${passed + failed > 0 ? `: ${passed} passed, ${failed} failed${left}` : ""}`,
  );
  for (const failure of failures) console.log(`        - ${failure}`);
}
const sum = (/** @type {"passed" | "failed"} */ key) => outcomes.reduce((total, one) => total + one[key], 0);
console.log(`${sum("passed")} passed, ${sum("failed")} failed`);
process.exitCode = sum("failed") > 0 ? 1 : 0;
