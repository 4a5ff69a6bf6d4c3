// @ts-check
// The builds that can be started: a branch of the sample project and the steps to run on it.

import { createHash } from "node:crypto";
import { cp, readdir, readFile } from "node:fs/promises";
import path from "node:path";

const SAMPLE = path.join(import.meta.dirname, "..", "sample");

export const PROJECT = "price-list";

/**
 * @typedef {object} Scenario
 * @property {string} key
 * @property {string} words what happens, for the dialog
 * @property {string} branch
 * @property {(stepSeconds: number) => StepPlan[]} steps
 * @property {boolean} [waits] whether it waits at a step that failed until somebody says how it goes on
 */

/** @typedef {{name: string, command: string}} StepPlan */

const before = [
  { name: "Look at the machine", command: "uname -srm && id -un && pwd && ls -l" },
  { name: "Build", command: "./task build" },
];
const test = { name: "Test", command: "./task test" };
const after = [{ name: "Package", command: "./task package" }];

/** @type {readonly Scenario[]} */
export const SCENARIOS = [
  { key: "fails", words: "a test fails", branch: "discounts", steps: () => [...before, test, ...after] },
  {
    key: "waits",
    words: "waits where a test fails",
    branch: "discounts",
    steps: () => [...before, test, ...after],
    waits: true,
  },
  { key: "passes", words: "everything passes", branch: "main", steps: () => [...before, test, ...after] },
  {
    key: "long",
    words: "runs long",
    branch: "main",
    steps: (s) => [...before, test, { name: "Soak", command: `./task soak ${s}` }, ...after],
  },
];

/** @param {unknown} key */
export function scenario(key) {
  return SCENARIOS.find((s) => s.key === key);
}

/**
 * Puts a branch of the sample project into `directory`.
 *
 * @param {string} branch
 * @param {string} directory
 */
export async function checkOut(branch, directory) {
  await cp(path.join(SAMPLE, "project"), directory, { recursive: true });
  if (branch !== "main") {
    await cp(path.join(SAMPLE, "branches", branch), directory, { recursive: true });
  }
}

/**
 * A short name for the exact content of a directory, as a commit would be.
 *
 * @param {string} directory
 */
export async function fingerprint(directory) {
  const hash = createHash("sha256");
  for (const name of (await readdir(directory, { recursive: true })).sort()) {
    const content = await readFile(path.join(directory, name)).catch(() => "");
    hash.update(name).update("\0").update(content).update("\0");
  }
  return hash.digest("hex").slice(0, 7);
}
