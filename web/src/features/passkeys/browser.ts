/** The browser's side of passkeys (WebAuthn Level 3, in its JSON forms). */

const NUMBER = /^[\d.]+$|:/;

/** Browsers make and ask for none where the page was opened by a number, such as 127.0.0.1. */
export function passkeysWork(): boolean {
  if (NUMBER.test(location.hostname)) return false;
  return typeof PublicKeyCredential !== "undefined" && "parseCreationOptionsFromJSON" in PublicKeyCredential;
}

/** Raises NotAllowedError when the person declines or waits too long. */
export async function makePasskey(options: PublicKeyCredentialCreationOptionsJSON): Promise<unknown> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  return jsonOf(await navigator.credentials.create({ publicKey }));
}

export async function askPasskey(options: PublicKeyCredentialRequestOptionsJSON): Promise<unknown> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  return jsonOf(await navigator.credentials.get({ publicKey }));
}

function jsonOf(credential: Credential | null): unknown {
  if (!(credential instanceof PublicKeyCredential)) throw new DOMException("None.", "NotAllowedError");
  return credential.toJSON();
}
