import type { Clients } from '../clients/clients.ts';
import { withQuery } from '../core/oauth/query.ts';

/**
 * The addresses that the browser must load to sign out of clients of a session (OpenID Connect Front-Channel Logout
 * §3), with `iss` and `sid` always.
 */
export async function frontChannelLogoutUris(
  clients: Clients,
  issuer: string,
  sessionId: string,
  clientIds: readonly string[],
): Promise<string[]> {
  // The session is over by now: a client that cannot be found out about must not turn that into an error.
  const find = (clientId: string) => clients.find(clientId).catch(() => undefined);
  const found = await Promise.all(clientIds.map(find));
  return found.flatMap((client) =>
    client?.frontchannelLogoutUri === undefined
      ? []
      : [withQuery(client.frontchannelLogoutUri, { iss: issuer, sid: sessionId })],
  );
}
