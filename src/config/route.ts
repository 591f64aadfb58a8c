import * as v from 'valibot';
import { absoluteUri, byName, day, origin, scopeToken, seconds } from './values.ts';

const text = v.pipe(v.string(), v.nonEmpty());
const oneOrMore = <T extends v.GenericSchema>(item: T) => v.pipe(v.array(item), v.minLength(1));

/** A name of a header (RFC 9110 §5.1). Underscores are left out: to many servers they are hyphens. */
const headerName = v.pipe(
  v.string(),
  v.regex(
    /^[A-Za-z][A-Za-z0-9-]*$/,
    'must be the name of a header: letters, digits and hyphens, no underscore',
  ),
);

const claimAdvice = 'must be a text, a number, true or false, or a list of those';
const oneClaimValue = v.union([v.string(), v.number(), v.boolean()], claimAdvice);
const claimValue = v.union([v.string(), v.number(), v.boolean(), oneOrMore(oneClaimValue)], claimAdvice);

/**
 * All of what stands in one of these is needed. A member that is left out asks for nothing; one that is there and
 * undefined, as of a variable that is not set, is a fault: it would open the route.
 */
const condition = v.pipe(
  v.strictObject({
    /** Every one of these must be in the access token's scope. A browser's session has no scope. */
    scope: v.exactOptional(oneOrMore(scopeToken)),
    /** The person must be in one of these groups. See docs/gate.md for where groups come from. */
    groups: v.exactOptional(oneOrMore(text)),
    /** Each claim must have this value, or one of these; a claim that is a list must hold one of them. */
    claims: v.exactOptional(byName(text, claimValue, "{ department: 'sales' }")),
    /** The sign-in must be one of these, the preferred one first (RFC 9470). A weaker one is sent to sign in again. */
    acrValues: v.exactOptional(oneOrMore(text)),
    /** The sign-in must not be longer ago than this many seconds (RFC 9470). At least 30. */
    maxAgeSeconds: v.exactOptional(seconds(30, 400 * day)),
    /** The access token must have been issued to one of these clients. The only way in for a client that speaks for itself. */
    clients: v.exactOptional(oneOrMore(text)),
  }),
  v.check(
    ({ claims }) => claims === undefined || Object.keys(claims).length > 0,
    'names no claim; leave claims out, or name one',
  ),
  v.check((asked) => Object.keys(asked).length > 0, "asks for nothing; write 'session' for anyone signed in"),
);

const allow = v.union(
  [v.literal('public'), v.literal('session'), condition, oneOrMore(condition)],
  "must be 'public', 'session', a condition such as { scope: ['...'] }, or a list of conditions",
);

const freshness = v.union(
  [v.literal('token'), v.literal('strict'), v.strictObject({ within: seconds(1, day) })],
  "must be 'token', 'strict' or { within: seconds }",
);

const isFetcher = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'fetch' in value;
const binding = v.custom<Pick<Fetcher, 'fetch'>>(isFetcher, 'must be a binding that wrangler.jsonc names');

const throughBinding = v.strictObject({
  url: origin,
  /** A binding of wrangler's `mtls_certificates`: the origin then knows that it is the gate who calls. */
  through: binding,
});

const anyUpstream =
  "must be an origin such as 'https://app.example', a service binding that wrangler.jsonc names, or { url, through }";

/** A Worker reached by a service binding, the URL of an origin, or such a URL reached with a client certificate. */
const upstream = v.lazy((input) => {
  // A service binding has whatever member it is asked for: this comes first.
  if (isFetcher(input)) return binding;
  if (typeof input === 'string') return origin;
  if (typeof input === 'object' && input && ('url' in input || 'through' in input)) return throughBinding;
  // Left over: what is none of them, or a binding that is not there.
  const absent = input === undefined ? '; if it says env.X, then X is no binding of wrangler.jsonc' : '';
  return v.union([origin, binding], anyUpstream + absent);
});

export const route = v.strictObject({
  /**
   * Host, with a port if it needs one, as browsers write it, or a pattern of hosts such as `*.apps.example` (URLPattern).
   * Default: the issuer's own.
   */
  host: v.optional(text),
  /**
   * What URLPattern takes as a path, without regular expressions: `/reports/:id`, `/files/*`. A pattern that ends in `/*`
   * matches the path before it as well.
   */
  path: v.pipe(v.string(), v.startsWith('/', 'must begin with a slash')),
  /** Default: every method. GET covers HEAD. */
  methods: v.optional(oneOrMore(v.picklist(['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']))),
  origin: upstream,
  /**
   * A route on the issuer's own host in production needs `true` here: to a browser its scripts are the issuer's, and
   * can do whatever the signed-in person can. Give an origin a host of its own instead wherever you can.
   */
  sharesIssuerOrigin: v.optional(v.boolean(), false),
  /** Who may pass: anyone, anyone signed in, or whoever meets a condition; of a list of conditions one will do. */
  allow,
  /**
   * Whether CORS preflights pass to the origin, without credentials and whoever sends them. Default false: they are refused.
   * A public route passes them anyway.
   */
  forwardPreflight: v.optional(v.boolean(), false),
  /**
   * How old the answer to "is this session still alive?" may be: as old as the token, at most `within` seconds,
   * or asked every time. Default { within: 30 }. This is the longest that a signed-out caller can still get through. With
   * 'token' the gate's own cookie is asked about every 300 seconds.
   */
  freshness: v.optional(freshness, { within: 30 }),
  /**
   * Names from `issuers`: their access tokens are taken as well. Needs `freshness: 'token'`, since nobody can be asked
   * whether their sessions are alive. Default none.
   */
  issuers: v.optional(v.array(text), []),
  /**
   * The audience that a bearer token must have (RFC 8707), and that of the assertion. Default: https://<host><path up to
   * its first wildcard>, as browsers see the route; never the issuer itself.
   */
  resource: v.optional(absoluteUri),
  /**
   * What signing out at the gate ends: the session at the issuer, and with it everything in it, or what this host knows of
   * it alone. Default 'issuer'. The same on all routes of a host.
   */
  signOut: v.optional(v.picklist(['issuer', 'host']), 'issuer'),
  /**
   * What the signed assertion says: who is calling (`identity`, reused for some seconds), or the same for this very
   * request, its method and address (`request`, a signature for each). Default identity.
   */
  assertion: v.optional(v.picklist(['identity', 'request']), 'identity'),
  /** Plain headers for origins that verify nothing, by the claim that goes into each: { 'X-User-Email': 'email' }. */
  identityHeaders: v.optional(byName(headerName, text, "{ 'X-User-Email': 'email' }"), {}),
  /**
   * What becomes of an access token: `strip` (default) keeps it from the origin, `pass` hands on the one that the caller
   * sent, `exchange` hands on one of our own for the origin's audience instead, whatever the caller came with.
   */
  accessToken: v.optional(
    v.union(
      [
        v.picklist(['strip', 'pass']),
        v.strictObject({
          exchange: v.strictObject({ resource: absoluteUri, scope: v.optional(v.array(scopeToken), []) }),
        }),
      ],
      "must be 'strip', 'pass' or { exchange: { resource: 'https://...' } }",
    ),
    'strip',
  ),
  /**
   * A header by which the origin knows that it is the gate who calls; the value is a secret of at least 16 characters, taken
   * from `env`.
   */
  originSecret: v.optional(v.strictObject({ header: headerName, value: text })),
  /**
   * The origin must begin to answer within this many seconds, 1 to 600. Default 30. A body adds the time that it takes at
   * 64 KiB a second; one of unknown length gets four times as much.
   */
  timeoutSeconds: v.optional(seconds(1, 600), 30),
});
