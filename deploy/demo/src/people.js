// @ts-check
// Who is signed in: one of two demo people, remembered in a cookie. A real CI has accounts here.

/** @typedef {{sub: string, name: string}} Person */

/** @type {readonly Person[]} */
export const PEOPLE = [
  { sub: "dana", name: "Dana" },
  { sub: "ravi", name: "Ravi" },
];

const COOKIE = "demo_person";

/**
 * @param {string | undefined} header the request's Cookie header
 * @returns {Person}
 */
export function signedIn(header) {
  const sub = header?.match(/(?:^|;\s*)demo_person=([a-z]+)/)?.[1];
  return person(sub) ?? /** @type {Person} */ (PEOPLE[0]);
}

/** @param {string | undefined} sub */
export function person(sub) {
  return PEOPLE.find((p) => p.sub === sub);
}

/** @param {Person} who the value of a Set-Cookie header */
export function cookieFor(who) {
  return `${COOKIE}=${who.sub}; Path=/; HttpOnly; SameSite=Lax`;
}

/**
 * What this CI lets somebody do on a build's machine: everybody of the project may look, type, copy
 * and paste, fetch and put files, and share all that by links; whoever started the build may also end
 * access for all.
 *
 * @param {Person} who
 * @param {Person} startedBy
 */
export function capabilities(who, startedBy) {
  const all = [
    ...["terminal.view", "terminal.control", "desktop.view", "desktop.control"],
    ...["clipboard.read", "clipboard.write", "files.read", "files.write"],
    ...["share.view", "share.control"],
  ];
  return who.sub === startedBy.sub ? [...all, "access.end"] : all;
}
