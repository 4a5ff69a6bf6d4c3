/** How much text it was, for the sentence about it. */
export function amount(text: string): string {
  const lines = text.replace(/\r?\n$/, "").split("\n").length;
  if (lines > 1) return `${lines} lines`;
  const chars = [...text].length;
  return chars === 1 ? "1 character" : `${chars} characters`;
}
