import type { SocketFactory } from "../transport/socket";

const SUBPROTOCOL = "transom.v1";

/** Where the server with this origin takes sockets. */
export function socketAddress(server: string): string {
  const url = new URL("/api/v1/socket", server);
  url.protocol = url.protocol === "http:" ? "ws:" : "wss:";
  return url.href;
}

export const openBrowserSocket: SocketFactory = (url, events) => {
  const socket = new WebSocket(url, [SUBPROTOCOL]);
  socket.binaryType = "arraybuffer";
  socket.onopen = () => events.open();
  socket.onclose = (event) => events.closed(event.code);
  socket.onmessage = (event: MessageEvent<string | ArrayBuffer>) => {
    if (typeof event.data === "string") events.text(event.data);
    else events.binary(new Uint8Array(event.data));
  };
  return {
    send(data) {
      if (socket.readyState === WebSocket.OPEN) socket.send(data);
    },
    close: (code) => socket.close(code),
  };
};
