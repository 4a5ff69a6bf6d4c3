/** As much of a WebSocket as a connection needs. */
export interface Socket {
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(code: number): void;
}

export interface SocketEvents {
  open(): void;
  text(message: string): void;
  binary(message: Uint8Array): void;
  /** Once, whatever happened; nothing follows. */
  closed(code: number): void;
}

export type SocketFactory = (url: string, events: SocketEvents) => Socket;
