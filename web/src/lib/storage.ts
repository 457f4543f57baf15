/** Storage that may be forbidden (private windows, policies): the page works without. */

// What was stored is what this page stored: the type says what the caller wrote there.
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
export function recall<T>(storage: () => Storage, key: string): T | undefined {
  try {
    const text = storage().getItem(key);
    return text === null ? undefined : (JSON.parse(text) as T);
  } catch {
    return undefined;
  }
}

export function remember(storage: () => Storage, key: string, value: unknown): void {
  try {
    if (value === undefined) storage().removeItem(key);
    else storage().setItem(key, JSON.stringify(value));
  } catch {
    // Full or forbidden.
  }
}
