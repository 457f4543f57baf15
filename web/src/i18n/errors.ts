import i18next, { type TFunction } from "i18next";
import { duration } from "@/lib/format";
import { ApiError, type ErrorBody } from "@/lib/http";
import type { errors } from "./errors.en";

type Code = keyof typeof errors;

/** An error in the reader's language: what happened and what to do. */
export function inWords(t: TFunction, error: ErrorBody | Error, language: string): string {
  const body = error instanceof ApiError || !(error instanceof Error) ? error : internal(error);
  const wait = Number(body.details.retry_after_s ?? 60);
  const named = [body.details.param, body.details.name].find((one) => typeof one === "string");
  const values = { message: body.message || body.code, wait: duration(wait, language), param: named ?? "" };
  return t(`errors.${keyOf(body)}`, values);
}

function keyOf({ code, details }: Pick<ErrorBody, "code" | "details">): Code {
  const key = code.replace(/[.-]/g, "_");
  const closer = [details.reason, details.field].filter((one) => typeof one === "string");
  const candidates = [...closer.map((one) => `${key}_${one}`), key];
  return (
    candidates.find((candidate): candidate is Code => i18next.exists(`errors.${candidate}`)) ?? "unknown"
  );
}

function internal(error: Error): ErrorBody {
  return { code: "page", message: error.message, details: {} };
}
