// @ts-check
// Finding and ending every process of a machine. A real CI deletes a virtual machine here.

import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";

/**
 * The variable that every process of a machine carries, and every one that the CI has at work on it, so
 * that one which left its parent is found too. Its value is the machine's directory.
 */
export const MARK = "DEMO_MACHINE";

const PAUSE_MS = 25;
const LOOKS = 400;
const PASSES = 3;
/** After as many looks all are killed, even if there are always new ones. */
const PATIENCE = 20;

/**
 * @typedef {object} Process
 * @property {number} pid
 * @property {number} parent
 * @property {boolean} living
 * @property {string} mark empty when it has none
 */

/**
 * Ends every process of the machine in `directory`, or of all machines whose directories are in there.
 *
 * @param {string} directory
 */
export async function endAll(directory) {
  // Nothing else is the name of a machine, and an empty one would be everybody's.
  if (!path.isAbsolute(directory)) throw new Error(`no machine's directory: ${directory}`);
  /** @type {Set<number>} */
  const stopped = new Set();
  /** @type {number[]} */
  let found = [];
  let empty = 0;
  for (let look = 1; look <= LOOKS; look++) {
    found = belonging(await nextLook(), directory);
    empty = found.length === 0 ? empty + 1 : 0;
    // Once is not enough: on the way from one program to the next a process has no environment.
    if (empty === 2) return;
    const moving = found.filter((pid) => !stopped.has(pid));
    if (moving.length === 0 || look > PATIENCE) {
      signal(found, "SIGKILL");
    } else {
      // As long as a parent only stands still, a process that it started just before is found below it.
      signal(moving, "SIGSTOP");
      for (const pid of moving) stopped.add(pid);
    }
  }
  throw new Error(`these processes of ${directory} do not end: ${found.join(" ")}`);
}

/**
 * @param {number[]} pids
 * @param {NodeJS.Signals} name
 */
function signal(pids, name) {
  for (const pid of pids) {
    try {
      process.kill(pid, name);
    } catch {
      // Gone already.
    }
  }
}

/**
 * The living that carry a mark of this directory, or are below one that does.
 *
 * @param {Process[]} processes
 * @param {string} directory
 */
function belonging(processes, directory) {
  /** @type {Map<number, number[]>} */
  const children = new Map();
  for (const { pid, parent } of processes) children.set(parent, [...(children.get(parent) ?? []), pid]);
  const marked = processes.filter(({ mark }) => mark === directory || mark.startsWith(`${directory}/`));
  const found = new Set(marked.map(({ pid }) => pid));
  // What is added meanwhile is visited too.
  for (const pid of found) for (const child of children.get(pid) ?? []) found.add(child);
  return processes.filter(({ pid, living }) => living && found.has(pid)).map(({ pid }) => pid);
}

/** @type {Promise<Process[]> | undefined} */
let coming;

/** What a look shows that begins after this call. All who wait for it share it, and none comes while one is under way. */
function nextLook() {
  coming ??= wait(PAUSE_MS).then(() => {
    coming = undefined;
    return lookAround();
  });
  return coming;
}

function lookAround() {
  /** @type {Map<number, Process>} */
  const seen = new Map();
  // Again for what was started meanwhile: what started it may have gone before its turn came.
  for (let pass = 0; pass < PASSES; pass++) {
    const pids = readdirSync("/proc").map(Number).filter(Number.isInteger);
    for (const pid of pids) if (!seen.has(pid)) seen.set(pid, lookAt(pid));
  }
  return [...seen.values()];
}

/**
 * @param {number} pid
 * @returns {Process}
 */
function lookAt(pid) {
  // The command's name stands in parentheses and may hold anything.
  const stat = read(`/proc/${pid}/stat`);
  const [state = "", parent] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const variables = read(`/proc/${pid}/environ`).split("\0");
  const mark = variables.find((variable) => variable.startsWith(`${MARK}=`)) ?? "";
  const living = state !== "" && !"ZX".includes(state);
  return { pid, parent: Number(parent), living, mark: mark.slice(MARK.length + 1) };
}

/** @param {string} file */
function read(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    // The process ended, or it is somebody else's.
    return "";
  }
}
