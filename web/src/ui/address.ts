/** The addresses of the pages, read and made in one place. */
export interface PageAddress {
  build: string;
  session: string;
}

/** `/b/{build}`, `/b/{build}/terminal`, `/b/{build}/terminal/{session}`, and the same with `desktop`. */
export function parseAddress(path: string): PageAddress | null {
  const [, build, session = ""] =
    /^\/b\/([^/]+)(?:\/(?:terminal|desktop)(?:\/([^/]*))?)?\/?$/.exec(path) ?? [];
  if (build === undefined) return null;
  try {
    return { build: decodeURIComponent(build), session: decodeURIComponent(session) };
  } catch {
    return null;
  }
}

export function buildAddress(build: string): string {
  return `/b/${encodeURIComponent(build)}`;
}

export function terminalAddress(build: string, session = ""): string {
  return sessionAddress(build, "terminal", session);
}

/** A new terminal with the command of a step at its prompt. The number says which: no address holds a command. */
export function stepAddress(build: string, step: number): string {
  return `${terminalAddress(build)}?step=${step}`;
}

export function desktopAddress(build: string, session = ""): string {
  return sessionAddress(build, "desktop", session);
}

function sessionAddress(build: string, family: string, session: string): string {
  const base = `${buildAddress(build)}/${family}`;
  return session === "" ? base : `${base}/${encodeURIComponent(session)}`;
}

/** Addresses come from programs and from other systems: nothing but the web is opened. */
export function webAddress(address: string): string | null {
  const url = URL.canParse(address) ? new URL(address) : null;
  return url?.protocol === "https:" || url?.protocol === "http:" ? url.href : null;
}
