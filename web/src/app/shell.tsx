import { Link, Outlet, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import type { Me } from "@/api/types";
import { Logo, Waiting } from "@/components/logo";
import { useDocumentEvents } from "@/features/library/events";
import { UploadPanel } from "@/features/library/upload-panel";
import { Navigation } from "./navigation";
import { SecondFactorDue } from "./second-factor-due";
import { ServerWarnings } from "./server-warnings";
import { Shortcuts } from "./shortcuts";
import { useHotkeys } from "./use-hotkeys";

// The menu brings the code that places pop-ups, which nothing at the first sight needs.
const UserMenu = lazy(async () => ({ default: (await import("./user-menu")).UserMenu }));
const Viewer = lazy(async () => ({ default: (await import("@/features/viewer/viewer")).Viewer }));

/** What stands around every page: navigation, warnings, the document that is open, uploads. */
export function Shell({ me }: { me: Me }) {
  const { t } = useTranslation();
  const open = useSearch({ from: "__root__" });
  const [help, setHelp] = useState(false);
  useDocumentEvents();
  useHotkeys(() => setHelp(true));
  return (
    <div className="flex min-h-dvh flex-col md:flex-row">
      <a
        href="#content"
        className="fixed start-2 -top-20 z-50 rounded-md bg-woad px-4 py-2 text-on-woad focus:top-2"
      >
        {t("app.skip")}
      </a>
      <header className="sticky top-0 z-20 flex h-14 shrink-0 items-center gap-1 border-line bg-sunken px-4 max-md:border-b md:h-dvh md:w-52 md:flex-col md:items-stretch md:border-e md:px-3 md:py-4">
        <Link to="/ask" className="flex items-center gap-2.5 rounded-md md:px-2 md:pb-5">
          <Logo className="size-7" />
          <span className="font-serif text-[1.4rem] leading-none font-medium tracking-tight">Bastide</span>
        </Link>
        <Navigation me={me} />
        <div className="ms-auto md:ms-0 md:mt-auto">
          <Suspense fallback={<div className="size-12" />}>
            <UserMenu me={me} onHelp={() => setHelp(true)} />
          </Suspense>
        </div>
      </header>
      <div className="flex min-w-0 grow flex-col max-md:pb-16">
        <SecondFactorDue me={me} />
        <ServerWarnings />
        <main id="content" tabIndex={-1} className="min-w-0 grow outline-none">
          <Outlet />
        </main>
      </div>
      {open.doc && (
        <Suspense
          fallback={
            <Aside>
              <Waiting label={t("app.loading")} />
            </Aside>
          }
        >
          <Viewer key={`${open.doc}-${open.version ?? ""}`} id={open.doc} />
        </Suspense>
      )}
      <UploadPanel />
      {help && <Shortcuts onClose={() => setHelp(false)} />}
    </div>
  );
}

function Aside({ children }: { children: ReactNode }) {
  return (
    <aside className="grid place-items-center border-s border-line bg-sunken lg:w-[46vw]">{children}</aside>
  );
}
