import { queryOptions } from "@tanstack/react-query";
import { request } from "@/lib/http";

export interface Factors {
  totp: boolean;
  passkeys: number;
  recovery_codes: number;
}

export interface Enrolment {
  secret: string;
  uri: string;
}

export interface Codes {
  codes: string[];
}

export const PATH = "/api/v1/me/second-factor";

export const factors = queryOptions({
  queryKey: ["second-factor"],
  queryFn: () => request<Factors>("GET", PATH),
});
