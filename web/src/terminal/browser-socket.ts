import type { SocketFactory } from "../transport/socket";

const SUBPROTOCOL = "transom.v1";

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
