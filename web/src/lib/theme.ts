import { useSyncExternalStore } from "react";
import { recall, remember } from "./storage";

export type Theme = "system" | "light" | "dark";
const KEY = "bastide.theme";
const listeners = new Set<() => void>();

function read(): Theme {
  const known = recall<Theme>(() => localStorage, KEY);
  return known === "light" || known === "dark" ? known : "system";
}

export function applyTheme(): void {
  const theme = read();
  if (theme === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

export function setTheme(theme: Theme): void {
  remember(() => localStorage, KEY, theme === "system" ? undefined : theme);
  applyTheme();
  for (const tell of listeners) tell();
}

export function useTheme(): Theme {
  return useSyncExternalStore((tell) => {
    listeners.add(tell);
    return () => listeners.delete(tell);
  }, read);
}
