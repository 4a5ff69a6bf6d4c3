// @vitest-environment happy-dom
import { expect, it } from "vitest";
import { NotedKeys } from "./fakes";
import { TextField, typeText } from "./text-field";

class Noted extends NotedKeys {
  readonly label = "The desktop";
  readonly notes: string[];

  constructor() {
    const notes: string[] = [];
    super(notes);
    this.notes = notes;
  }

  text(text: string): void {
    this.notes.push(`text ${text}`);
  }

  paste(text: string): void {
    this.notes.push(`paste ${text}`);
  }

  take(): string[] {
    return this.notes.splice(0);
  }
}

const BACKSPACE = ["+Backspace ff08", "-Backspace ff08"];
const ENTER = ["+Enter ff0d", "-Enter ff0d"];

function made() {
  const noted = new Noted();
  const field = new TextField(noted);
  const { element } = field;
  const empty = element.value;
  return {
    noted,
    field,
    element,
    empty,
    compose: (type: string) => element.dispatchEvent(new CompositionEvent(type)),
    /** What a browser does: the field changes, then it tells. */
    input(value: string, inputType: string, isComposing = false) {
      element.value = value;
      element.dispatchEvent(new InputEvent("input", { inputType, isComposing }));
    },
  };
}

it("is a field that nothing corrects, with a name", () => {
  const { element } = made();
  expect(element.tagName).toBe("TEXTAREA");
  expect(element.getAttribute("aria-label")).toBe("The desktop");
  expect(
    ["autocapitalize", "autocomplete", "autocorrect", "spellcheck"].map((a) =>
      element.getAttribute(a),
    ),
  ).toEqual(["off", "off", "off", "false"]);
  expect(element.style.opacity).toBe("0");
});

it("sends what was entered, once, and is empty afterwards with its caret at the end", () => {
  const { noted, input, empty, element } = made();
  input(`${empty}é`, "insertText");
  expect(noted.take()).toEqual(["text é"]);
  expect(element.value).toBe(empty);
  expect(element.selectionStart).toBe(empty.length);
  expect(element.selectionEnd).toBe(empty.length);
  input(`${empty}two words`, "insertReplacementText");
  expect(noted.take()).toEqual(["text two words"]);
});

it("sends text that has taken the place of all that was in the field", () => {
  const { noted, input } = made();
  input("dictated", "insertText");
  expect(noted.take()).toEqual(["text dictated"]);
});

it("sends Backspace for one that finds nothing else to delete, as often as it comes", () => {
  const { noted, input } = made();
  input("", "deleteContentBackward");
  input("", "deleteContentBackward");
  input("", "deleteWordBackward");
  expect(noted.take()).toEqual([...BACKSPACE, ...BACKSPACE, ...BACKSPACE]);
});

it("sends Backspace where the browser does not say what happened", () => {
  const { noted, input } = made();
  input("", "");
  expect(noted.take()).toEqual(BACKSPACE);
});

it.each(["insertLineBreak", "insertParagraph"])("sends Enter for %s", (inputType) => {
  const { noted, input, empty } = made();
  input(`${empty}\n`, inputType);
  expect(noted.take()).toEqual(ENTER);
  input(`${empty}ls\n`, inputType);
  expect(noted.take()).toEqual(["text ls", ...ENTER]);
});

it.each([
  [
    "Chrome",
    [["kan", "insertCompositionText", true], ["漢", "insertCompositionText", true], "end"],
  ],
  [
    "Firefox",
    [["kan", "insertCompositionText", true], "end", ["", "insertCompositionText", false]],
  ],
  [
    "Safari",
    [
      ["kan", "insertCompositionText", true],
      ["", "deleteCompositionText", false],
      ["漢", "insertFromComposition", false],
      "end",
    ],
  ],
] as const)("sends nothing while composing, and the text when it ends (%s)", (browser, steps) => {
  const { noted, input, empty, compose, element } = made();
  compose("compositionstart");
  for (const step of steps) {
    if (step === "end") {
      expect(noted.take()).toEqual([]);
      if (browser === "Firefox") element.value = `${empty}漢`;
      compose("compositionend");
    } else {
      input(`${empty}${step[0]}`, step[1], step[2]);
    }
  }
  expect(noted.take()).toEqual(["text 漢"]);
  expect(element.value).toBe(empty);
});

it("sends nothing for a composition that was given up", () => {
  const { noted, input, empty, compose } = made();
  compose("compositionstart");
  input(`${empty}k`, "insertCompositionText", true);
  input(empty, "deleteContentBackward", true);
  compose("compositionend");
  expect(noted.take()).toEqual([]);
});

it("leaves the field alone while composing", () => {
  const { input, empty, compose, element } = made();
  compose("compositionstart");
  input(`${empty}k`, "insertCompositionText", false);
  expect(element.value).toBe(`${empty}k`);
});

it.each([
  ["two\nlines", ["paste two\nlines"]],
  ["", []],
])("hands over what is pasted, and keeps it out of the field (%j)", (text, told) => {
  const { noted, element } = made();
  const event = new Event("paste", { cancelable: true });
  Object.defineProperty(event, "clipboardData", {
    value: { getData: (type: string) => (type === "text/plain" ? text : "<b>no</b>") },
  });
  element.dispatchEvent(event);
  expect(event.defaultPrevented).toBe(true);
  expect(noted.take()).toEqual(told);
});

it("goes away", () => {
  const { noted, field, element, empty, input } = made();
  document.body.append(element);
  field.dispose();
  expect(element.isConnected).toBe(false);
  input(`${empty}a`, "insertText");
  expect(noted.take()).toEqual([]);
});

it("types text by keysyms", () => {
  const noted = new Noted();
  typeText("aé€😀\r\n\t\x00z", noted);
  expect(noted.take()).toEqual(
    ["a", "é", "10020ac", "101f600", "ff0d", "ff09", "z"].flatMap((k) => [`+? ${k}`, `-? ${k}`]),
  );
});
