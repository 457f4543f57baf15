import { render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import { marked } from "./answer";
import { END_MARK, Markdown } from "./markdown";

const insets = {
  citation: (number: number) => (number === 1 ? <button>source 1</button> : null),
  mark: () => <em>unsupported</em>,
};

it("turns known numbers into buttons and leaves others as text", () => {
  render(<Markdown source={"**Two days** [1], maybe [7]."} insets={insets} />);
  expect(screen.getByRole("button", { name: "source 1" })).toBeDefined();
  expect(document.body.textContent).toBe("Two days source 1, maybe [7].");
});

it("takes no HTML and no script from the text", () => {
  const source = '<img src=x onerror="alert(1)"> [go](javascript:alert(1)) ![p](http://x/y.png) <b>b</b>';
  render(<Markdown source={source} insets={insets} />);
  expect(document.querySelector("img, a, b")).toBeNull();
  expect(document.body.textContent).toContain("<img src=x");
});

it("renders lists, tables, quotations and code", () => {
  const source = "- a\n- b [1]\n\n| h |\n| - |\n| c |\n\n> q\n\n```\nx < y\n```";
  render(<Markdown source={source} insets={insets} />);
  expect(document.querySelectorAll("li")).toHaveLength(2);
  expect(screen.getByRole("columnheader").textContent).toBe("h");
  expect(document.querySelector("blockquote")?.textContent).toBe("q");
  expect(document.querySelector("pre")?.textContent).toBe("x < y");
});

it("does not take a quoted numbered heading for a list in a list", () => {
  render(<Markdown source={"- 4. Fees [1]\n- other"} insets={insets} />);
  expect(document.querySelectorAll("ol")).toHaveLength(0);
  expect(document.querySelector("li")?.textContent).toBe("4. Fees source 1");
});

it("marks the ends of sentences, counting characters as the server does", () => {
  expect(
    marked("😀 One. Two.", [
      [0, 6],
      [7, 11],
    ]),
  ).toBe(`😀 One.${END_MARK} Two.${END_MARK}`);
});
