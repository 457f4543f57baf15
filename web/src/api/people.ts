/** The shapes of people and what belongs to them. */
import type { Grant, Role } from "./types";

export interface Person {
  id: string;
  email: string;
  name: string;
  role: Role;
  active: boolean;
  groups: string[];
  departments: string[];
  created_at: string;
  last_seen_at: string | null;
}

export interface Group {
  id: string;
  kind: "group" | "department";
  name: string;
  members_count: number;
}

export interface Link {
  path: string;
  mailed: boolean;
}

export interface Invitation {
  id: string;
  email: string;
  role: Role;
  groups: string[];
  expires_at: string;
}

export interface ServiceAccount {
  id: string;
  name: string;
  role: Role;
  active: boolean;
  created_at: string;
}

export interface Session {
  id: string;
  created_at: string;
  last_seen_at: string;
  address: string;
  user_agent: string;
  current: boolean;
}

export type GranteeKind = "user" | "service" | "group" | "department" | "organisation";

export interface Grantee {
  token: string;
  kind: GranteeKind;
  name: string;
  detail: string;
}

export type Ground =
  | "administrator"
  | "owner"
  | "grant"
  | "follows_collection"
  | "not_on_list"
  | "nothing_granted"
  | "other_organisation"
  | "label_rule"
  | "label_second_factor"
  | "label_barred"
  | "cannot_act"
  | "not_there";

export interface Explanation {
  subject_id: string;
  access: Grant["access"] | null;
  role: Role | null;
  steps: {
    kind: string;
    ground: Ground;
    access: Grant["access"] | null;
    grantee: string | null;
    label?: string | null;
  }[];
  /** Of the subject and the grantees, by token; who is not here any more has none. */
  names: Record<string, string>;
}
