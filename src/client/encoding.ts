/** base64url without padding (RFC 7515 appendix C). */
export const base64url = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');

/** 32 random bytes, base64url: a code verifier of 43 characters (RFC 7636 §4.1), a state, a nonce. */
export const randomValue = (): string => base64url(crypto.getRandomValues(new Uint8Array(32)));

/** SHA-256 of a text, base64url: the S256 code challenge of a verifier (RFC 7636 §4.2) among others. */
export const sha256 = async (text: string): Promise<string> =>
  base64url(new Uint8Array(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))));

/** A query or a form; what is undefined is left out, as JSON leaves it out. */
export const form = (parameters: Record<string, string | number | undefined>): URLSearchParams =>
  new URLSearchParams(JSON.parse(JSON.stringify(parameters)));
