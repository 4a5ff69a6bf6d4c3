// @ts-check
// All builds since the demo started. They are kept in memory.

import { EventEmitter } from "node:events";
import { Build } from "./build.js";
import { runBuild } from "./course.js";

/** @typedef {import("./build.js").Wish} Wish */
/** @typedef {import("./course.js").Surroundings} Surroundings */
/** @typedef {import("./people.js").Person} Person */

/** @extends EventEmitter<{change: []}> */
export class Builds extends EventEmitter {
  /** @type {Build[]} */
  #builds = [];
  /** @type {Set<Promise<void>>} */
  #running = new Set();

  /** @param {Surroundings} around */
  constructor(around) {
    super();
    this.setMaxListeners(0);
    this.around = around;
  }

  /** @param {Wish} wish @param {Person} startedBy */
  start(wish, startedBy) {
    const build = new Build(this.#builds.length + 1, wish, startedBy);
    this.#builds.push(build);
    for (const event of /** @type {const} */ (["change", "access"])) build.on(event, () => this.emit("change"));
    const course = runBuild(build, this.around)
      .catch((error) => console.error(`build ${build.id}:`, error))
      .finally(() => this.#running.delete(course));
    this.#running.add(course);
    this.emit("change");
    return build;
  }

  /** @param {string} id */
  find(id) {
    return this.#builds.find((build) => build.id === id);
  }

  /** Newest first. */
  list() {
    return this.#builds.toReversed();
  }

  /** Waits until every machine is gone. */
  async settled() {
    await Promise.allSettled(this.#running);
  }
}
