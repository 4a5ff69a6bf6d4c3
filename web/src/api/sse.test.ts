import { expect, it } from "vitest";
import { type ServerEvent, serverEvents } from "./sse";

async function read(...pieces: string[]): Promise<(ServerEvent | null)[]> {
  const stream = new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(new TextEncoder().encode(piece));
      controller.close();
    },
  });
  const events: (ServerEvent | null)[] = [];
  for await (const event of serverEvents(stream)) events.push(event);
  return events;
}

it("reads events, whatever pieces they come in", async () => {
  const expected = [{ event: "build", data: '{"a":1}' }];
  expect(await read('event: build\ndata: {"a":1}\n\n')).toEqual(expected);
  expect(await read("eve", "nt: build\nda", 'ta: {"a":1}\n', "\n")).toEqual(expected);
  expect(await read('event: build\r\ndata: {"a":1}\r\n\r\n')).toEqual(expected);
});

it("joins lines of data and shows comments as signs of life", async () => {
  expect(await read(": still here\n\ndata: a\ndata: b\n\n")).toEqual([
    null,
    { event: "message", data: "a\nb" },
  ]);
});

it("drops an event that the end of the stream cut off", async () => {
  expect(await read("event: build\ndata: half")).toEqual([]);
});
