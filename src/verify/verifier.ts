import type { CompactJWSHeaderParameters, JSONWebKeySet, JWTVerifyGetKey } from 'jose';
import { type ClaimRules, type Claims, claimsFault } from './claims.ts';
import { type DpopOptions, type ProofRequest, proofChecker } from './dpop.ts';
import type { Fetch, JwksPolicy } from './jwks.ts';
import { type Algorithm, asymmetric, headerOf, jwsOpener, readObject } from './jws.ts';
import { keySource, remoteKeys } from './key-source.ts';
import { memory } from './memory.ts';
import { type Refusal, refuse } from './refusal.ts';

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
  /**
   * The issuer's keys, for a caller that has them in process. Asked for every token: answer from memory. Asked again
   * with a `kid` that the set lacks, it may answer with a newer set.
   */
  keys?: (unknownKid?: string) => Promise<JSONWebKeySet>;
  /** Where to fetch the keys instead: https, or http on loopback. Default `<issuer>/.well-known/jwks.json`. */
  jwksUri?: string;
  /** How fetched keys are kept. */
  jwks?: Partial<JwksPolicy>;
  /** What fetches them. Default the platform's `fetch`. */
  fetch?: Fetch;
  /** How many seconds the issuer's clock may differ from ours, for `exp` and `nbf`. Default 5, at most 300. */
  clockToleranceSeconds?: number;
  /** Checks tokens that are bound to a key, with the caller's proof (RFC 9449). Without it they are refused. */
  dpop?: DpopOptions;
  /** Milliseconds since the epoch. Default `Date.now`. */
  now?: () => number;
}

export interface Verified<C extends Claims = Claims> {
  ok: true;
  claims: Readonly<C>;
  header: Readonly<CompactJWSHeaderParameters>;
}

/**
 * Judges one token. Whatever is wrong with it is an answer, never an exception.
 * @param request the request that came with `Authorization: DPoP` and the token. Leave it out for a bearer token: one
 * that is bound to a key is then refused (RFC 9449 §7.2).
 */
export type Verify<C extends Claims = Claims> = (
  token: string | null | undefined,
  request?: ProofRequest,
) => Promise<Verified<C> | Refusal>;

/** How many verified tokens a verifier remembers. */
const MAXIMUM_REMEMBERED = 1000;

function checkOptions({
  issuer,
  audience,
  typ,
  algorithms,
  clockToleranceSeconds = 0,
}: VerifierOptions): void {
  if (!issuer) throw new TypeError('issuer: must not be empty');
  // A verifier that was told no audience would refuse every token, or, worse, accept the empty one.
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

/** Judges one token by itself: what it is bound to is for whoever asks to check. */
type ReadToken<C extends Claims> = (token: string | null | undefined) => Promise<Verified<C> | Refusal>;

/**
 * Makes a function that judges the tokens of one issuer for one audience as `verifier` does, but for what they are bound
 * to: whoever uses it must check that itself (`bindingChecker`).
 * @throws TypeError when the options are wrong; a token never makes it throw.
 */
export function tokenReader<C extends Claims = Claims>(options: Omit<VerifierOptions, 'dpop'>): ReadToken<C> {
  checkOptions(options);
  const { issuer, audience, algorithms = ['ES256'], now = () => Date.now() } = options;
  const rules: ClaimRules = {
    issuer,
    audience: [audience].flat(),
    typ: options.typ ?? ACCESS_TOKEN_TYPE,
    toleranceSeconds: options.clockToleranceSeconds ?? 5,
  };
  const keys = keySource(
    options.keys ??
      remoteKeys(options.jwksUri ?? `${issuer.replace(/\/$/, '')}/.well-known/jwks.json`, {
        policy: options.jwks,
        fetch: options.fetch ?? ((url, init) => fetch(url, init)),
        now,
      }),
  );
  const open = jwsOpener(algorithms);
  const seconds = () => Math.floor(now() / 1000);

  const remembered = memory<Verified<C>>(MAXIMUM_REMEMBERED);
  let findOfRemembered: JWTVerifyGetKey | undefined;

  /** What this very token was found to be before, unless it has expired since. */
  function recall(token: string, find: JWTVerifyGetKey): Verified<C> | Refusal | undefined {
    // A key may have left the set: nothing that the old set verified is believed any more.
    if (find !== findOfRemembered) remembered.clear();
    findOfRemembered = find;
    const known = remembered.get(token);
    return known && known.claims.exp <= seconds() - rules.toleranceSeconds ? refuse('expired') : known;
  }

  return async (token) => {
    if (!token) return refuse('missing');
    let find: JWTVerifyGetKey;
    try {
      find = await keys();
    } catch {
      return refuse('keys_unavailable');
    }
    const known = recall(token, find);
    if (known) return known;
    let opened = await open(token, find);
    const kid = !opened.ok && opened.code === 'key_unknown' && headerOf(token)?.kid;
    if (!opened.ok && typeof kid === 'string') {
      // The key may be newer than the set.
      const later = await keys(kid).catch(() => find);
      if (later === find) return opened;
      find = later;
      opened = await open(token, find);
    }
    if (!opened.ok) return opened;
    const claims = readObject(opened.payload);
    if (!claims) return refuse('malformed');
    const fault = claimsFault(opened.header.typ, claims, rules, seconds());
    if (fault) return refuse(fault);
    const verified: Verified<C> = { ok: true, claims: claims as Readonly<C>, header: opened.header };
    if (find === findOfRemembered) remembered.set(token, verified);
    return verified;
  };
}

/**
 * Makes a function that judges the tokens of one issuer for one audience, as RFC 8725 and RFC 9068 §4 ask: signature
 * by a published key, allowed algorithm, `typ`, `iss`, `aud`, `exp`, `nbf`, no unknown `crit`, and the proof of a token
 * that is bound to a key. Keys in the header (`jwk`, `jku`, `x5c`, `x5u`) are never looked at. A token seen before costs
 * no second signature check. Make it once and keep it: it holds the keys and the memory.
 * @throws TypeError when the options are wrong; a token never makes it throw.
 */
export function verifier<C extends Claims = Claims>(options: VerifierOptions): Verify<C> {
  const read = tokenReader<C>(options);
  const checkBinding = proofChecker(options.dpop, options.now ?? (() => Date.now()));
  return async (token, request) => {
    const verified = await read(token);
    if (!token || !verified.ok) return verified;
    return (await checkBinding(token, verified.claims as Claims, request)) ?? verified;
  };
}
