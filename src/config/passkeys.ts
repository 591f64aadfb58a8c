import * as v from 'valibot';
import type { Config } from './schema.ts';

/** Keys on people's devices, which need no password beside them. */
export const passkeys = v.optional(
  v.strictObject({
    /** Whether people may sign in with passkeys. Default true. */
    enabled: v.optional(v.boolean(), true),
    /**
     * The name that passkeys are made for: the issuer's host, which is the default, or a domain above it that is yours, so
     * that they keep working when the issuer moves to another host there. Changing it makes all passkeys useless.
     */
    rpId: v.optional(v.pipe(v.string(), v.regex(/^[a-z0-9-]+(\.[a-z0-9-]+)*$/, 'must be a domain name'))),
  }),
  {},
);

/** Browsers know no relying party by an address (WebAuthn §5.1.3: the effective domain must be a domain). */
const isAddress = (host: string): boolean => host.startsWith('[') || /^\d+(\.\d+){3}$/.test(host);

/**
 * The relying party id, or undefined where there are no passkeys: they are off, or the issuer's host is an IP address, for
 * which browsers make none.
 */
export function rpIdOf({ issuer, passkeys }: Pick<Config, 'issuer' | 'passkeys'>): string | undefined {
  const { hostname } = new URL(issuer);
  return passkeys.enabled && !isAddress(hostname) ? (passkeys.rpId ?? hostname) : undefined;
}

export function* passkeyFaults({ issuer, passkeys }: Config): Generator<string> {
  const { hostname } = new URL(issuer);
  const { rpId } = passkeys;
  if (rpId === undefined || rpId === hostname) return;
  // A browser refuses a public suffix itself; one label is certainly one.
  if (!hostname.endsWith(`.${rpId}`) || !rpId.includes('.'))
    yield `passkeys.rpId: must be ${hostname}, the issuer's host, or a domain of yours above it`;
}
