import { describe, expect, it } from "vitest";
import { french } from "@/lib/typography";
import { en } from "./en";
import { fr } from "./fr";

function flat(messages: object, prefix = ""): Record<string, string> {
  return Object.fromEntries(
    Object.entries(messages).flatMap(([key, value]: [string, unknown]) =>
      typeof value === "string"
        ? [[prefix + key, value] as const]
        : Object.entries(flat(value as object, `${prefix}${key}.`)),
    ),
  );
}

const english = flat(en);
const translated = flat(fr);

describe("messages", () => {
  it("are the same in both languages", () => {
    expect(Object.keys(translated).sort()).toEqual(Object.keys(english).sort());
  });

  it("take the same values in both languages", () => {
    const values = (text: string) => [...text.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort();
    for (const [key, text] of Object.entries(english)) {
      // "One sentence …": the singular may do without its number.
      if (!key.endsWith("_one")) expect(values(translated[key] ?? ""), key).toEqual(values(text));
    }
  });

  it("have no space in French at which a line could break before a mark", () => {
    for (const [key, text] of Object.entries(translated)) {
      expect(french(text), key).not.toMatch(/ [;:!?»%€]|« /);
      expect(text, key).not.toMatch(/'|\.\.\.|[^\s\u00a0\u202f«{][;!?](?!\w)/);
    }
  });
});
