import { hostMatcher } from '../core/gate/route.ts';
import { publicKeys } from '../verify/jwks.ts';
import { addressFault, developmentAddressFault } from './address.ts';
import type { Client } from './client.ts';

/** What a client's rules depend on besides the client. */
export interface ClientContext {
  issuer: string;
  environment: 'development' | 'production';
  /** What the issuer has signing keys for. */
  algorithms: readonly string[];
  /** Hosts that this Worker answers for itself, the issuer's and those of the gate; patterns of hosts as well. */
  ownHosts: readonly string[];
  /** It registered itself: what is an operator's to say is not its. */
  registered: boolean;
}

/** A member of the client, and what must be otherwise: a sentence that goes on from the member's name. */
export interface ClientFault {
  member: keyof Client;
  message: string;
}

const DEVICE_CODE = 'urn:ietf:params:oauth:grant-type:device_code';
const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
/** Members of keys that hold what nobody else may know (RFC 7518 §6). */
const privateMembers = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];

const loopback = ['localhost', '127.0.0.1', '[::1]'];
/** A redirect that stays on the person's own machine (RFC 8252 §7.3). */
export const isLoopback = ({ protocol, hostname }: URL): boolean =>
  protocol === 'http:' && loopback.includes(hostname);
/** A scheme that an app on the person's own machine has claimed (RFC 8252 §7.1). */
export const isPrivateUse = ({ protocol }: URL): boolean => protocol !== 'https:' && protocol !== 'http:';

/** Whether an address is one of this Worker's own hosts, at any port but on a developer's machine, where ports differ. */
export const isOwn = (
  { host, hostname }: URL,
  { environment, ownHosts }: Pick<ClientContext, 'environment' | 'ownHosts'>,
): boolean =>
  environment === 'development'
    ? ownHosts.some((own) => hostMatcher(own)(host))
    : ownHosts.some((own) => hostMatcher(own.replace(/:\d+$/, ''))(hostname));

/** Whether a client can prove that it is the one (RFC 6749 §2.1). */
export const isConfidential = ({ tokenEndpointAuthMethod }: Pick<Client, 'tokenEndpointAuthMethod'>) =>
  tokenEndpointAuthMethod !== 'none';

/** Whether a client proves it by a secret that we know the hash of (RFC 6749 §2.3.1). */
export const takesSecret = (method: unknown): boolean =>
  method === 'client_secret_basic' || method === 'client_secret_post';

function* credentialFaults(client: Client): Generator<ClientFault> {
  const { tokenEndpointAuthMethod: method, clientSecretHashes, jwks, jwksUri } = client;
  const hasSecret = takesSecret(method);
  if (hasSecret && clientSecretHashes.length === 0) {
    yield {
      member: 'clientSecretHashes',
      message: `needs at least one for ${method}; see npm run client-secret`,
    };
  }
  if (!hasSecret && clientSecretHashes.length > 0) {
    yield {
      member: 'clientSecretHashes',
      message: `is for client_secret_basic and client_secret_post; tokenEndpointAuthMethod is ${method}`,
    };
  }
  // RFC 7591 §2: they MUST NOT both be present.
  if (jwks && jwksUri !== undefined) {
    yield { member: 'jwksUri', message: 'must not stand beside keys by value; keep one' };
  }
  const hasKeys = jwks !== undefined || jwksUri !== undefined;
  if (method === 'private_key_jwt' && !hasKeys) {
    yield { member: 'jwks', message: 'is missing: private_key_jwt needs keys, by value or by their address' };
  }
  if (client.requireSignedRequestObject && !hasKeys) {
    yield {
      member: 'jwks',
      message: 'is missing: signed request objects need keys, by value or by their address',
    };
  }
  if (jwks) {
    if (jwks.keys.some((key) => privateMembers.some((member) => member in key))) {
      yield { member: 'jwks', message: 'must hold public keys only; replace the one that was in there' };
    }
    if (publicKeys(jwks).keys.length === 0) {
      yield { member: 'jwks', message: 'must hold a signature key: EC, OKP, or RSA of 2048 bits or more' };
    }
  }
}

/** What only a client that can prove that it is the one may do. */
function* confidentialFaults(client: Client): Generator<ClientFault> {
  if (!client.requirePkce) {
    // RFC 9700 §2.1.1: public clients MUST use PKCE.
    yield { member: 'requirePkce', message: 'must be true for a client without a secret or a key' };
  }
  if (!client.refreshToken.rotates) {
    // RFC 9700 §4.14.2: refresh tokens of public clients MUST rotate or be bound to a key.
    yield { member: 'refreshToken', message: 'rotates must be true for a client without a secret or a key' };
  }
  for (const grantType of ['client_credentials', TOKEN_EXCHANGE] as const) {
    // RFC 6749 §4.4: MUST only be used by confidential clients. RFC 8693 §5 fears the same.
    if (client.grantTypes.includes(grantType)) {
      yield {
        member: 'grantTypes',
        message: `${grantType} is for a client with a secret or a key, not for one that authenticates by none`,
      };
    }
  }
  // RFC 7662 §2.1: the endpoint MUST require some form of authorization.
  if (client.introspects.length > 0) {
    yield {
      member: 'introspects',
      message: 'is for a client with a secret or a key, not for one that authenticates by none',
    };
  }
}

function* grantFaults(client: Client): Generator<ClientFault> {
  const { grantTypes, redirectUris } = client;
  if (grantTypes.includes('authorization_code') && redirectUris.length === 0) {
    yield { member: 'redirectUris', message: 'needs at least one for the authorization code grant' };
  }
  if (
    grantTypes.includes('refresh_token') &&
    !grantTypes.includes('authorization_code') &&
    !grantTypes.includes(DEVICE_CODE)
  ) {
    yield {
      member: 'grantTypes',
      message: 'refresh_token needs authorization_code or the device code beside it',
    };
  }
  if (grantTypes.includes(TOKEN_EXCHANGE) && !client.tokenExchange) {
    yield { member: 'tokenExchange', message: "is missing: that grant needs { resources: ['https://...'] }" };
  }
  if (client.tokenExchange && !grantTypes.includes(TOKEN_EXCHANGE)) {
    yield { member: 'tokenExchange', message: `needs '${TOKEN_EXCHANGE}' in grantTypes` };
  }
  if (client.refreshToken.idleSeconds > client.refreshToken.absoluteSeconds) {
    yield { member: 'refreshToken', message: 'idleSeconds must not exceed absoluteSeconds' };
  }
}

/** Where people are sent. */
function* redirectFaults(client: Client, context: ClientContext): Generator<ClientFault> {
  for (const member of ['redirectUris', 'postLogoutRedirectUris'] as const) {
    for (const uri of client[member]) {
      const url = new URL(uri);
      if (url.protocol === 'http:' && context.environment === 'production' && !isLoopback(url)) {
        yield { member, message: `${uri} must be https; what is sent over http can be read on the way` };
      }
      // What stands before the @ is what a person takes for the host.
      if (url.username || url.password) yield { member, message: `${uri} must not name a user` };
      // A URL parser lets `*`, `;` and `,` through, each of which says something in a Content-Security-Policy.
      if (!isPrivateUse(url) && !/^(?:[\w.-]+|\[[\da-f:]+\])$/.test(url.hostname)) {
        yield { member, message: `${uri} must have a host of letters, digits, dots and hyphens` };
      }
      // RFC 8252 §7.1: a name that anybody might take as well is nobody's. That of a domain is somebody's. Of clients that
      // come by themselves it is not asked (§8.4): those that people use have schemes like `cursor`.
      if (!context.registered && isPrivateUse(url) && !url.protocol.includes('.')) {
        yield {
          member,
          message: `${uri} must have a scheme with a dot, a domain of yours: com.example.app:/`,
        };
      }
      if (!context.registered) continue;
      // RFC 8252 §7.1: a scheme of its own leads to an app on this machine, if to anybody.
      if (isPrivateUse(url) && client.applicationType !== 'native') {
        yield { member, message: `${uri} is for a native application` };
      }
      if (isOwn(url, context)) yield { member, message: `${uri} is our own` };
    }
  }
}

/** Addresses that we fetch, that we link to, and that our page frames. */
function* addressFaults(client: Client, context: ClientContext): Generator<ClientFault> {
  const isDevelopment = context.environment === 'development';
  const faultOf = isDevelopment ? developmentAddressFault : addressFault;
  for (const member of ['jwksUri', 'backchannelLogoutUri'] as const) {
    const uri = client[member];
    const fault = uri === undefined ? undefined : faultOf(uri);
    if (fault) yield { member, message: `${uri} ${fault}` };
    // A Worker's fetch to its own zone comes from inside.
    else if (uri !== undefined && context.registered && isOwn(new URL(uri), context)) {
      yield { member, message: `${uri} is our own` };
    }
  }
  for (const member of ['clientUri', 'policyUri', 'tosUri', 'frontchannelLogoutUri'] as const) {
    const uri = client[member];
    const protocol = uri === undefined ? 'https:' : new URL(uri).protocol;
    // Anything else could be script in our own page.
    if (protocol !== 'https:' && !(isDevelopment && protocol === 'http:')) {
      yield { member, message: `${uri} must be https` };
    }
  }
  const { frontchannelLogoutUri: framed } = client;
  // OpenID Connect Front-Channel Logout §2: scheme, host and port MUST be those of a registered redirection URI.
  if (
    framed !== undefined &&
    !client.redirectUris.some((uri) => new URL(uri).origin === new URL(framed).origin)
  ) {
    yield { member: 'frontchannelLogoutUri', message: `${framed} must have the origin of a redirect URI` };
  }
}

/** What is only for clients that an operator wrote down. */
function* privilegeFaults(
  client: Client,
  { environment, registered }: ClientContext,
): Generator<ClientFault> {
  if (registered) {
    if (client.firstParty) yield { member: 'firstParty', message: 'is for the operator to say' };
    if (client.sessionOrigins.length > 0) {
      yield { member: 'sessionOrigins', message: 'is for the operator to say' };
    }
    if (client.authorizationChallenge)
      yield { member: 'authorizationChallenge', message: 'is for the operator to say' };
  }
  // It is shown passwords, and nobody is asked for consent there.
  if (client.authorizationChallenge && !client.firstParty)
    yield { member: 'authorizationChallenge', message: 'is for a client with firstParty: true' };
  if (client.sessionOrigins.length === 0) return;
  for (const origin of client.sessionOrigins) {
    if (environment === 'production' && !origin.startsWith('https:')) {
      yield { member: 'sessionOrigins', message: `${origin} must be https` };
    }
  }
  // The session API asks nobody for consent.
  if (!client.firstParty)
    yield { member: 'sessionOrigins', message: 'is for a client with firstParty: true' };
  // Nor for client authentication, nor for a proof: it would be the way around them.
  if (isConfidential(client)) {
    yield {
      member: 'sessionOrigins',
      message: 'is for a public client: the session API takes no secret and no key',
    };
  }
  if (client.dpopBoundAccessTokens) {
    yield {
      member: 'sessionOrigins',
      message:
        'must be empty beside dpopBoundAccessTokens: the session API takes no proof, so it could give no token; keep one',
    };
  }
}

/**
 * Rules that span several members of a client, the same for one in the configuration and for one that registered itself.
 */
export function* clientFaults(client: Client, context: ClientContext): Generator<ClientFault> {
  yield* credentialFaults(client);
  if (!isConfidential(client)) yield* confidentialFaults(client);
  yield* grantFaults(client);
  yield* redirectFaults(client, context);
  yield* addressFaults(client, context);
  yield* privilegeFaults(client, context);
  if (client.resources.includes(context.issuer)) {
    yield { member: 'resources', message: "must not hold the issuer itself, which is UserInfo's audience" };
  }
  for (const member of ['idTokenSignedResponseAlg', 'userinfoSignedResponseAlg'] as const) {
    const algorithm = client[member];
    if (algorithm !== undefined && !context.algorithms.includes(algorithm)) {
      yield {
        member,
        message: `${algorithm} is none of keys.algorithms, so nothing could be signed with it`,
      };
    }
  }
}
