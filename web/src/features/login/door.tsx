import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Logo } from "@/components/logo";
import { Plan } from "./plan";
import { LANGUAGES, setLanguage, type Language } from "@/i18n";

/** The frame of the pages before one is inside. */
export function Door({ title, lead, children }: { title: string; lead: string; children: ReactNode }) {
  const { t, i18n } = useTranslation();
  return (
    <div className="grid min-h-dvh lg:grid-cols-[1fr_1.1fr]">
      <div aria-hidden="true" className="relative hidden overflow-hidden bg-sunken lg:block">
        <Plan className="absolute inset-0 size-full" />
      </div>
      <main id="content" className="mx-auto flex w-full max-w-md flex-col justify-center gap-6 px-6 py-10">
        <div>
          <Logo className="mb-6 size-12 lg:hidden" />
          <p className="mb-1 font-serif text-lg text-brick">Bastide</p>
          <h1 className="text-4xl">{title}</h1>
          <p className="mt-2 text-soft">{lead}</p>
        </div>
        {children}
        <div role="group" aria-label={t("app.language")} className="flex gap-3 text-sm">
          {(Object.entries(LANGUAGES) as [Language, string][]).map(([key, name]) => (
            <button
              key={key}
              type="button"
              lang={key}
              aria-pressed={i18n.language === key}
              onClick={() => setLanguage(key)}
              className="text-soft underline-offset-4 hover:underline aria-pressed:text-ink aria-pressed:underline"
            >
              {name}
            </button>
          ))}
        </div>
      </main>
    </div>
  );
}
