import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from "@tanstack/react-router";
import type { DocumentStatus } from "@/api/types";
import { Crashed, NotFound } from "./trouble";
import { Gate } from "./gate";

/** The document that stands open beside the page, and the characters to show in it. */
export interface OpenDocument {
  doc?: string | undefined;
  version?: number | undefined;
  start?: number | undefined;
  end?: number | undefined;
  page?: number | undefined;
}

export interface LibrarySearch {
  collection?: string | undefined;
  status?: DocumentStatus | undefined;
  q?: string | undefined;
}

export interface UsageSearch {
  view?: (typeof USAGE_VIEWS)[number] | undefined;
}

const root = createRootRoute({
  component: Gate,
  notFoundComponent: NotFound,
  errorComponent: Crashed,
  validateSearch: (search: Record<string, unknown>): OpenDocument => ({
    doc: text(search.doc),
    version: whole(search.version),
    start: whole(search.start),
    end: whole(search.end),
    page: whole(search.page),
  }),
});

const toAsk = () => redirect({ to: "/ask", throw: true });
const home = createRoute({ getParentRoute: () => root, path: "/", beforeLoad: toAsk });
const login = createRoute({ getParentRoute: () => root, path: "/login", beforeLoad: toAsk });
const ask = createRoute({
  getParentRoute: () => root,
  path: "/ask",
  component: lazyRouteComponent(() => import("@/features/ask/page"), "AskPage"),
});
const library = createRoute({
  getParentRoute: () => root,
  path: "/library",
  component: lazyRouteComponent(() => import("@/features/library/page"), "LibraryPage"),
  validateSearch: (search: Record<string, unknown>): LibrarySearch => ({
    collection: text(search.collection),
    status: STATES.find((state) => state === search.status),
    q: text(search.q),
  }),
});
const settings = createRoute({
  getParentRoute: () => root,
  path: "/settings",
  component: lazyRouteComponent(() => import("@/features/settings/page"), "SettingsPage"),
});

const people = createRoute({
  getParentRoute: () => root,
  path: "/people",
  component: lazyRouteComponent(() => import("@/features/people/page"), "PeoplePage"),
});
const audit = createRoute({
  getParentRoute: () => root,
  path: "/audit",
  component: lazyRouteComponent(() => import("@/features/audit/page"), "AuditPage"),
});
const usage = createRoute({
  getParentRoute: () => root,
  path: "/usage",
  component: lazyRouteComponent(() => import("@/features/usage/page"), "UsagePage"),
  validateSearch: (search: Record<string, unknown>): UsageSearch => ({
    view: USAGE_VIEWS.find((view) => view === search.view),
  }),
});
const playground = createRoute({
  getParentRoute: () => root,
  path: "/playground",
  component: lazyRouteComponent(() => import("@/features/playground/page"), "PlaygroundPage"),
});
const models = createRoute({
  getParentRoute: () => root,
  path: "/models",
  component: lazyRouteComponent(() => import("@/features/models/page"), "ModelsPage"),
});
// Shown by the gate, before one is inside.
const join = createRoute({ getParentRoute: () => root, path: "/join" });
const reset = createRoute({ getParentRoute: () => root, path: "/reset" });

const USAGE_VIEWS = ["overview", "calls", "limits", "prompts"] as const;
const STATES: DocumentStatus[] = ["processing", "indexed", "failed", "cancelled"];

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    login,
    ask,
    library,
    playground,
    usage,
    people,
    audit,
    models,
    settings,
    join,
    reset,
  ]),
  defaultPreload: "intent",
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}

function text(value: unknown): string | undefined {
  return typeof value === "string" || typeof value === "number" ? String(value) : undefined;
}

function whole(value: unknown): number | undefined {
  const number = Number(value);
  return value !== undefined && Number.isInteger(number) && number >= 0 ? number : undefined;
}
