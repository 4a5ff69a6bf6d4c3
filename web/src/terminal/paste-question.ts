/** Asks before several lines reach a program that would run each of them at once. */
import { html } from "lit";
import { asOneLine, linesOf, preview } from "./paste";
import { ask } from "./question";

/** The text to paste, and whether to ask again; `null`: nothing. */
export async function askBeforePaste(
  place: HTMLElement,
  text: string,
): Promise<{ text: string; again: boolean } | null> {
  const count = linesOf(text).length;
  const { lines, more } = preview(text);
  const noun = count === 1 ? "1 line" : `${count} lines`;
  const reply = await ask<"lines" | "one">(place, {
    title: `Paste ${noun}?`,
    body: html`<p>What runs now takes each line as if you had pressed Enter after it.</p>
      <pre tabindex="0" aria-label="What would be pasted">${lines.join("\n")}</pre>
      <p class="muted">${more > 0 ? `and ${more} more` : ""}</p>`,
    answers: [
      { value: "lines", label: `Paste ${noun}` },
      { value: "one", label: "Paste as one line" },
    ],
    tick: "Do not ask again for this build",
  });
  if (reply === null) return null;
  return { text: reply.answer === "one" ? asOneLine(text) : text, again: !reply.ticked };
}
