/** Words of the administrators' page. */

/** "0 B", "12 KB", "3.4 MB". */
export function bytes(count: number): string {
  const units = ["B", "KB", "MB", "GB", "TB"];
  let [value, unit] = [count, 0];
  while (value >= 1000 && unit < units.length - 1) [value, unit] = [value / 1000, unit + 1];
  const digits = unit === 0 || value >= 10 ? 0 : 1;
  return `${value.toFixed(digits)} ${units[unit] ?? ""}`;
}

const format = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "medium" });

/** A moment, whole: what is looked up here may be long ago. */
export function moment(at: string): string {
  return format.format(new Date(at));
}

/** What is asked for, without what is empty. */
export function query(wanted: Record<string, string | number | null>): string {
  const given = Object.entries(wanted).filter(([, value]) => value !== null && value !== "");
  return new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
}

/** What stands in a form, by the names of its fields. */
export function fields(form: HTMLFormElement): Record<string, string> {
  const entries = [...new FormData(form).entries()];
  return Object.fromEntries(entries.map(([name, value]) => [name, String(value).trim()]));
}
