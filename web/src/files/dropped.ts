/** What somebody dropped on the page, or chose: files, with the folders that they lie in. */
import { exactOf, joined } from "./names";

/** More than this is rather a mistake than a wish. */
export const MOST_FILES = 2000;

export interface Chosen {
  file: File;
  /** The folders that it lies in, from the one that was dropped. */
  folders: readonly string[];
}

/** An entry, where the browser can say what is in a folder; else a file. */
export type Dropped = FileSystemEntry | File;

export async function filesIn(things: readonly Dropped[]): Promise<Chosen[]> {
  const chosen: Chosen[] = [];
  for (const thing of things) {
    if (thing instanceof File) chosen.push({ file: thing, folders: [] });
    else await walk(thing, [], chosen);
  }
  return chosen;
}

async function walk(
  entry: FileSystemEntry,
  folders: readonly string[],
  to: Chosen[],
): Promise<void> {
  if (to.length >= MOST_FILES) return;
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) =>
      (entry as FileSystemFileEntry).file(resolve, reject),
    );
    to.push({ file, folders });
    return;
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  for (;;) {
    // Some browsers give a hundred at a time.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return;
    for (const one of some) await walk(one, [...folders, entry.name], to);
  }
}

/** The folders that have to be made below `target`, each after the one that it lies in. */
export function foldersOf(chosen: readonly Chosen[], target: string): string[] {
  const all = new Set<string>();
  for (const { folders } of chosen) {
    let path = target;
    for (const folder of folders) {
      path = joined(path, exactOf(folder));
      all.add(path);
    }
  }
  return [...all];
}

export function placeOf({ file, folders }: Chosen, target: string): string {
  return [...folders, file.name].reduce((path, name) => joined(path, exactOf(name)), target);
}
