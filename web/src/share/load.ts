/** The desk of a page that shows a machine, loaded once somebody may share. */
import type { BuildApi } from "../api/rest";
import type { ShareDesk } from "./desk";

const loading = new WeakMap<AbortSignal, Promise<ShareDesk | null>>();

/** One for each life of a page, which follows the links; null where that life is over. */
export function followingDesk(api: BuildApi, life: AbortSignal): Promise<ShareDesk | null> {
  const desk = loading.get(life) ?? load(api, life);
  loading.set(life, desk);
  desk.catch(() => loading.delete(life));
  return desk;
}

async function load(api: BuildApi, life: AbortSignal): Promise<ShareDesk | null> {
  const { ShareDesk } = await import("./desk");
  if (life.aborted) return null;
  const desk = new ShareDesk(api, life);
  desk.follow(life);
  return desk;
}
