import { type Clients, clientsOf } from '../clients/clients.ts';
import { addressFault, developmentAddressFault } from '../config/address.ts';
import { configOf } from '../config/configured.ts';
import type { Client, Config } from '../config/schema.ts';
import { newRecordId } from '../crypto/token.ts';
import type { Environment } from '../environment.ts';
import type { Keys } from '../keys/keys.ts';
import { keysOf } from '../keys/keys-of.ts';

/** The end of a session, for one of the clients that it was used at. */
export interface SessionEnd {
  userId: string;
  sessionId: string;
  clientId: string;
}

/** OpenID Connect Back-Channel Logout §2.4: the member of `events` that makes a JWT a logout token. */
const EVENT = 'http://schemas.openid.net/event/backchannel-logout';
/** §2.4: two minutes at most. Each attempt has a token of its own. */
const TOKEN_SECONDS = 120;
/** From the first byte sent to the answer's head. A client that takes longer is tried again. */
const TIMEOUT_MILLISECONDS = 5_000;

/** Whether a client wants to hear of the end of a session, on either channel. */
export const hearsOfLogout = (client: Client): boolean =>
  client.backchannelLogoutUri !== undefined || client.frontchannelLogoutUri !== undefined;

/** A logout token (OpenID Connect Back-Channel Logout §2.4), signed as the client's ID tokens are. */
function signLogoutToken(
  { config, keys }: { config: Config; keys: Keys },
  client: Client,
  { userId, sessionId }: SessionEnd,
): Promise<string> {
  const issuedAt = Math.floor(Date.now() / 1000);
  // No nonce: with one it could pass for an ID token.
  return keys.sign(client.idTokenSignedResponseAlg, 'logout+jwt', {
    iss: config.issuer,
    sub: userId,
    aud: client.clientId,
    iat: issuedAt,
    exp: issuedAt + TOKEN_SECONDS,
    jti: newRecordId(),
    sid: sessionId,
    events: { [EVENT]: {} },
  });
}

/**
 * Tells a client of the end of a session (OpenID Connect Back-Channel Logout §2.5). Nothing is sent to a client that
 * is not registered any more or has no URI for it.
 * @throws Error when the client did not take it; its message holds nothing of the answer.
 */
export async function tellOfLogout(
  dependencies: { config: Config; clients: Clients; keys: Keys },
  end: SessionEnd,
): Promise<void> {
  const client = await dependencies.clients.find(end.clientId);
  const uri = client?.backchannelLogoutUri;
  if (!client || uri === undefined) return;
  // Whoever registers a client says where to: it must not be able to reach what only we can.
  const faultOf = dependencies.config.environment === 'development' ? developmentAddressFault : addressFault;
  const fault = faultOf(uri);
  if (fault) throw new Error(`the URI ${fault}`);
  const logoutToken = await signLogoutToken(dependencies, client, end);
  const response = await fetch(uri, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ logout_token: logoutToken }).toString(),
    // Where it leads, nobody has checked.
    redirect: 'manual',
    signal: AbortSignal.timeout(TIMEOUT_MILLISECONDS),
  });
  // The status is the whole answer (§2.8). Not a byte of what a client has to say is read.
  await response.body?.cancel();
  if (!response.ok) throw new Error(`status ${response.status}`);
}

/** `tellOfLogout` from inside a Durable Object, which the platform hands nothing but the environment. */
export async function backChannel(environment: Environment): Promise<(end: SessionEnd) => Promise<void>> {
  const dependencies = {
    config: configOf(environment),
    clients: await clientsOf(environment),
    keys: await keysOf(environment),
  };
  return (end) => tellOfLogout(dependencies, end);
}
