/** What the browser says and the authenticator signs with it (WebAuthn §5.8.1). */
export interface ClientData {
  type: string;
  challenge: string;
  origin: string;
  /** The page was framed by one of another origin. */
  crossOrigin: boolean;
}

/** Undefined for what no browser says. */
export function readClientData(bytes: Uint8Array): ClientData | undefined {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes));
  } catch {
    return undefined;
  }
  if (typeof parsed !== 'object' || parsed === null) return undefined;
  const { type, challenge, origin, crossOrigin = false, topOrigin } = parsed as Record<string, unknown>;
  if (typeof type !== 'string' || typeof challenge !== 'string' || typeof origin !== 'string')
    return undefined;
  if (typeof crossOrigin !== 'boolean') return undefined;
  return { type, challenge, origin, crossOrigin: crossOrigin || topOrigin !== undefined };
}
