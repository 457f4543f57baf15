/** Files out of a drop or a chooser, whole folders included. */

export interface Chosen {
  file: File;
  /** With the folders it came in, `/` between them; the bare name for a single file. */
  path: string;
}

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
  return found.flat().filter(isWanted);
}

export function chosenFiles(files: Iterable<File>): Chosen[] {
  return [...files].map((file) => ({ file, path: file.webkitRelativePath || file.name })).filter(isWanted);
}

async function walk(entry: FileSystemEntry): Promise<Chosen[]> {
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
function isWanted({ path }: Chosen): boolean {
  return !path
    .split("/")
    .some(
      (part) => part.startsWith(".") || part === "Thumbs.db" || part === "desktop.ini" || part === "__MACOSX",
    );
}
