import * as v from 'valibot';
import type { Condition } from '../core/gate/decision.ts';
import type { Languages } from '../texts/language.ts';
import { asymmetric } from '../verify/jws.ts';
import { audit } from './audit.ts';
import { challenge } from './challenge.ts';
import { type Client, client } from './client.ts';
import { emailCodes } from './email-codes.ts';
import { identityProvider } from './identity-provider.ts';
import { languages } from './languages.ts';
import { type Look, look } from './look.ts';
import { mail } from './mail.ts';
import { passkeys } from './passkeys.ts';
import { providers } from './provider.ts';
import { clientIdMetadataDocuments, registration } from './registration.ts';
import { resource } from './resource.ts';
import { risk } from './risk.ts';
import { route } from './route.ts';
import { secondFactor } from './second-factor.ts';
import { signUp } from './sign-up.ts';
import { telemetry } from './telemetry.ts';
import { absoluteUri, byName, day, origin, seconds, signingAlgorithm } from './values.ts';
import { securityEventReceivers, webhooks } from './webhooks.ts';

/** Another issuer, whose access tokens a route may take beside our own. See docs/verify.md. */
const otherIssuer = v.strictObject({
  /** Exactly as in the `iss` of its tokens. https. */
  issuer: absoluteUri,
  /** Where its keys are, https. Default: its metadata tells (OpenID Connect Discovery, RFC 8414). */
  jwksUri: v.optional(absoluteUri),
  /** What its tokens may be signed with. Default ES256 and RS256. */
  algorithms: v.optional(v.pipe(v.array(v.picklist(asymmetric)), v.minLength(1)), ['ES256', 'RS256']),
  /** The audience of its tokens. Default: the route's `resource`. */
  audience: v.optional(v.pipe(v.string(), v.nonEmpty())),
  /**
   * The `typ` of its access tokens. Default at+jwt (RFC 9068). An issuer that writes JWT there may write it into ID tokens
   * as well: then `audience` alone tells them apart.
   */
  typ: v.optional(v.pipe(v.string(), v.nonEmpty()), 'at+jwt'),
  /**
   * Whether every token of this issuer stands for a person, although it says nothing of a sign-in. Default false: one that
   * does not is its client's own, and passes where a condition names that client.
   */
  people: v.optional(v.boolean(), false),
});

const issuerName = v.pipe(
  v.string(),
  v.regex(/^[a-z][a-z0-9-]{0,31}$/, 'must be a name of small letters, digits and hyphens'),
);

/** How signing keys live. See docs/keys.md. */
const keys = v.optional(
  v.strictObject({
    /** A key signs for this many seconds, then its successor does. 1 hour to 400 days, default 30 days. */
    rotateAfterSeconds: v.optional(seconds(60 * 60, 400 * day), 30 * day),
    /** What keys are made for. Default ES256 and RS256. Add EdDSA an hour before anything is signed with it. */
    algorithms: v.optional(
      v.pipe(
        v.array(signingAlgorithm),
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
  languages,
  look,
  /** The apps that people sign in to. */
  clients: v.optional(v.array(client), []),
  /** Resource servers whose tokens are not as usual. A client's `resources` need not stand here. */
  resources: v.optional(v.array(resource), []),
  registration,
  clientIdMetadataDocuments,
  /**
   * Answers `/authorize` and `/v2/logout` too, which are fixed in @auth0/auth0-spa-js; `/authorize` and all of `/v2` on the
   * issuer's host are then no route's. See docs/migrating.md#auth0auth0-spa-js. Default false.
   */
  auth0Paths: v.optional(v.boolean(), false),
  identityProvider,
  providers,
  /** What the gate guards. The first route that matches decides; what no route matches is refused. */
  routes: v.optional(v.array(route), []),
  /** Other issuers, by names of your own; an origin sees the name before the `sub`. A route takes their tokens if it says so. */
  issuers: v.optional(
    byName(issuerName, otherIssuer, "{ partner: { issuer: 'https://partner.example' } }"),
    {},
  ),
  session: v.optional(
    v.strictObject({
      /** A session not used for this many seconds is over. Default 14 days. */
      idleSeconds: v.optional(seconds(60, 400 * day), 14 * day),
      /** A session is over this many seconds after signing in. Default 90 days. */
      absoluteSeconds: v.optional(seconds(60, 400 * day), 90 * day),
      /** To change a way of signing in, the last sign-in must be at most this many seconds ago. Default 10 minutes. */
      freshSeconds: v.optional(seconds(60, day), 600),
    }),
    {},
  ),
  passkeys,
  secondFactor,
  audit,
  passwords: v.optional(
    v.strictObject({
      /**
       * Whether people may sign in with passwords. Default true. Hashing one takes hundreds of milliseconds of CPU: on
       * Cloudflare's free plan, which gives a request 10, turn them off.
       */
      enabled: v.optional(v.boolean(), true),
      /** The shortest password accepted. Default 15, NIST SP 800-63B-4 for a password that is the only factor. */
      minimumLength: v.optional(v.pipe(v.number(), v.integer(), v.minValue(8), v.maxValue(64)), 15),
      /** The same for whoever is asked for a second factor whenever they sign in. Default 8. */
      minimumLengthWithSecondFactor: v.optional(
        v.pipe(v.number(), v.integer(), v.minValue(8), v.maxValue(64)),
        8,
      ),
      /**
       * What new passwords are compared with: `list`, the most common ones, which come with this; `range-api`, Have I Been
       * Pwned's breached ones too, of which five figures of a hash leave; `off`, nothing. Default `list`.
       */
      breached: v.optional(v.picklist(['list', 'range-api', 'off']), 'list'),
      /**
       * After this many wrong passwords each further attempt has to wait: 30 seconds, then twice as long each time, up to
       * `attemptWindowSeconds`. A success there, or a day without attempts, forgives them. Default 10.
       */
      maximumAttempts: v.optional(v.pipe(v.number(), v.integer(), v.minValue(3), v.maxValue(100)), 10),
      /** The longest of these waits. Default 15 minutes; 1 minute to 1 day. */
      attemptWindowSeconds: v.optional(seconds(60, day), 15 * 60),
    }),
    {},
  ),
  challenge,
  dpop: v.optional(
    v.strictObject({
      /**
       * Proofs must hold a nonce of ours (RFC 9449 §8), so that whoever could use a client's key for a moment has no proofs
       * for later. A client's first request is then refused with a nonce to try again with. Default true.
       */
      requireNonce: v.optional(v.boolean(), true),
    }),
    {},
  ),
  risk,
  keys,
  mail,
  emailCodes,
  signUp,
  webhooks,
  securityEventReceivers,
  telemetry,
});

/** What an operator writes in portcullis.config.ts. */
export type ConfigInput = v.InferInput<typeof schema>;
type Parsed = v.InferOutput<typeof schema>;

export type { Client } from './client.ts';
export type { Provider } from './provider.ts';
export type { Resource } from './resource.ts';
export type { SecurityEventReceiver, Webhook } from './webhooks.ts';
export type OtherIssuer = Parsed['issuers'][string];
/** `'session'` is a condition that asks for nothing but a person. */
export type Route = Omit<Parsed['routes'][number], 'host' | 'resource' | 'allow'> & {
  host: string;
  resource: string;
  allow: 'public' | readonly Condition[];
};
/** The configuration with every default filled in. */
export type Config = Omit<Parsed, 'routes' | 'clients' | 'languages' | 'look'> & {
  clients: Client[];
  languages: Languages;
  look: Look;
  /** From PORTCULLIS_ENVIRONMENT alone: what is open in development must not be opened by a line of configuration. */
  environment: 'development' | 'production';
  routes: Route[];
};
