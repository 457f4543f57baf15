import { expect, it } from "vitest";
import { short, size } from "./format";

it.each([
  [0, "0 B", "0 o"],
  [988, "988 B", "988 o"],
  [1200, "1.2 kB", "1,2 ko"],
  [418_000, "418 kB", "418 ko"],
  [2_600_000, "2.6 MB", "2,6 Mo"],
])("%d bytes have a space before their unit", (bytes, english, french) => {
  expect(size(bytes, "en").replaceAll(/\s/g, " ")).toBe(english);
  expect(size(bytes, "fr").replaceAll(/\s/g, " ")).toBe(french);
});

it.each([
  [0, "0"],
  [0.0005, "0.0005"],
  [0.25, "0.25"],
  [1.25, "1.25"],
  [1500, "1.5K"],
])("%d keeps the digits that an axis needs", (value, text) => {
  expect(short(value, "en")).toBe(text);
});
