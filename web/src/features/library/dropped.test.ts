import { expect, it } from "vitest";
import { chosenFiles, droppedFiles, named } from "./dropped";

const file = (path: string) => ({ path, file: new File(["x"], path.split("/").at(-1) ?? path) });

it("names apart files of one tree that share a name", () => {
  const paths = ["top/a/notes.md", "top/b/notes.md", "top/b/other.md", "notes.md"];
  const names = named(paths.map(file)).map(({ name }) => name);
  expect(names).toEqual(["a – notes.md", "b – notes.md", "other.md", "notes.md"]);
});

it("always ends, even with two files of the same path", () => {
  expect(named([file("a/x.md"), file("a/x.md")]).map(({ name }) => name)).toEqual(["a – x.md", "a – x.md"]);
});

it("leaves out what systems leave in folders", () => {
  const paths = ["a/.DS_Store", ".git/config", "a/Thumbs.db", "__MACOSX/b.pdf", "a/b.pdf"];
  expect(named(paths.map(file)).map(({ path }) => path)).toEqual(["a/b.pdf"]);
});

it("takes chosen files", () => {
  expect(chosenFiles([new File(["x"], "a.pdf")])).toMatchObject([{ path: "a.pdf", name: "a.pdf" }]);
});

it("walks folders to the end, a hundred entries at a time", async () => {
  const leaf = (path: string) => ({
    isFile: true,
    fullPath: path,
    file: (done: (file: File) => void) => done(new File(["x"], path)),
  });
  const batches = [
    Array.from({ length: 100 }, (_, index) => leaf(`/d/${index}.md`)),
    [leaf("/d/last.md")],
    [],
  ];
  const folder = {
    isFile: false,
    createReader: () => ({
      readEntries: (done: (entries: unknown[]) => void) => done(batches.shift() ?? []),
    }),
  };
  const loose = new File(["x"], "loose.md");
  const items = [
    { kind: "file", webkitGetAsEntry: () => folder },
    { kind: "file", webkitGetAsEntry: () => null },
  ];
  const data = { items, files: [new File([], "d"), loose] } as unknown as DataTransfer;
  const found = await droppedFiles(data);
  expect(found).toHaveLength(102);
  expect(found.map(({ path }) => path)).toEqual(expect.arrayContaining(["d/last.md", "loose.md"]));
});
