import * as v from 'valibot';

/** Seconds, whole. */
const seconds = (minimum: number, maximum: number) =>
  v.pipe(v.number(), v.integer(), v.minValue(minimum), v.maxValue(maximum));

const day = 24 * 60 * 60;

/** RFC 6749 §3.3: scope-token = 1*( %x21 / %x23-5B / %x5D-7E ). */
const scopeToken = v.pipe(
  v.string(),
  v.regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, 'must be a scope token without spaces or quotes'),
);

const absoluteUri = v.pipe(
  v.string(),
  v.check((text) => URL.canParse(text), 'must be an absolute URI'),
  // RFC 6749 §3.1.2: the endpoint URI MUST NOT include a fragment component.
  v.check((text) => !text.includes('#'), 'must not have a fragment'),
);

const origin = v.pipe(
  v.string(),
  v.check(
    (text) => URL.canParse(text) && new URL(text).origin === text,
    'must be an origin: scheme and host, no path, no trailing slash',
  ),
);

const redirectUri = v.pipe(
  absoluteUri,
  // To a URL parser `localhost:9000/cb` has the scheme `localhost`.
  v.check((text) => !/^[\w.-]+:\d/.test(text), 'must begin with a scheme, such as https://'),
  v.check(
    (text) => !/^(javascript|data|vbscript|blob|file):/i.test(text),
    'must not use a scheme that a browser would run',
  ),
);

/** How a client's refresh tokens live. See core/family. */
const refreshToken = v.optional(
  v.strictObject({
    /**
     * For how many seconds after a rotation the previous token is answered with the same successor again.
     * 0 to 60, default 10.
     */
    graceSeconds: v.optional(seconds(0, 60), 10),
    /** A family not refreshed for this many seconds is over. Default 14 days. */
    idleSeconds: v.optional(seconds(60, 400 * day), 14 * day),
    /** A family is over this many seconds after its grant, however busy. Default 90 days. */
    absoluteSeconds: v.optional(seconds(60, 400 * day), 90 * day),
  }),
  {},
);

const client = v.strictObject({
  /** Public: it stands in addresses. 1 to 200 visible ASCII characters. */
  clientId: v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,200}$/, 'must be 1 to 200 visible ASCII characters')),
  /** The name people see on the pages on the way to the client. */
  clientName: v.pipe(v.string(), v.nonEmpty()),
  /** Compared exactly, byte for byte (RFC 9700 §2.1). */
  redirectUris: v.pipe(v.array(redirectUri), v.minLength(1, 'needs at least one redirect URI')),
  /** Where a client may send people on to after a sign-out; compared exactly. Default none. */
  postLogoutRedirectUris: v.optional(v.array(redirectUri), []),
  /** What the client may ask for. */
  scope: v.optional(v.array(scopeToken), ['openid', 'profile', 'email', 'offline_access']),
  /** Resource indicators (RFC 8707) the client may ask for; the first is the default audience. */
  resources: v.optional(v.array(absoluteUri), []),
  /**
   * Origins of a first-party app on the issuer's own site that may use the session API, with the refresh token in a
   * cookie that no script sees. Default none.
   */
  sessionOrigins: v.optional(v.array(origin), []),
  /** Default: both. */
  grantTypes: v.optional(v.array(v.picklist(['authorization_code', 'refresh_token'])), [
    'authorization_code',
    'refresh_token',
  ]),
  /** Lifetime of its access tokens in seconds. Default 5 minutes. */
  accessTokenSeconds: v.optional(seconds(30, day), 300),
  /** RS256 is what OpenID Connect clients expect when nothing else was agreed. */
  idTokenSignedResponseAlg: v.optional(v.picklist(['RS256', 'ES256']), 'RS256'),
  refreshToken,
});

const allow = v.union([
  v.literal('public'),
  v.literal('session'),
  v.strictObject({ scope: v.pipe(v.array(scopeToken), v.minLength(1)) }),
]);

const freshness = v.union([
  v.literal('token'),
  v.literal('strict'),
  v.strictObject({ within: seconds(1, day) }),
]);

/** A Worker reached by a service binding, or the URL of an origin. */
const upstream = v.union([
  origin,
  v.custom<Fetcher>(
    (value) => typeof value === 'object' && value !== null && 'fetch' in value,
    'must be an origin URL or a service binding',
  ),
]);

const route = v.strictObject({
  /** Host and port as the browser writes them. Default: the issuer's own. */
  host: v.optional(
    v.pipe(v.string(), v.regex(/^[a-z0-9.-]+(:\d+)?$/, 'must be a lower-case host, with a port if needed')),
  ),
  /** An exact path, or a prefix that ends in /* */
  path: v.pipe(
    v.string(),
    v.regex(
      /^\/(?:[A-Za-z0-9._~!$&'()+,=:@-]+\/)*(?:[A-Za-z0-9._~!$&'()+,=:@-]+|\*)?$/,
      'must be a path, or a prefix that ends in /*',
    ),
  ),
  origin: upstream,
  /**
   * A route on the issuer's own host in production needs `true` here: to a browser its scripts are the issuer's, and
   * can do whatever the signed-in person can. Give an origin a host of its own instead wherever you can.
   */
  sharesIssuerOrigin: v.optional(v.boolean(), false),
  /** Who may pass: anyone, anyone signed in, or a caller with all of these scopes. */
  allow,
  /**
   * How old the answer to "is this session still alive?" may be: as old as the token, at most `within` seconds,
   * or asked every time. Default { within: 30 }. This is the longest that a signed-out caller can still get through.
   */
  freshness: v.optional(freshness, { within: 30 }),
  /** The audience that a bearer token must have (RFC 8707). Default: https://<host><path without /*>, as browsers see the route; never the issuer itself. */
  resource: v.optional(absoluteUri),
});

/** How signing keys live. See docs/keys.md. */
const keys = v.optional(
  v.strictObject({
    /** A key signs for this many seconds, then its successor does. 1 hour to 400 days, default 30 days. */
    rotateAfterSeconds: v.optional(seconds(60 * 60, 400 * day), 30 * day),
    /** What keys are made for. Default ES256 and RS256. Add EdDSA an hour before anything is signed with it. */
    algorithms: v.optional(
      v.pipe(
        v.array(v.picklist(['ES256', 'RS256', 'EdDSA'])),
        v.check(
          (names) =>
            names.includes('ES256') && names.includes('RS256') && new Set(names).size === names.length,
          'must have ES256, which signs access tokens, and RS256, which OpenID Connect requires, each once',
        ),
      ),
      ['ES256', 'RS256'],
    ),
    /**
     * What encrypts private keys at rest: a key derived from the root secret (the default), or the transit engine of
     * HashiCorp Vault or OpenBao at the origin `url`, with the token in the secret PORTCULLIS_VAULT_TOKEN.
     */
    encryption: v.optional(
      v.variant('kind', [
        v.strictObject({ kind: v.literal('root-secret') }),
        v.strictObject({
          kind: v.literal('vault'),
          url: origin,
          keyName: v.pipe(v.string(), v.regex(/^[A-Za-z0-9_.-]+$/, 'must be the name of a transit key')),
          /** Where the transit engine is mounted. Default `transit`. */
          mount: v.optional(
            v.pipe(
              v.string(),
              v.regex(/^[A-Za-z0-9_-]+(\/[A-Za-z0-9_-]+)*$/, 'must be a path without slashes around it'),
            ),
            'transit',
          ),
        }),
      ]),
      { kind: 'root-secret' },
    ),
  }),
  {},
);

export const schema = v.strictObject({
  /** The issuer: one https origin, or http on localhost in development. It stands in every token as `iss`. */
  issuer: origin,
  /** The name people see on every page. */
  name: v.optional(v.pipe(v.string(), v.nonEmpty()), 'Portcullis'),
  /** The apps that people sign in to. */
  clients: v.array(client),
  /** What the gate guards. The first route that matches decides; what no route matches is refused. */
  routes: v.optional(v.array(route), []),
  session: v.optional(
    v.strictObject({
      /** A session not used for this many seconds is over. Default 14 days. */
      idleSeconds: v.optional(seconds(60, 400 * day), 14 * day),
      /** A session is over this many seconds after signing in. Default 90 days. */
      absoluteSeconds: v.optional(seconds(60, 400 * day), 90 * day),
    }),
    {},
  ),
  passwords: v.optional(
    v.strictObject({
      /** The shortest password accepted. Default 15, NIST SP 800-63B-4 for a password that is the only factor. */
      minimumLength: v.optional(v.pipe(v.number(), v.integer(), v.minValue(8), v.maxValue(64)), 15),
      /** This many wrong passwords within `attemptWindowSeconds` close the door until the window has passed. */
      maximumAttempts: v.optional(v.pipe(v.number(), v.integer(), v.minValue(3), v.maxValue(100)), 10),
      /** Default 15 minutes; 1 minute to 1 day. */
      attemptWindowSeconds: v.optional(seconds(60, day), 15 * 60),
    }),
    {},
  ),
  keys,
});

/** What an operator writes in portcullis.config.ts. */
export type ConfigInput = v.InferInput<typeof schema>;
type Parsed = v.InferOutput<typeof schema>;
export type Client = Parsed['clients'][number];
export type Route = Omit<Parsed['routes'][number], 'host' | 'resource'> & { host: string; resource: string };
/** The configuration with every default filled in. */
export type Config = Omit<Parsed, 'routes'> & {
  /** From PORTCULLIS_ENVIRONMENT alone: what is open in development must not be opened by a line of configuration. */
  environment: 'development' | 'production';
  routes: Route[];
};
