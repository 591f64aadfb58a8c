import {
  errors,
  type JSONWebKeySet,
  type JWTHeaderParameters,
  type JWTPayload,
  type JWTVerifyGetKey,
  jwtVerify,
} from 'jose';
import { localKeys, remoteKeys } from './key-source.ts';
import { type Refusal, refusalFrom, refuse } from './refusal.ts';

export type { Refusal, RefusalCode } from './refusal.ts';

/** Asymmetric only: a public key must never be taken for a shared secret (RFC 8725 §2.1). */
const asymmetric = ['ES256', 'ES384', 'ES512', 'RS256', 'PS256', 'EdDSA', 'Ed25519'] as const;
export type Algorithm = (typeof asymmetric)[number];

/** The header in which the gate tells an origin who is calling. */
export const ASSERTION_HEADER = 'Portcullis-Assertion';
const ASSERTION_TYPE = 'portcullis-assertion+jwt';
/** RFC 9068 §2.1. */
const ACCESS_TOKEN_TYPE = 'at+jwt';

export interface VerifierOptions {
  /** The issuer, exactly as in `iss`. */
  issuer: string;
  /** Who is asking: one of these must be in `aud`. */
  audience: string | readonly string[];
  /**
   * The `typ` header that the token must have (RFC 8725 §3.11), with or without `application/`.
   * Default `at+jwt`: an ID token or an assertion is not an access token.
   */
  typ?: string;
  /** The algorithms that may have signed it; the header never chooses (RFC 8725 §3.1). Default ES256. */
  algorithms?: readonly Algorithm[];
  /** The issuer's keys, for a caller that has them in process. Asked for every token: answer from memory. */
  keys?: () => Promise<JSONWebKeySet>;
  /** Where to fetch the keys instead: https, or http on loopback. Default `<issuer>/.well-known/jwks.json`. */
  jwksUri?: string;
  /** How many seconds the issuer's clock may differ from ours, for `exp` and `nbf`. Default 5. */
  clockToleranceSeconds?: number;
}

/** The claims of a verified token: the registered ones are there and have their form. Frozen. */
export interface Claims extends JWTPayload {
  iss: string;
  sub: string;
  aud: string | string[];
  /** Seconds since the epoch. */
  exp: number;
}

/** What the gate tells an origin about the caller. */
export interface AssertionClaims extends Claims {
  /** The session. */
  sid: string;
  /** When the user last signed in, in seconds since the epoch. */
  auth_time: number;
  /** How (RFC 8176). Like email and name it is absent where a route trusts an access token without asking further. */
  amr?: string[];
  email?: string;
  email_verified?: boolean;
  name?: string;
  /** The OAuth client, and what it may do, when the caller came with an access token of its own. */
  client_id?: string;
  scope?: string;
}

export interface Verified<C extends Claims = Claims> {
  ok: true;
  claims: Readonly<C>;
  header: Readonly<JWTHeaderParameters>;
}

/** Judges one token. Whatever is wrong with it is an answer, never an exception. */
export type Verify<C extends Claims = Claims> = (
  token: string | null | undefined,
) => Promise<Verified<C> | Refusal>;

/** No JWT of ours comes near this many characters; a longer one is refused unread. */
const MAXIMUM_LENGTH = 8192;
/** RFC 7515 §2: base64url has no padding and no white space, which decoders let pass. One token, one spelling. */
const COMPACT = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*$/;
/** How many verified tokens a verifier remembers. */
const MAXIMUM_REMEMBERED = 1000;

/** The same object answers for a token every time: nobody may change it. */
function freeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const member of Object.values(value)) freeze(member);
    Object.freeze(value);
  }
  return value;
}

/** Every signature key is named: without `kid` a verifier would have to guess among keys. */
const named =
  (find: JWTVerifyGetKey): JWTVerifyGetKey =>
  async (header, token) => {
    if (typeof header.kid !== 'string') throw new errors.JWKSNoMatchingKey();
    try {
      return await find(header, token);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey) throw error;
      throw new KeysUnavailable('the published keys cannot be read', { cause: error });
    }
  };

class KeysUnavailable extends Error {}

function checkedJwksUri({ issuer, jwksUri }: VerifierOptions): URL {
  const uri = new URL(jwksUri ?? `${issuer.replace(/\/$/, '')}/.well-known/jwks.json`);
  if (uri.protocol === 'https:') return uri;
  if (uri.protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(uri.hostname)) return uri;
  // Keys that came over http are whoever's was on the way.
  throw new TypeError(`jwksUri: ${uri.href} must be https; http is for loopback only`);
}

function checkOptions({
  issuer,
  audience,
  typ,
  algorithms,
  clockToleranceSeconds = 0,
}: VerifierOptions): void {
  if (!issuer) throw new TypeError('issuer: must not be empty');
  // jose takes an empty list for "any": a verifier that was told no audience would accept every one.
  if (audience.length === 0 || [audience].flat().includes(''))
    throw new TypeError('audience: must not be empty');
  if (typ === '') throw new TypeError('typ: must not be empty');
  if (algorithms?.length === 0 || algorithms?.some((algorithm) => !asymmetric.includes(algorithm))) {
    throw new TypeError(`algorithms: must be one or more of ${asymmetric.join(', ')}`);
  }
  if (!(clockToleranceSeconds >= 0 && clockToleranceSeconds <= 300)) {
    throw new TypeError('clockToleranceSeconds: must be 0 to 300');
  }
}

/**
 * Makes a function that judges the tokens of one issuer for one audience, as RFC 8725 and RFC 9068 §4 ask:
 * signature by a published key, allowed algorithm, `typ`, `iss`, `aud`, `exp`, `nbf`, no unknown `crit`. Keys in the
 * header (`jwk`, `jku`, `x5c`, `x5u`) are never looked at. A token seen before costs no second signature check.
 * Make it once and keep it: it holds the keys and the memory.
 * @throws TypeError when the options are wrong; a token never makes it throw.
 */
export function verifier<C extends Claims = Claims>(options: VerifierOptions): Verify<C> {
  checkOptions(options);
  const { issuer, audience, typ = ACCESS_TOKEN_TYPE, algorithms = ['ES256'] } = options;
  const tolerance = options.clockToleranceSeconds ?? 5;
  const keys = options.keys ? localKeys(options.keys) : remoteKeys(checkedJwksUri(options));
  const rules = {
    issuer,
    audience: [audience].flat(),
    typ,
    algorithms: [...algorithms],
    clockTolerance: tolerance,
    requiredClaims: ['sub', 'exp'],
  };

  const remembered = new Map<string, Verified<C>>();
  let findOfRemembered: JWTVerifyGetKey | undefined;

  /** What this very token was found to be before, unless it has expired since. */
  function recall(token: string, find: JWTVerifyGetKey): Verified<C> | Refusal | undefined {
    // A key may have left the set: nothing that the old set verified is believed any more.
    if (find !== findOfRemembered) remembered.clear();
    findOfRemembered = find;
    const known = remembered.get(token);
    if (!known || known.claims.exp > Math.floor(Date.now() / 1000) - tolerance) return known;
    remembered.delete(token);
    return refuse('expired');
  }

  function remember(token: string, verified: Verified<C>, find: JWTVerifyGetKey): void {
    if (find !== findOfRemembered) return;
    const [oldest] = remembered.keys();
    if (remembered.size >= MAXIMUM_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
    remembered.set(token, verified);
  }

  return async (token) => {
    if (!token) return refuse('missing');
    if (token.length > MAXIMUM_LENGTH) return refuse('too_long');
    let find: JWTVerifyGetKey;
    try {
      find = await keys();
    } catch {
      return refuse('keys_unavailable');
    }
    const known = recall(token, find);
    if (known) return known;
    if (!COMPACT.test(token)) return refuse('malformed');
    try {
      const { payload, protectedHeader } = await jwtVerify<C>(token, named(find), rules);
      if (typeof payload.sub !== 'string') return refuse('claim_invalid');
      const verified: Verified<C> = { ok: true, claims: freeze(payload), header: freeze(protectedHeader) };
      remember(token, verified, find);
      return verified;
    } catch (error) {
      return error instanceof KeysUnavailable ? refuse('keys_unavailable') : refusalFrom(error);
    }
  };
}

/**
 * The same for the assertion that the gate sends to an origin in `Portcullis-Assertion`:
 * `const verify = assertionVerifier({ issuer, audience })`, then `await verify(request.headers.get(ASSERTION_HEADER))`.
 * @param options `audience` is the route's `resource`.
 */
export const assertionVerifier = (options: Omit<VerifierOptions, 'typ'>): Verify<AssertionClaims> =>
  verifier<AssertionClaims>({ ...options, typ: ASSERTION_TYPE });
