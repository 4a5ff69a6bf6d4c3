/**
 * How often a flood is drawn. Nobody can read one, and drawing is most of what it costs, so while more
 * comes than can be read there are fewer pictures. The last one is never late: it is drawn as soon as
 * the flood pauses.
 */
import type { Terminal } from "@xterm/xterm";

/** More than this between two pictures is a flood, in bytes: 2 MB/s. */
export const FLOOD_BYTES = 32 * 1024;
export const FLOOD_FRAME_MS = 66;
/** A flood pauses when nothing came for so long. */
export const PAUSE_MS = 8;

/** The part of xterm.js 6 that draws; it has no name in its public interface. */
interface RenderService {
  _renderRows(start: number, end: number): void;
  refreshRows(start: number, end: number): void;
}

interface Rows {
  start: number;
  end: number;
}

export class Frames {
  readonly #service: RenderService;
  readonly #draw: (start: number, end: number) => void;
  /** Parsed since the last picture, in bytes. */
  #parsed = 0;
  /** Whether output is waiting to be parsed. */
  #more = false;
  #drawnAt = Number.NEGATIVE_INFINITY;
  /** Rows that wait to be drawn. */
  #waiting: Rows | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #pause: ReturnType<typeof setTimeout> | undefined;

  /** Null where the emulator is not built as expected: then everything is drawn as it comes. */
  static of(term: Terminal): Frames | null {
    const service = (term as unknown as { _core?: { _renderService?: Partial<RenderService> } })
      ._core?._renderService;
    const known = service?._renderRows !== undefined && service.refreshRows !== undefined;
    return known ? new Frames(service as RenderService) : null;
  }

  private constructor(service: RenderService) {
    this.#service = service;
    this.#draw = service._renderRows.bind(service);
    service._renderRows = (start, end) => this.#onFrame(start, end);
  }

  /** Output was parsed; `more` says whether some is waiting. */
  parsed(bytes: number, more: boolean): void {
    this.#parsed += bytes;
    this.#more = more;
    if (this.#waiting !== null) this.#drawInPause();
  }

  /** The flood is about to be skipped: the next picture of it can wait. */
  wait(): void {
    this.#drawnAt = performance.now();
    this.#parsed = FLOOD_BYTES;
    this.#more = true;
  }

  /** The flood is over, or was skipped: draws at the next occasion what waits. */
  now(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#pause);
    this.#parsed = 0;
    if (this.#waiting !== null) this.#service.refreshRows(this.#waiting.start, this.#waiting.end);
  }

  dispose(): void {
    clearTimeout(this.#timer);
    clearTimeout(this.#pause);
    this.#service._renderRows = this.#draw;
  }

  #onFrame(start: number, end: number): void {
    const rows = {
      start: Math.min(start, this.#waiting?.start ?? start),
      end: Math.max(end, this.#waiting?.end ?? end),
    };
    const now = performance.now();
    const wait = this.#parsed < FLOOD_BYTES ? 0 : this.#drawnAt + FLOOD_FRAME_MS - now;
    if (wait > 0) {
      this.#waiting = rows;
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.now(), wait);
      this.#drawInPause();
      return;
    }
    clearTimeout(this.#timer);
    clearTimeout(this.#pause);
    this.#waiting = null;
    this.#parsed = 0;
    this.#drawnAt = now;
    this.#draw(rows.start, rows.end);
  }

  #drawInPause(): void {
    clearTimeout(this.#pause);
    if (!this.#more) this.#pause = setTimeout(() => this.now(), PAUSE_MS);
  }
}
