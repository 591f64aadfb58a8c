import * as v from 'valibot';
import { parseTarget } from '../core/gate/path.ts';
import { hostMatcher, isLiteralHost } from '../core/gate/route.ts';
import { type Client, client } from './client.ts';
import type { Route } from './schema.ts';

/** The gate signs people in as a client of its own issuer. */
export const GATE_CLIENT_ID = 'portcullis-gate';
/** Where the issuer sends people back to the gate, on every host that it guards. */
export const GATE_CALLBACK_PATH = '/.portcullis/callback';

/**
 * The gate's own client, for the hosts that have something to guard; none without one. The hosts that only a pattern names
 * are no redirect URIs: see isOwnRedirectUri.
 */
export function gateClient(
  scheme: string,
  issuerHost: string,
  name: string,
  routes: readonly Route[],
): Client[] {
  const hosts = [...new Set(routes.filter((route) => route.allow !== 'public').map((route) => route.host))];
  if (hosts.length === 0) return [];
  const callback = (host: string): string => `${scheme}//${host}${GATE_CALLBACK_PATH}`;
  const own = v.parse(client, {
    clientId: GATE_CLIENT_ID,
    clientName: hosts.length === 1 && hosts[0] === issuerHost ? name : hosts.join(', '),
    redirectUris: hosts.filter(isLiteralHost).map(callback),
    scope: ['openid'],
    firstParty: true,
    grantTypes: ['authorization_code'],
    // Without a secret that would be accepted: its codes are redeemed in process, and nobody gets tokens for them over HTTP,
    // such as a script that made a sign-in of its own and read the code in the callback's address.
    tokenEndpointAuthMethod: 'client_secret_basic',
  });
  const matches = hosts.filter((host) => !isLiteralHost(host)).map(hostMatcher);
  return [
    {
      ...own,
      isOwnRedirectUri(uri) {
        const target = parseTarget(uri);
        // The one spelling that the gate itself has for it, byte for byte.
        if (target.kind === 'refused' || uri !== callback(target.host)) return false;
        return matches.some((onHost) => onHost(target.host));
      },
    },
  ];
}
