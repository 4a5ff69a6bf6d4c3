// The cable between browser and Transom: a TCP relay that a test can pull and plug in again.
import net from "node:net";

export class Cable {
  readonly url: string;
  readonly #server: net.Server;
  readonly #sockets = new Set<net.Socket>();
  #pulled = false;
  #kinked = false;

  private constructor(server: net.Server, port: number) {
    this.#server = server;
    this.url = `http://127.0.0.1:${port}`;
  }

  /** Leads to `target`, which need not listen yet. */
  static async lay(target: number): Promise<Cable> {
    const server = net.createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const cable = new Cable(server, (server.address() as net.AddressInfo).port);
    server.on("connection", (near) => cable.#relay(near, target));
    return cable;
  }

  /** Breaks every connection and lets no new one through. */
  pull(): void {
    this.#pulled = true;
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  plugIn(): void {
    this.#pulled = false;
  }

  /** Lets nothing through in either direction, and breaks nothing. */
  kink(): void {
    for (const socket of this.#sockets) socket.pause();
    this.#kinked = true;
  }

  straighten(): void {
    this.#kinked = false;
    for (const socket of this.#sockets) socket.resume();
  }

  async remove(): Promise<void> {
    this.pull();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #relay(near: net.Socket, target: number): void {
    if (this.#pulled) {
      near.resetAndDestroy();
      return;
    }
    const far = net.connect(target, "127.0.0.1");
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(one);
      one.setNoDelay(true);
      one.pipe(other);
      if (this.#kinked) one.pause();
      one.on("error", () => other.destroy());
      one.on("close", () => {
        this.#sockets.delete(one);
        other.destroy();
      });
    }
  }
}

/** A port that nobody listens on just now. */
export async function freePort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as net.AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
