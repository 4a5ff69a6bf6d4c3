/** Reads server-sent events from a stream of bytes. */
export interface ServerEvent {
  event: string;
  data: string;
}

/** Yields `null` for a comment: it carries nothing, but it shows that the server is there. */
export async function* serverEvents(
  stream: ReadableStream<Uint8Array>,
): AsyncGenerator<ServerEvent | null> {
  const decoder = new TextDecoder();
  const reader = stream.getReader();
  let rest = "";
  let event = "message";
  let data: string[] = [];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      rest += decoder.decode(value, { stream: true });
      const lines = rest.split(/\r\n|\n|\r(?!$)/);
      rest = lines.pop() ?? "";
      for (const line of lines) {
        if (line === "") {
          if (data.length > 0) yield { event, data: data.join("\n") };
          event = "message";
          data = [];
        } else if (line.startsWith(":")) {
          yield null;
        } else {
          const [, field, text = ""] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
          if (field === "event") event = text;
          if (field === "data") data.push(text);
        }
      }
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}
