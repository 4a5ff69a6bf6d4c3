// @ts-check
// One build: what the dashboard knows of it, and who wants to hear of changes.

import { EventEmitter } from "node:events";
import { PROJECT } from "./scenarios.js";

/** @typedef {import("./people.js").Person} Person */
/** @typedef {import("./scenarios.js").Scenario} Scenario */
/** @typedef {"pending" | "running" | "succeeded" | "failed" | "skipped"} StepStatus */
/** @typedef {"succeeded" | "failed" | "cancelled" | "timed_out"} Outcome */

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {string} command
 * @property {StepStatus} status
 * @property {Date} [startedAt]
 * @property {Date} [finishedAt]
 */

/**
 * @typedef {object} Wish what somebody asked for in the dialog
 * @property {Scenario} scenario
 * @property {boolean} remoteAccess
 * @property {number} maxDurationS
 * @property {number} stepSeconds
 */

/** Kept of one step's log; the end is what matters of a failed one. */
const LOG_CHARS = 256 * 1024;

/**
 * `change`: the build's own facts; `access`: what is said of remote access; `log`: more of a step's output;
 * `releasable`: Transom says that the machine can go.
 * @extends EventEmitter<{change: [], access: [], releasable: [], log: [step: number, text: string]}>
 */
export class Build extends EventEmitter {
  /** @type {"running" | "finished"} */
  state = "running";
  /** @type {Outcome | undefined} */
  outcome;
  startedAt = new Date();
  /** @type {Date | undefined} */
  finishedAt;
  commit = "";
  /**
   * What to say of remote access; absent when nobody asked for it.
   * @type {{state: string, sentence: string, endsAt: string | null, people: string[]} | undefined}
   */
  access;
  /**
   * Where it waits for somebody who says how it goes on.
   * @type {{step: number, until: string} | null}
   */
  waiting = null;
  /** Whether its machine exists. */
  machine = false;
  /** Says that the steps must stop. */
  stopping = new AbortController();

  /**
   * @param {number} number
   * @param {Wish} wish
   * @param {Person} startedBy
   */
  constructor(number, wish, startedBy) {
    super();
    this.setMaxListeners(0);
    this.number = number;
    this.id = String(number);
    this.wish = wish;
    this.startedBy = startedBy;
    /** @type {Step[]} */
    this.steps = wish.scenario.steps(wish.stepSeconds).map((plan) => ({ ...plan, status: "pending" }));
    this.logs = this.steps.map(() => "");
    if (wish.remoteAccess) {
      this.access = { state: "pending", sentence: "Waiting for the machine.", endsAt: null, people: [] };
    }
  }

  get deadline() {
    return new Date(this.startedAt.getTime() + this.wish.maxDurationS * 1000);
  }

  changed() {
    this.emit("change");
  }

  /** @param {Partial<NonNullable<Build["access"]>>} news what Transom says of remote access */
  accessChanged(news) {
    if (!this.access) return;
    Object.assign(this.access, news);
    this.emit("access");
  }

  /**
   * @param {number} step
   * @param {string} text
   */
  log(step, text) {
    this.logs[step] = (this.logs[step] + text).slice(-LOG_CHARS);
    this.emit("log", step, text);
  }

  /** @param {Build["waiting"]} where */
  waitsAt(where) {
    this.waiting = where;
    this.changed();
  }

  /** Ends the build before its time. */
  cancel() {
    if (this.state === "running") this.stopping.abort();
  }

  /** The build as the dashboard's pages read it. */
  view() {
    return {
      id: this.id,
      number: this.number,
      project: PROJECT,
      branch: this.wish.scenario.branch,
      commit: this.commit,
      started_by: this.startedBy.name,
      state: this.state,
      outcome: this.outcome ?? null,
      started_at: this.startedAt.toISOString(),
      finished_at: this.finishedAt?.toISOString() ?? null,
      machine: this.machine,
      waiting: this.waiting,
      access: this.access ?? null,
      steps: this.steps.map((step) => ({
        name: step.name,
        command: step.command,
        status: step.status,
        started_at: step.startedAt?.toISOString() ?? null,
        finished_at: step.finishedAt?.toISOString() ?? null,
      })),
    };
  }

  /** The build as Transom wants to hear of it, without the version. */
  update() {
    const { id, machine, access, commit, finished_at, outcome, state, waiting, ...rest } = this.view();
    return {
      ...rest,
      number: String(this.number),
      title: "build",
      ...(commit && { commit }),
      platform: "linux",
      started_by: this.startedBy,
      trigger: "manual",
      trusted: true,
      // How it finished goes through its own call.
      state: "running",
      max_duration_s: this.wish.maxDurationS,
    };
  }
}
