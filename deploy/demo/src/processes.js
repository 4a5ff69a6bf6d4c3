// @ts-check
// Finding and ending every process of a machine. A real CI deletes a virtual machine here.

import { readdir, readFile } from "node:fs/promises";

/** The variable that every process of a machine carries, so that one which left its parent is found too. */
export const MARK = "DEMO_MACHINE";

/**
 * Kills `root`, all below it and all that carry the mark.
 *
 * @param {number} root
 * @param {string} mark
 */
export async function killAll(root, mark) {
  // Twice: a process may start another between the look and the signal.
  for (let round = 0; round < 2; round++) {
    for (const pid of await belongingTo(root, mark)) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // Gone already.
      }
    }
  }
}

/**
 * @param {number} root
 * @param {string} mark
 */
async function belongingTo(root, mark) {
  /** @type {Map<number, number[]>} */
  const children = new Map();
  /** @type {Set<number>} */
  const found = new Set();
  for (const name of await readdir("/proc")) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    // The command's name stands in parentheses and may hold anything; the parent is the second field after it.
    const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
    const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
    if (parent) children.set(parent, [...(children.get(parent) ?? []), pid]);
    const environment = await readFile(`/proc/${pid}/environ`, "utf8").catch(() => "");
    if (environment.split("\0").includes(`${MARK}=${mark}`)) found.add(pid);
  }
  const below = [root];
  for (let pid = below.pop(); pid !== undefined; pid = below.pop()) {
    found.add(pid);
    below.push(...(children.get(pid) ?? []));
  }
  return found;
}
