// ttyd in front of a real sshd, as the peer to be compared with. TTYD names the program.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { freePort } from "../support/cable.ts";

const PLACE = path.join(import.meta.dirname, "../../../target/browser/ttyd");

export class Peer {
  private constructor(
    readonly url: string,
    readonly processes: ChildProcess[],
  ) {}

  /** Null where there is no ttyd. */
  static async start(): Promise<Peer | null> {
    const program = process.env["TTYD"] ?? "ttyd";
    if (spawnSync(program, ["--version"], { stdio: "ignore" }).status !== 0) {
      console.log("no ttyd here (TTYD=…): not compared");
      return null;
    }
    await rm(PLACE, { recursive: true, force: true });
    await mkdir(PLACE, { recursive: true });
    const key = path.join(PLACE, "key");
    spawnSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", key]);
    await copyFile(`${key}.pub`, path.join(PLACE, "authorized_keys"));
    const [ssh, web] = [await freePort(), await freePort()];
    const config = path.join(PLACE, "sshd_config");
    const lines = ["ListenAddress 127.0.0.1", `Port ${ssh}`, `HostKey ${key}`, "StrictModes no", "UsePAM no"];
    lines.push(
      `AuthorizedKeysFile ${PLACE}/authorized_keys`,
      "PidFile none",
      "PermitRootLogin yes",
      "PrintMotd no",
      "",
    );
    await writeFile(config, lines.join("\n"));
    const sshd = spawn("/usr/sbin/sshd", ["-D", "-e", "-f", config], { stdio: ["ignore", "ignore", "pipe"] });
    await said(sshd, "listening on");
    const to = ["-tt", "-i", key, "-p", String(ssh), "-o", "StrictHostKeyChecking=no", "-o", "LogLevel=ERROR"];
    const target = [...to, "-o", "UserKnownHostsFile=/dev/null", "127.0.0.1", "PS1='$ ' bash --norc -i"];
    const options = ["-t", "rendererType=dom", "-t", "disableLeaveAlert=true", "-t", "fontSize=14"];
    const place = ["-i", "127.0.0.1", "-p", String(web), "-W"];
    const ttyd = spawn(program, [...place, ...options, "ssh", ...target], { stdio: ["ignore", "ignore", "pipe"] });
    await said(ttyd, "Listening on");
    return new Peer(`http://127.0.0.1:${web}`, [ttyd, sshd]);
  }

  async stop(): Promise<void> {
    for (const child of this.processes) child.kill("SIGTERM");
    await rm(PLACE, { recursive: true, force: true });
  }
}

async function said(child: ChildProcess, words: string): Promise<void> {
  const { stderr } = child;
  if (!stderr) throw new Error("no output to read");
  await new Promise<void>((resolve, reject) => {
    createInterface({ input: stderr }).on("line", (line) => line.includes(words) && resolve());
    child.once("exit", (code) => reject(new Error(`the peer ended with ${code}`)));
  });
}
