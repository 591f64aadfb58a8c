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
  const found = await Promise.all(clientIds.map((clientId) => clients.find(clientId)));
  return found.flatMap((client) =>
    client?.frontchannelLogoutUri === undefined
      ? []
      : [withQuery(client.frontchannelLogoutUri, { iss: issuer, sid: sessionId })],
  );
}
