import { expect, test } from "vitest";
import { ProblemError, UnreachableError } from "../../api/problem";
import type { TokenSource } from "../../transport/token";
import { fetchTranscript } from "./transcript";

function desk(...answers: Response[]): { asked: string[]; get: typeof fetch; tokens: TokenSource } {
  const asked: string[] = [];
  let given = 0;
  return {
    asked,
    get: async (url, init) => {
      const bearer = new Headers(init?.headers).get("authorization");
      asked.push(`${String(url)} ${bearer}`);
      const answer = answers.shift();
      if (answer === undefined) throw new TypeError("no network");
      return answer;
    },
    tokens: async () => ({ token: `t${++given}`, expires_at: "2026-01-01T00:00:00Z" }),
  };
}

const good = () =>
  new Response("line\n", {
    headers: { "content-disposition": 'attachment; filename="transom-b1-20260101-000000.txt"' },
  });

test("a transcript has the name that the server gives it", async () => {
  const { asked, get, tokens } = desk(good());
  const { name, file } = await fetchTranscript("s_1", "text", tokens, get);
  expect(name).toBe("transom-b1-20260101-000000.txt");
  expect(await file.text()).toBe("line\n");
  expect(asked).toEqual(["/api/v1/sessions/s_1/transcript?format=text Bearer t1"]);
});

test("a token that ran out is renewed once", async () => {
  const { asked, get, tokens } = desk(new Response("", { status: 401 }), good());
  await fetchTranscript("s_1", "asciicast", tokens, get);
  expect(asked.map((line) => line.split(" ")[2])).toEqual(["t1", "t2"]);
});

test("what the server says is what the person reads", async () => {
  const body = { type: "urn:transom:problem:not-found", detail: "This terminal is not recorded." };
  const headers = { "content-type": "application/problem+json" };
  const { get, tokens } = desk(new Response(JSON.stringify(body), { status: 404, headers }));
  await expect(fetchTranscript("s_1", "text", tokens, get)).rejects.toThrow(ProblemError);
  const nowhere = desk();
  await expect(fetchTranscript("s_1", "text", nowhere.tokens, nowhere.get)).rejects.toThrow(
    UnreachableError,
  );
});
