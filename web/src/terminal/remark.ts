/** Lines of ours among the machine's. */

/** The last line of a shell. */
export function exitLine(status: number | null, signal: string | null, mayOpen: boolean): string {
  const how =
    status !== null
      ? `Shell exited with code ${status}.`
      : signal !== null
        ? `Shell was ended by signal ${signal}.`
        : "Shell ended.";
  return mayOpen ? `${how} Press Enter for a new shell.` : how;
}

export function skippedLine(bytes: number): string {
  const size =
    bytes >= 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1e3))} kB`;
  return `— ${size} skipped —`;
}
