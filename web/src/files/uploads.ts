/** Files on their way to the machine, one after the other. Knows no page. */
import { ProblemError } from "../api/problem";
import type { FilesApi } from "./api";

export interface Upload {
  readonly id: number;
  readonly name: string;
  readonly path: string;
  readonly file: File;
  sent: number;
  /** Bytes in a second, lately. */
  rate: number;
  state: "waiting" | "sending" | "done" | "failed" | "cancelled";
  /** Why it failed. */
  words: string;
  /** Whether it failed because there is one of that name. */
  exists: boolean;
}

const RATE_MS = 500;

export class Uploads {
  readonly all: Upload[] = [];
  readonly #api: Pick<FilesApi, "upload">;
  readonly #changed: () => void;
  readonly #now: () => number;
  #ids = 0;
  #running: { upload: Upload; abort: AbortController } | null = null;
  readonly #replace = new Set<Upload>();

  constructor(api: Pick<FilesApi, "upload">, changed: () => void, now: () => number) {
    this.#api = api;
    this.#changed = changed;
    this.#now = now;
  }

  get busy(): boolean {
    return this.#running !== null;
  }

  add(name: string, path: string, file: File): void {
    this.#ids += 1;
    const upload: Upload = {
      id: this.#ids,
      name,
      path,
      file,
      sent: 0,
      rate: 0,
      state: "waiting",
      words: "",
      exists: false,
    };
    this.all.push(upload);
    void this.#next();
  }

  cancel(upload: Upload): void {
    if (upload.state === "waiting") upload.state = "cancelled";
    else if (this.#running?.upload === upload) this.#running.abort.abort();
    this.#changed();
  }

  /** Once more, and over what is there where that was the reason. */
  again(upload: Upload): void {
    if (upload.exists) this.#replace.add(upload);
    Object.assign(upload, { state: "waiting", sent: 0, rate: 0, words: "", exists: false });
    void this.#next();
  }

  /** Forgets what is over. */
  clear(): void {
    const left = this.all.filter(({ state }) => state === "waiting" || state === "sending");
    this.all.splice(0, this.all.length, ...left);
    this.#changed();
  }

  async #next(): Promise<void> {
    this.#changed();
    if (this.#running !== null) return;
    const upload = this.all.find(({ state }) => state === "waiting");
    if (upload === undefined) return;
    const abort = new AbortController();
    this.#running = { upload, abort };
    upload.state = "sending";
    let mark = { at: this.#now(), sent: 0 };
    try {
      await this.#api.upload(upload.path, upload.file, {
        replace: this.#replace.delete(upload),
        signal: abort.signal,
        sent: (bytes) => {
          upload.sent = Math.min(bytes, upload.file.size);
          const ms = this.#now() - mark.at;
          if (ms >= RATE_MS) {
            upload.rate = ((upload.sent - mark.sent) * 1000) / ms;
            mark = { at: this.#now(), sent: upload.sent };
          }
          this.#changed();
        },
      });
      upload.sent = upload.file.size;
      upload.state = "done";
    } catch (error) {
      upload.state = abort.signal.aborted ? "cancelled" : "failed";
      upload.words = error instanceof Error ? error.message : "It did not work.";
      upload.exists = error instanceof ProblemError && error.problem === "file-exists";
    }
    this.#running = null;
    void this.#next();
  }
}
