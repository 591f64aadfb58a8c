// Standard Webhooks 1.0.0, "Signature scheme": base64 behind a prefix that secret scanners know, 24 to 64 bytes.
const PREFIX = 'whsec_';
const MINIMUM_BYTES = 24;
const MAXIMUM_BYTES = 64;
/** While one takes the place of the other. */
const AT_ONCE = 2;

function keyOf(text: string): Uint8Array<ArrayBuffer> | undefined {
  if (!text.startsWith(PREFIX)) return undefined;
  try {
    const bytes = Uint8Array.from(atob(text.slice(PREFIX.length)), (character) => character.charCodeAt(0));
    return bytes.length >= MINIMUM_BYTES && bytes.length <= MAXIMUM_BYTES ? bytes : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The keys of a webhook's secret: one, or two with a space between them while it is being replaced.
 * @returns undefined for anything else
 */
export function webhookKeys(secret: string): Uint8Array<ArrayBuffer>[] | undefined {
  const texts = secret.trim().split(/\s+/);
  const keys = texts.flatMap((text) => keyOf(text) ?? []);
  return keys.length === texts.length && keys.length <= AT_ONCE ? keys : undefined;
}
