import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { queries, type DocumentFilter } from "@/api/queries";
import type { Collection, DocumentStatus } from "@/api/types";
import type { LibrarySearch } from "@/app/router";
import { Button } from "@/components/button";
import { Search, Select } from "@/components/field";
import { Waiting } from "@/components/logo";
import { ErrorNotice } from "@/components/notice";
import { AddMenu } from "./add-menu";
import { Collections } from "./collections";
import { DocumentTable } from "./document-table";
import { DropArea } from "./drop-area";
import { Empty } from "./empty";

const STATES: DocumentStatus[] = ["indexed", "processing", "failed", "cancelled"];
/** Where documents go when no collection is chosen; the server makes it when it is needed. */
const DEFAULT_COLLECTION = "documents";
const TYPING_MS = 250;

export function LibraryPage() {
  const { t } = useTranslation();
  const search = useSearch({ from: "/library" });
  const navigate = useNavigate({ from: "/library" });
  const { collection, q } = search;
  const documents = useInfiniteQuery(queries.documents(filterOf(search)));
  const collections = useQuery(queries.collections);
  const managed = useManaged();
  const choose = (change: LibrarySearch) =>
    void navigate({ search: (now) => ({ ...now, ...change }), replace: true });
  const total = documents.data?.pages[0]?.total;
  const target = collection ?? DEFAULT_COLLECTION;
  return (
    <DropArea collection={target}>
      <div className="@container/library mx-auto max-w-7xl px-4 py-6 md:px-8 md:py-8">
        <div className="grid gap-x-8 @4xl/library:grid-cols-[13rem_minmax(0,1fr)]">
          <Collections
            managed={managed}
            chosen={collection}
            onChoose={(name) => choose({ collection: name })}
            collections={collections.data ?? []}
          />
          <section aria-label={collection ?? t("library.all")} className="min-w-0">
            <header className="mb-5 flex flex-wrap items-center gap-x-4 gap-y-3">
              <h1 className="text-3xl break-words">{collection ?? t("library.title")}</h1>
              {typeof total === "number" && (
                <span className="mt-1.5 text-sm text-soft">{t("library.count", { count: total })}</span>
              )}
              <AddMenu collection={target} className="ms-auto" />
            </header>
            <Filters key={q === undefined ? "none" : "some"} search={search} onChange={choose} />
            <Documents search={search} onClear={() => choose({ status: undefined, q: undefined })} />
          </section>
        </div>
      </div>
    </DropArea>
  );
}

/** A guess that saves a click: the server decides. */
function useManaged(): (collection: Collection) => boolean {
  const me = useQuery(queries.me).data;
  if (!me) return () => false;
  const mine = new Set([`user:${me.id}`, `organisation:${me.organisation.id}`]);
  return ({ owner_id, access }) =>
    me.role.endsWith("_admin") ||
    owner_id === me.id ||
    access.some(
      (grant) =>
        grant.access === "manage" && (mine.has(grant.grantee) || /^(group|department):/.test(grant.grantee)),
    );
}

function Documents({ search, onClear }: { search: LibrarySearch; onClear: () => void }) {
  const { t } = useTranslation();
  const documents = useInfiniteQuery(queries.documents(filterOf(search)));
  const items = documents.data?.pages.flatMap((page) => page.items) ?? [];
  if (documents.isPending) return <Waiting label={t("app.loading")} />;
  if (documents.error) return <ErrorNotice error={documents.error} />;
  if (items.length === 0) {
    return search.status || search.q ? <NoMatch onClear={onClear} /> : <Empty />;
  }
  return (
    <>
      <DocumentTable documents={items} showCollection={!search.collection} />
      {documents.hasNextPage && (
        <div className="mt-4 text-center">
          <Button disabled={documents.isFetchingNextPage} onClick={() => documents.fetchNextPage()}>
            {t("app.more")}
          </Button>
        </div>
      )}
    </>
  );
}

function NoMatch({ onClear }: { onClear: () => void }) {
  const { t } = useTranslation();
  return (
    <div className="py-10 text-center text-soft">
      <p className="mb-3">{t("library.noMatch")}</p>
      <Button onClick={onClear}>{t("library.clear")}</Button>
    </div>
  );
}

/** The whole address also says which document is open: that is no filter. */
function filterOf({ collection, status, q }: LibrarySearch): DocumentFilter {
  return { collection, status, q };
}

function Filters({ search, onChange }: { search: LibrarySearch; onChange: (change: LibrarySearch) => void }) {
  const { t } = useTranslation();
  const [name, setName] = useState(search.q ?? "");
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const type = (text: string) => {
    setName(text);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => onChange({ q: text.trim() || undefined }), TYPING_MS);
  };
  return (
    <div className="mb-4 flex gap-2">
      <Search
        label={t("library.search")}
        value={name}
        onValue={type}
        className="min-w-0 flex-1 sm:max-w-64"
      />
      <Select
        label={t("library.status")}
        hideLabel
        value={search.status ?? ""}
        onChange={(event) => onChange({ status: STATES.find((state) => state === event.target.value) })}
        options={STATES.map((state) => [state, t(`library.states.${state}`)])}
      >
        <option value="">{t("library.anyStatus")}</option>
      </Select>
    </div>
  );
}
