import * as v from 'valibot';
import {
  absoluteUri,
  day,
  origin,
  redirectUri,
  scopeToken,
  seconds,
  secretHash,
  signingAlgorithm,
} from './values.ts';

/** RFC 6749 §4, RFC 8628 §3.4, RFC 8693 §2.1. */
export const grantTypeNames = [
  'authorization_code',
  'refresh_token',
  'client_credentials',
  'urn:ietf:params:oauth:grant-type:device_code',
  'urn:ietf:params:oauth:grant-type:token-exchange',
] as const;

/** How a client proves that it is the one (OpenID Connect Core §9, RFC 7523). Exactly the registered one is taken. */
export const clientAuthenticationMethods = [
  'none',
  'client_secret_basic',
  'client_secret_post',
  'private_key_jwt',
] as const;

/** How a client's refresh tokens live. See core/family. */
const refreshToken = v.optional(
  v.strictObject({
    /**
     * For how many seconds after a rotation the previous token is answered with the same successor again.
     * 0 to 60, default 10.
     */
    graceSeconds: v.optional(seconds(0, 60), 10),
    /**
     * `false`: a client that authenticates keeps its refresh token, as FAPI 2.0 §5.3.2.1 wants. Then nothing tells of a
     * copy, which is worth nothing without the client's credentials. Default true.
     */
    rotates: v.optional(v.boolean(), true),
    /**
     * Whether each refresh brings an ID token, too (OpenID Connect Core §12.2), as auth0-spa-js wants it. Default false: it
     * costs one more signature.
     */
    idToken: v.optional(v.boolean(), false),
    /** A family not refreshed for this many seconds is over. Default 14 days. */
    idleSeconds: v.optional(seconds(60, 400 * day), 14 * day),
    /** A family is over this many seconds after its grant, however busy. Default 90 days. */
    absoluteSeconds: v.optional(seconds(60, 400 * day), 90 * day),
  }),
  {},
);

/** What a client may exchange tokens for (RFC 8693). */
const tokenExchange = v.strictObject({
  /** The resources it may get tokens for, and no others. */
  resources: v.pipe(v.array(absoluteUri), v.minLength(1)),
  /** The scope it may get, at most what the subject token has. Default: what the subject token has. */
  scope: v.optional(v.array(scopeToken)),
  /**
   * `delegation`: the new token says in `act` who acts, and an actor token may say who; `impersonation`: it does not.
   * Default delegation.
   */
  mode: v.optional(v.picklist(['delegation', 'impersonation']), 'delegation'),
});

/** A client, by the names of RFC 7591 §2 where that has one. */
export const client = v.strictObject({
  /** Public: it stands in addresses. 1 to 200 visible ASCII characters. */
  clientId: v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,200}$/, 'must be 1 to 200 visible ASCII characters')),
  /** The name people see on the pages on the way to the client. */
  clientName: v.pipe(v.string(), v.nonEmpty()),
  /** Its own page, and pages about it, that the consent page links to. */
  clientUri: v.optional(absoluteUri),
  policyUri: v.optional(absoluteUri),
  tosUri: v.optional(absoluteUri),
  /**
   * Yours: its people are not asked whether it may have what it asks for. Default false: they are, once for each
   * scope.
   */
  firstParty: v.optional(v.boolean(), false),
  /** `native`: a loopback redirect URI may be used with any port (RFC 8252 §7.3). Default web. */
  applicationType: v.optional(v.picklist(['web', 'native']), 'web'),
  /** Compared exactly, byte for byte (RFC 9700 §2.1). Needed for the authorization code grant. */
  redirectUris: v.optional(v.array(redirectUri), []),
  /** Where a client may send people on to after a sign-out; compared exactly. Default none. */
  postLogoutRedirectUris: v.optional(v.array(redirectUri), []),
  /** Told of the end of a session by a logout token (OpenID Connect Back-Channel Logout). Default none. */
  backchannelLogoutUri: v.optional(absoluteUri),
  /** Told by a frame on the page that says "signed out" (OpenID Connect Front-Channel Logout). Default none. */
  frontchannelLogoutUri: v.optional(absoluteUri),
  /** What the client may ask for. */
  scope: v.optional(v.array(scopeToken), ['openid', 'profile', 'email', 'offline_access']),
  /** Resource indicators (RFC 8707) the client may ask for; the first is the default audience. */
  resources: v.optional(v.array(absoluteUri), []),
  /**
   * Origins of a first-party app on the issuer's own site that may use the session API, with the refresh token in a
   * cookie that no script sees. Default none.
   */
  sessionOrigins: v.optional(v.array(origin), []),
  /**
   * An app with pages of its own for signing in may send what people type to `/oauth/authorization-challenge` (OAuth 2.0 for
   * First-Party Applications). It sees their passwords: for your own apps only. Default false. See docs/protocol.md.
   */
  authorizationChallenge: v.optional(v.boolean(), false),
  /** Default: authorization_code and refresh_token. */
  grantTypes: v.optional(v.array(v.picklist(grantTypeNames)), ['authorization_code', 'refresh_token']),
  /** Default none: a public client. */
  tokenEndpointAuthMethod: v.optional(v.picklist(clientAuthenticationMethods), 'none'),
  /**
   * base64url of the SHA-256 of each secret that is accepted: two while it is being replaced. `npm run client-secret`
   * makes one. The secret itself stands nowhere.
   */
  clientSecretHashes: v.optional(v.array(secretHash), []),
  /** The public keys of private_key_jwt and of request objects, by value... */
  jwks: v.optional(
    v.strictObject({ keys: v.pipe(v.array(v.record(v.string(), v.unknown())), v.minLength(1)) }),
  ),
  /** ...or where they are. https. */
  jwksUri: v.optional(absoluteUri),
  /**
   * `false` lets a client with a secret or a key leave PKCE out, if it sends a nonce (RFC 9700 §2.1.1). Default true.
   */
  requirePkce: v.optional(v.boolean(), true),
  /** Takes authorization requests by PAR only (RFC 9126 §6). Default false. */
  requirePushedAuthorizationRequests: v.optional(v.boolean(), false),
  /** Takes authorization requests as signed request objects only (RFC 9101 §10.5). Default false. */
  requireSignedRequestObject: v.optional(v.boolean(), false),
  /** Gets tokens bound to a DPoP key only (RFC 9449 §5.2). Default false: bound if it sends a proof. */
  dpopBoundAccessTokens: v.optional(v.boolean(), false),
  /** Lifetime of its access tokens in seconds, where the resource does not say. Default 5 minutes. */
  accessTokenSeconds: v.optional(seconds(30, day), 300),
  /** RS256 is what OpenID Connect clients expect when nothing else was agreed. */
  idTokenSignedResponseAlg: v.optional(signingAlgorithm, 'RS256'),
  /** Answers of UserInfo are signed with it. Default: JSON. */
  userinfoSignedResponseAlg: v.optional(signingAlgorithm),
  /** Seconds since the last active sign-in that it accepts when a request names no max_age. Default any. */
  defaultMaxAge: v.optional(seconds(0, 400 * day)),
  /** A resource server: the resources whose tokens it may introspect (RFC 7662). Default none. */
  introspects: v.optional(v.array(absoluteUri), []),
  /** What it may exchange tokens for; needs the token exchange grant. */
  tokenExchange: v.optional(tokenExchange),
  refreshToken,
});

/** What an operator writes. */
export type ClientInput = v.InferInput<typeof client>;
/** The same with every default filled in. */
export type Client = v.InferOutput<typeof client> & {
  /**
   * Whether an address is one of the gate's own callbacks on hosts that only a pattern names. No client but the gate's
   * own has it (src/config/gate-client.ts): it can be written in no configuration and in no registration.
   */
  isOwnRedirectUri?: ((uri: string) => boolean) | undefined;
};
