import { lexer, type Token, type Tokens } from "marked";
import { Fragment, type ReactNode } from "react";

/** Marks the end of a sentence in the source of an answer; a private character that no text has. */
export const END_MARK = "\ue000";

interface Insets {
  /** What stands for `[n]`; null leaves the text as it is. */
  citation: (number: number) => ReactNode;
  /** What stands for END_MARK. */
  mark: () => ReactNode;
}

/** Markdown as React elements: no HTML is ever taken from the text. */
export function Markdown({ source, insets }: { source: string; insets: Insets }) {
  return blocks(lexer(source), insets);
}

function blocks(tokens: Token[], insets: Insets): ReactNode {
  return tokens.map((token, index) => <Fragment key={index}>{block(token, insets)}</Fragment>);
}

function block(token: Token, insets: Insets): ReactNode {
  switch (token.type) {
    case "space":
    case "def":
      return null;
    case "heading":
      return <h3>{inline((token as Tokens.Heading).tokens, insets)}</h3>;
    case "paragraph":
      return <p>{inline((token as Tokens.Paragraph).tokens, insets)}</p>;
    case "blockquote":
      return <blockquote>{blocks((token as Tokens.Blockquote).tokens, insets)}</blockquote>;
    case "list":
      return list(token as Tokens.List, insets);
    case "table":
      return table(token as Tokens.Table, insets);
    case "code":
      return (
        <pre tabIndex={0}>
          <code>{plain((token as Tokens.Code).text)}</code>
        </pre>
      );
    case "hr":
      return <hr />;
    default:
      return inline([token], insets);
  }
}

function list({ ordered, start, items }: Tokens.List, insets: Insets): ReactNode {
  const rows = items.map((item, index) => <li key={index}>{entry(item, insets)}</li>);
  return ordered ? <ol start={start === "" ? 1 : start}>{rows}</ol> : <ul>{rows}</ul>;
}

/** "- 4. Fees" quotes a numbered heading: no list inside the list. */
function entry({ tokens }: Tokens.ListItem, insets: Insets): ReactNode {
  const [only] = tokens;
  if (tokens.length !== 1 || only?.type !== "list") return blocks(tokens, insets);
  const inner = only as Tokens.List;
  const [first] = inner.items;
  if (!inner.ordered || inner.items.length !== 1 || !first) return blocks(tokens, insets);
  return (
    <>
      {inner.start}. {blocks(first.tokens, insets)}
    </>
  );
}

function table({ header, rows }: Tokens.Table, insets: Insets): ReactNode {
  return (
    <table>
      <thead>
        <tr>
          {header.map((cell, index) => (
            <th key={index}>{inline(cell.tokens, insets)}</th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, index) => (
          <tr key={index}>
            {row.map((cell, column) => (
              <td key={column}>{inline(cell.tokens, insets)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function inline(tokens: Token[], insets: Insets): ReactNode {
  return tokens.map((token, index) => <Fragment key={index}>{span(token, insets)}</Fragment>);
}

function span(token: Token, insets: Insets): ReactNode {
  switch (token.type) {
    case "strong":
      return <strong>{inline((token as Tokens.Strong).tokens, insets)}</strong>;
    case "em":
      return <em>{inline((token as Tokens.Em).tokens, insets)}</em>;
    case "del":
      return <del>{inline((token as Tokens.Del).tokens, insets)}</del>;
    case "codespan":
      return <code>{plain((token as Tokens.Codespan).text)}</code>;
    case "br":
      return <br />;
    case "link":
      return link(token as Tokens.Link, insets);
    case "text": {
      const { tokens, text } = token as Tokens.Text;
      return tokens ? inline(tokens, insets) : words(text, insets);
    }
    case "escape":
      return words((token as Tokens.Escape).text, insets);
    default:
      return words(token.raw, insets); // pictures, HTML: as they were written
  }
}

function link({ href, tokens }: Tokens.Link, insets: Insets): ReactNode {
  if (!/^https?:/i.test(href)) return inline(tokens, insets);
  return (
    <a href={href} target="_blank" rel="noreferrer noopener" className="text-woad underline">
      {inline(tokens, insets)}
    </a>
  );
}

function words(text: string, insets: Insets): ReactNode {
  return text.split(/(\[\d{1,3}\]|\ue000)/).map((part, index) => {
    if (index % 2 === 0) return part;
    if (part === END_MARK) return <Fragment key={index}>{insets.mark()}</Fragment>;
    return <Fragment key={index}>{insets.citation(Number(part.slice(1, -1))) ?? part}</Fragment>;
  });
}

function plain(text: string): string {
  return text.replaceAll(END_MARK, "");
}
