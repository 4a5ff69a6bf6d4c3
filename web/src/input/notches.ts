/** How far a wheel was turned, kept until it is worth a message. */

export const NOTCH = 120;
/** An eighth of a notch: what is less is felt by no program. */
const LEAST = NOTCH / 8;
/** For one message. */
const MOST = NOTCH * 10;

/** In 120ths of a notch. */
export interface Turn {
  right: number;
  down: number;
}

export class Notches {
  #right = 0;
  #down = 0;

  add(right: number, down: number): void {
    this.#right = sum(this.#right, right);
    this.#down = sum(this.#down, down);
  }

  /** Null while it is too little; what is too much is forgotten. */
  take(): Turn | null {
    const turn = { right: whole(this.#right), down: whole(this.#down) };
    if (turn.right === 0 && turn.down === 0) return null;
    this.#right = rest(this.#right, turn.right);
    this.#down = rest(this.#down, turn.down);
    return turn;
  }

  clear(): void {
    this.#right = 0;
    this.#down = 0;
  }
}

/** The rest of one direction is no debt to the other one. */
function sum(kept: number, more: number): number {
  return kept * more < 0 ? more : kept + more;
}

function whole(kept: number): number {
  if (Math.abs(kept) < LEAST) return 0;
  return Math.max(-MOST, Math.min(MOST, Math.trunc(kept)));
}

function rest(kept: number, taken: number): number {
  return Math.abs(taken) === MOST ? 0 : kept - taken;
}
