/** Speaks to the API of the server that this page came from. */

export interface ErrorBody {
  code: string;
  message: string;
  details: Record<string, unknown>;
}

/** As the inference routes tell it, too: `param` names the field of the request. */
export interface ErrorAnswer extends Partial<Omit<ErrorBody, "code">> {
  code?: string | null;
  param?: string | null;
}

/** What the server answered instead of a result. `code` is stable; the page translates it. */
export class ApiError extends Error {
  readonly code: string;
  readonly details: Record<string, unknown>;
  readonly status: number;

  constructor(status: number, body: ErrorBody) {
    super(body.message);
    this.name = "ApiError";
    this.status = status;
    this.code = body.code;
    this.details = body.details;
  }
}

type Value = string | number | boolean | undefined;
/** A list is given as the same name several times. */
export type Query = Record<string, Value | string[]>;

export interface Options {
  query?: Query;
  json?: unknown;
  signal?: AbortSignal;
}

let onSignedOut: () => void = () => undefined;

/** Called whenever a request finds that there is no session any more. */
export function whenSignedOut(handler: () => void): void {
  onSignedOut = handler;
}

export async function request<T>(method: string, path: string, options: Options = {}): Promise<T> {
  const response = await send(method, path, options);
  if (response.status === 204) return undefined as T;
  const text = await response.text();
  return (text ? JSON.parse(text) : undefined) as T;
}

/** The raw answer, for streams. Raises ApiError unless the status is a success. */
export async function send(method: string, path: string, options: Options = {}): Promise<Response> {
  const headers = new Headers({ accept: "application/json" });
  if (method !== "GET") headers.set("X-CSRF-Token", csrfToken());
  const init: RequestInit = { method, headers, credentials: "same-origin" };
  if (options.json !== undefined) {
    headers.set("content-type", "application/json");
    init.body = JSON.stringify(options.json);
  }
  if (options.signal) init.signal = options.signal;
  let response: Response;
  try {
    response = await fetch(withQuery(path, options.query), init);
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new ApiError(0, { code: "network", message: "The server does not answer.", details: {} });
  }
  if (!response.ok) throw refused(errorOf(response.status, await response.text()));
  return response;
}

export function withQuery(path: string, query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== undefined && each !== "") parameters.append(name, String(each));
    }
  }
  const text = parameters.toString();
  return text ? `${path}?${text}` : path;
}

/** `error` of an answer or of a stream: ours, or that of a model's provider, which may have no code. */
export function errorFrom(
  status: number,
  { code, message = "", details = {}, param }: ErrorAnswer,
): ApiError {
  const named = param ? { ...details, param } : details;
  return new ApiError(status, { code: code ?? `http.${status}`, message, details: named });
}

/** Reads `{"error": {…}}`; something that is not ours (a proxy's page) becomes `http.<status>`. */
export function errorOf(status: number, text: string): ApiError {
  try {
    const { error } = JSON.parse(text) as { error?: ErrorAnswer };
    if (error?.code || error?.message) return errorFrom(status, error);
  } catch {
    // Not JSON: told apart below.
  }
  return new ApiError(status, { code: `http.${status}`, message: text.slice(0, 300), details: {} });
}

const SIGNED_OUT = new Set(["auth.missing", "auth.invalid", "auth.expired", "invalid_api_key"]);

export function refused(error: ApiError): ApiError {
  if (error.status === 401 && SIGNED_OUT.has(error.code)) onSignedOut();
  return error;
}

export function csrfToken(): string {
  // With TLS the cookie is bound to this host by its name; one without may be left from before.
  const found =
    /(?:^|;\s*)__Host-bastide_csrf=([^;]*)/.exec(document.cookie) ??
    /(?:^|;\s*)bastide_csrf=([^;]*)/.exec(document.cookie);
  return decodeURIComponent(found?.[1] ?? "");
}
