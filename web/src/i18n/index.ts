import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { recall, remember } from "@/lib/storage";
import { french } from "@/lib/typography";
import { en } from "./en";
import { fr } from "./fr";

export type Language = "en" | "fr";
export const LANGUAGES: Record<Language, string> = { en: "English", fr: "Français" };
const KEY = "bastide.language";

/** What was chosen on this browser; else what the browser prefers. */
export function chosenLanguage(): Language {
  const known = recall<string>(() => localStorage, KEY);
  if (known === "en" || known === "fr") return known;
  const wanted = navigator.languages.map((tag) => tag.slice(0, 2));
  return wanted.find((tag): tag is Language => tag === "en" || tag === "fr") ?? "en";
}

export async function setLanguage(language: Language): Promise<void> {
  remember(() => localStorage, KEY, language);
  await i18next.changeLanguage(language);
}

function spaced<T>(messages: T): T {
  if (typeof messages === "string") return french(messages) as T;
  const entries = Object.entries(messages as object).map(([key, value]) => [key, spaced(value as unknown)]);
  return Object.fromEntries(entries) as T;
}

i18next.on("languageChanged", (language) => {
  document.documentElement.lang = language;
});

await i18next.use(initReactI18next).init({
  lng: chosenLanguage(),
  fallbackLng: "en",
  resources: { en: { translation: en }, fr: { translation: spaced(fr) } },
  interpolation: { escapeValue: false }, // React escapes
});

export { i18next };
