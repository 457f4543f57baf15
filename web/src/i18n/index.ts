import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import { recall, remember } from "@/lib/storage";
import { french } from "@/lib/typography";
import type { Messages } from "./en";

export type Language = "en" | "fr";
export const LANGUAGES: Record<Language, string> = { en: "English", fr: "Français" };
const KEY = "bastide.language";

/** Only the language that is spoken is loaded. */
const LOAD: Record<Language, () => Promise<Messages>> = {
  en: async () => (await import("./en")).en,
  fr: async () => spaced((await import("./fr")).fr),
};

/** What was chosen on this browser; else what the browser prefers. */
export function chosenLanguage(): Language {
  const known = recall<string>(() => localStorage, KEY);
  if (known === "en" || known === "fr") return known;
  const wanted = navigator.languages.map((tag) => tag.slice(0, 2));
  return wanted.find((tag): tag is Language => tag === "en" || tag === "fr") ?? "en";
}

export async function setLanguage(language: Language): Promise<void> {
  remember(() => localStorage, KEY, language);
  if (!i18next.hasResourceBundle(language, "translation")) {
    i18next.addResourceBundle(language, "translation", await LOAD[language]());
  }
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

const first = chosenLanguage();
await i18next.use(initReactI18next).init({
  lng: first,
  fallbackLng: false, // a test holds the languages to the same keys
  resources: { [first]: { translation: await LOAD[first]() } },
  interpolation: { escapeValue: false }, // React escapes
});

export { i18next };
