import i18next from "i18next";
import { beforeAll, expect, it } from "vitest";
import { ApiError, errorOf } from "@/lib/http";
import { setLanguage } from "./index";
import { inWords } from "./errors";

beforeAll(() => setLanguage("fr"));
const words = (code: string, details = {}, message = "") =>
  inWords(i18next.t, new ApiError(400, { code, message, details }), "fr");

it("tells what happened by the code", () => {
  expect(words("document.encrypted")).toContain("mot de passe");
  expect(words("auth.throttled", { retry_after_s: 90 })).toContain("2\u00a0min");
});

it("tells the reason where there is one", () => {
  expect(words("password.weak", { reason: "short" })).toContain("8 caractères");
  expect(words("password.weak", { reason: "new" })).toContain("trop facile");
});

it("tells which field is wrong, in the language of the page", () => {
  expect(words("gateway.invalid", { field: "amount" }, "That is too much.")).toContain("montant");
  expect(words("gateway.invalid", { field: "zone" }, "Odd.")).toContain("Odd.");
});

it("names the model that is not there", () => {
  const details = { field: "fallbacks", name: "smal" };
  expect(words("gateway.model_unknown", details)).toMatch(/«\s?smal\s?»/);
});

it("names what a provider's protocol cannot say", () => {
  const body = { error: { code: "request.untranslatable", message: "…", param: "seed" } };
  expect(inWords(i18next.t, errorOf(400, JSON.stringify(body)), "fr")).toContain("seed");
});

it("keeps a provider's own words, which may have no code", () => {
  const body = { error: { message: "max_tokens is too large", code: null } };
  expect(inWords(i18next.t, errorOf(400, JSON.stringify(body)), "fr")).toMatch(/: max_tokens is too large/);
});

it("falls back to the server's words", () => {
  expect(words("not.known", {}, "Odd thing.")).toContain("Odd thing.");
  expect(inWords(i18next.t, new Error("boom"), "fr")).toContain("boom");
});
