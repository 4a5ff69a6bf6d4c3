// @ts-check
// The account that builds run as on a demo machine.

import { execFile } from "node:child_process";
import os from "node:os";
import { promisify } from "node:util";

const run = promisify(execFile);

const NAME = "transom-demo";

/** @typedef {{name: string, uid: number, gid: number}} Account */

/**
 * Root runs builds as a user of their own, made at the first start; anybody else as themselves.
 *
 * @returns {Promise<Account>}
 */
export async function account() {
  const me = os.userInfo();
  if (me.uid !== 0) return { name: me.username, uid: me.uid, gid: me.gid };
  try {
    return await lookUp();
  } catch {
    // A `*` password: nobody can log in with it, and sshd doesn't take the account for a locked one.
    const home = `/var/lib/${NAME}`;
    await run("useradd", [
      "--system",
      "--create-home",
      "--home-dir",
      home,
      "--shell",
      "/bin/bash",
      "--password",
      "*",
      NAME,
    ]);
    return lookUp();
  }
}

/** @returns {Promise<Account>} */
async function lookUp() {
  const id = async (/** @type {string} */ what) => Number((await run("id", [what, NAME])).stdout);
  return { name: NAME, uid: await id("-u"), gid: await id("-g") };
}
