import { useNavigate } from "@tanstack/react-router";
import { useEffect } from "react";

/** How long the second key of a pair may take. */
const PAIR_MS = 1500;
const PLACES = { a: "/ask", l: "/library", s: "/settings" } as const;

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))
  );
}

/** `/` to the question, `g` then a letter to a page, `?` for help. Silent while somebody types or a window is open. */
export function useHotkeys(onHelp: () => void): void {
  const navigate = useNavigate();
  useEffect(() => {
    let pairUntil = 0;
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (isTyping(event.target) || document.querySelector("dialog[open]")) return;
      const place = PLACES[event.key as keyof typeof PLACES] as (typeof PLACES)["a"] | undefined;
      if (place && event.timeStamp < pairUntil) void navigate({ to: place });
      else if (event.key === "/") {
        event.preventDefault();
        void navigate({ to: "/ask", search: (search) => search }).then(focusQuestion);
      } else if (event.key === "?") onHelp();
      pairUntil = event.key === "g" ? event.timeStamp + PAIR_MS : 0;
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [navigate, onHelp]);
}

function focusQuestion(): void {
  requestAnimationFrame(() => document.getElementById("question")?.focus());
}
