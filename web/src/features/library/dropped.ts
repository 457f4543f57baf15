/** Files out of a drop or a chooser, whole folders included. */

export interface Chosen {
  file: File;
  /** With the folders it came in, `/` between them; the bare name for a single file. */
  path: string;
  /** What the document will be called; differs from its neighbours in the same choice. */
  name: string;
}

type Found = Omit<Chosen, "name">;

/** Must be called inside the drop event: the browser empties the list afterwards. */
export async function droppedFiles(data: DataTransfer): Promise<Chosen[]> {
  const entries = [...data.items]
    .filter((item) => item.kind === "file")
    .map((item) => item.webkitGetAsEntry());
  const loose = [...data.files];
  const found = await Promise.all(
    entries.map((entry, index) => {
      const file = loose[index];
      if (entry) return walk(entry);
      return Promise.resolve(file ? [{ file, path: file.name }] : []);
    }),
  );
  return named(found.flat());
}

export function chosenFiles(files: Iterable<File>): Chosen[] {
  return named([...files].map((file) => ({ file, path: file.webkitRelativePath || file.name })));
}

async function walk(entry: FileSystemEntry): Promise<Found[]> {
  if (entry.isFile) {
    const file = await new Promise<File>((done, failed) => (entry as FileSystemFileEntry).file(done, failed));
    return [{ file, path: entry.fullPath.replace(/^\//, "") }];
  }
  const inside = await children((entry as FileSystemDirectoryEntry).createReader());
  return (await Promise.all(inside.map(walk))).flat();
}

/** A reader gives at most a hundred entries at a time; an empty answer is the end. */
async function children(reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> {
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((done, failed) => reader.readEntries(done, failed));
    if (some.length === 0) return all;
    all.push(...some);
  }
}

/** What systems leave in folders is no document. */
function isWanted({ path }: Found): boolean {
  return !path
    .split("/")
    .some(
      (part) => part.startsWith(".") || part === "Thumbs.db" || part === "desktop.ini" || part === "__MACOSX",
    );
}

/**
 * On the server a second file of the same name is a new version of the first. Two files of one folder tree that
 * share a name are two documents: the folders that tell them apart go into the name.
 */
export function named(found: Found[]): Chosen[] {
  const wanted = found.filter(isWanted);
  const paths = wanted.map(({ path }) => path.split("/"));
  const lengths = paths.map(() => 1);
  const name = (index: number) => paths[index]?.slice(-(lengths[index] ?? 1)).join(" – ") ?? "";
  for (let clash = true; clash;) {
    const seen = countsOf(paths.map((_, index) => name(index)));
    const short = paths.flatMap((path, index) =>
      (seen.get(name(index)) ?? 0) > 1 && (lengths[index] ?? 0) < path.length ? [index] : [],
    );
    for (const index of short) lengths[index] = (lengths[index] ?? 0) + 1;
    clash = short.length > 0;
  }
  return wanted.map((one, index) => ({ ...one, name: name(index) }));
}

function countsOf(names: string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
