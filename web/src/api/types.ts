/** The shapes of the API, as the page uses them. */
import type { ErrorBody } from "@/lib/http";

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
  total: number | null;
}

export type Role = "system_admin" | "organisation_admin" | "agent_manager" | "member" | "read_only";

export interface OwnOrganisation {
  id: string;
  name: string;
  role: Role;
}

export interface Me {
  id: string;
  email: string | null;
  name: string;
  role: Role;
  organisation: OwnOrganisation;
  organisations: OwnOrganisation[];
  /** What needs no grant, by the words of the permission table. */
  actions: string[];
  locale: string;
  must_change_password: boolean;
  /** What has to be done before anything else. */
  pending: "password" | "second_factor" | null;
  /** When this session stops being enough for an organisation that requires a second factor. */
  second_factor_by: string | null;
}

export interface Collection {
  id: string;
  name: string;
  description: string;
  documents_count: number;
  created_at: string;
  owner_id: string;
  access: Grant[];
  labels: string[];
}

/** `grantee`: `user:…`, `group:…`, `department:…` or `organisation:…`. */
export interface Grant {
  grantee: string;
  access: "read" | "contribute" | "manage";
}

export type DocumentStatus = "processing" | "indexed" | "failed" | "cancelled";
export type Stage = "queued" | "parsing" | "chunking" | "embedding" | "indexing";

export interface DocumentMetadata {
  pages?: number;
  file_size?: number;
  title?: string;
  author?: string;
  [key: string]: unknown;
}

export interface Document {
  document_id: string;
  filename: string;
  status: DocumentStatus;
  stage: Stage | null;
  progress: number;
  eta_s: number | null;
  chunks_count: number;
  collection: string;
  collection_id: string;
  version: number;
  upload_time: string;
  indexed_at: string | null;
  language: string;
  media_type: string;
  metadata: DocumentMetadata;
  error: ErrorBody | null;
  warnings: string[];
  labels: string[];
  duplicate?: boolean;
  parent_id: string | null;
  children_count: number;
}

export interface DocumentText {
  document_id: string;
  version: number;
  text: string;
  pages: { number: number; start: number; end: number; ocr: boolean }[];
  blocks: Block[];
}

export interface Block {
  kind: "heading" | "paragraph" | "list_item" | "table_row" | "code";
  start: number;
  end: number;
  level: number;
}

export interface PageRectangles {
  page: number;
  width: number;
  height: number;
  rectangles: { x0: number; y0: number; x1: number; y1: number }[];
}

export interface Citation {
  number: number;
  document_id: string;
  version: number;
  filename: string;
  collection: string;
  chunk_id: string;
  page: number | null;
  start: number;
  end: number;
  quote: string;
  section: string;
  score: number;
  verified: boolean;
}

export interface Grounding {
  answered: boolean;
  degraded: boolean;
  unsupported: [number, number][];
}

export interface Model {
  id: string;
  owned_by: string;
  available: boolean;
}

export interface Suggestion {
  question: string;
  language: string;
}

export interface ServerStatus {
  name: string;
  version: string;
  warnings: { code: string; message: string; hint: string }[];
}

export interface ApiKey {
  id: string;
  name: string;
  prefix: string;
  last_four: string;
  subject_id: string;
  scopes: string[];
  allowed_models: string[] | null;
  allowed_collections: string[] | null;
  allowed_networks: string[] | null;
  created_at: string;
  expires_at: string | null;
  last_used_at: string | null;
}
