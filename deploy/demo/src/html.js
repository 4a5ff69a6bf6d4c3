// @ts-check
// HTML with every inserted value escaped.

/** Text that is HTML already. */
class Html {
  /** @param {string} text */
  constructor(text) {
    this.text = text;
  }

  toString() {
    return this.text;
  }
}

const ENTITIES = /** @type {Record<string, string>} */ ({
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
});

/** @param {string} text */
function escaped(text) {
  return text.replace(/[&<>"']/g, (c) => ENTITIES[c] ?? c);
}

/**
 * @param {TemplateStringsArray} strings
 * @param {...unknown} values escaped unless they come from `html` themselves; lists are joined, false and null leave nothing
 * @returns {Html}
 */
export function html(strings, ...values) {
  return new Html(strings.reduce((text, string, i) => text + insert(values[i - 1]) + string));
}

/** @param {unknown} value @returns {string} */
function insert(value) {
  if (value === null || value === undefined || value === false) return "";
  if (value instanceof Html) return value.text;
  if (Array.isArray(value)) return value.map(insert).join("");
  return escaped(String(value));
}
