import { beforeEach, describe, expect, it, vi } from "vitest";
import { errorOf, request, whenSignedOut, withQuery } from "./http";

const answer = (status: number, body: string) => Promise.resolve(new Response(body || null, { status }));

beforeEach(() => {
  document.cookie = "bastide_csrf=tok%2Fen";
});

describe("request", () => {
  it("sends the token with what changes something, and only then", async () => {
    const fetched = vi.spyOn(globalThis, "fetch").mockImplementation(() => answer(200, "{}"));
    await request("GET", "/a");
    await request("POST", "/b", { json: { x: 1 } });
    const tokens = fetched.mock.calls.map(([, init]) => (init?.headers as Headers).get("X-CSRF-Token"));
    expect(tokens).toEqual([null, "tok/en"]);
    expect(fetched.mock.calls[1]?.[1]?.body).toBe('{"x":1}');
  });

  it("says when the session is over, but not when a password is wrong", async () => {
    const signedOut = vi.fn();
    whenSignedOut(signedOut);
    const fetched = vi.spyOn(globalThis, "fetch");
    fetched.mockImplementation(() => answer(401, '{"error":{"code":"auth.login_failed"}}'));
    await expect(request("POST", "/login")).rejects.toMatchObject({ code: "auth.login_failed" });
    expect(signedOut).not.toHaveBeenCalled();
    fetched.mockImplementation(() => answer(401, '{"error":{"code":"auth.expired"}}'));
    await expect(request("GET", "/x")).rejects.toMatchObject({ status: 401 });
    expect(signedOut).toHaveBeenCalledOnce();
  });

  it("tells a server that does not answer", async () => {
    vi.spyOn(globalThis, "fetch").mockRejectedValue(new TypeError("failed"));
    await expect(request("GET", "/x")).rejects.toMatchObject({ code: "network" });
  });
});

it("reads errors of ours and of proxies", () => {
  expect(errorOf(422, '{"error":{"code":"a.b","message":"m","details":{"n":1}}}')).toMatchObject({
    code: "a.b",
    details: { n: 1 },
  });
  expect(errorOf(502, "<html>")).toMatchObject({ code: "http.502", status: 502 });
});

it("leaves out what is not asked for", () => {
  expect(withQuery("/a", { q: "é&", page: 0, none: undefined, empty: "" })).toBe("/a?q=%C3%A9%26&page=0");
});
