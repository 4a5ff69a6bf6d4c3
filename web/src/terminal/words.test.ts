// @vitest-environment happy-dom
import { describe, expect, it } from "vitest";
import { webAddress } from "../ui/address";
import { noticeOf } from "./notice";
import { exitLine, skippedLine } from "./remark";

describe("a link", () => {
  it("leads to the web and nowhere else", () => {
    expect(webAddress("https://example.com/a b")).toBe("https://example.com/a%20b");
    for (const other of ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "x"]) {
      expect(webAddress(other)).toBeNull();
    }
  });
});

describe("words", () => {
  it("say how a shell ended", () => {
    expect(exitLine(1, null, true)).toBe("Shell exited with code 1. Press Enter for a new shell.");
    expect(exitLine(null, "KILL", false)).toBe("Shell was ended by signal KILL.");
    expect(exitLine(null, null, false)).toBe("Shell ended.");
  });

  it("say how much was skipped", () => {
    expect(skippedLine(1_234_567)).toBe("— 1.2 MB skipped —");
    expect(skippedLine(10)).toBe("— 1 kB skipped —");
  });

  it("offer one thing to do at every end", () => {
    const at = (problem: string) =>
      noticeOf({ state: "ended", ending: { code: 0, problem, sentence: "So." } }, true)?.action;
    expect(at("machine-gone")).toBe("new");
    expect(at("session-unknown")).toBe("new");
    expect(at("idle")).toBe("reconnect");
    expect(at("access-ended")).toBe("page");
    expect(at("something-new")).toBe("reconnect");
    expect(noticeOf({ state: "live" }, true)).toBeNull();
  });
});
