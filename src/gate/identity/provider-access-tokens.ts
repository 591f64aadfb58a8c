import type { Config } from '../../config/schema.ts';
import { isSubject } from '../../core/federation/subject.ts';
import { standsForPerson } from '../../core/gate/person.ts';
import { base64url, sha256 } from '../../crypto/bytes.ts';
import { looksLikeOurs } from '../../crypto/token-form.ts';
import { inTime } from '../../http/in-time.ts';
import type { IssuerKeys } from '../../keys/issuer-jwks.ts';
import { type Claims, claimsFault } from '../../verify/claims.ts';
import { memory } from '../../verify/memory.ts';
import { type Refusal, refuse } from '../../verify/refusal.ts';
import { tokenReader } from '../../verify/verifier.ts';
import { remember } from '../remember.ts';
import { sameValue } from '../same-value.ts';
import type { ProviderAccessTokens, ProviderToken, TokenAnswer } from './identity.ts';
import type { Asker, Introspect, IntrospectionAnswer } from './introspection.ts';
import { personClaims, profileOf, signInFacts } from './person-claims.ts';

/** How a token was read: from its own signature, or by asking about it. */
interface Source {
  token: string;
  /** Until when the answer is believed, in milliseconds since the epoch; undefined for a JWT. */
  opaque: { until: number } | undefined;
}

interface Opaque {
  read: ProviderToken;
  source: Source & { opaque: { until: number } };
}

const ACCESS_TOKEN_TYPE = 'at+jwt';
/** Three parts, of which the first is the beginning of a JSON object. */
const JWT = /^ey[\w-]*\.[\w-]+\.[\w-]*$/;
const MAXIMUM_OPAQUE = 4096;
const MAXIMUM_REMEMBERED = 1000;
/** An answer about an opaque token is believed for no longer, whatever the route's freshness. */
const OPAQUE_SECONDS = 300;
/** Nobody is asked again for so long about a token that was refused. */
const REFUSED_MILLISECONDS = 5_000;
const MAXIMUM_REFUSED = 5000;
/** What is cancelled stays among them. */
const MAXIMUM_ASKING = 100;
/** Another request's question may never be answered, when that request is cancelled. */
const SHARED_PATIENCE_MILLISECONDS = 2_000;
/** The provider's clock. */
const TOLERANCE_SECONDS = 5;

const refusedFor = (description: string): Refusal => ({ ...refuse('malformed'), description });
const unsuitable = refusedFor('the token is no access token of the provider');

/**
 * A client that speaks for itself, or for another client whose token it exchanged: where somebody acts and nobody signed
 * in, nobody says that the subject is a person, not even the operator.
 */
const isOfClient = (claims: Readonly<Record<string, unknown>>, people: boolean): boolean =>
  !standsForPerson(claims, people && claims.act === undefined);

/** What is of the person has its form, or is not there; undefined where nobody could be called by the subject. */
function readable(claims: Claims, key: string, people: boolean): ProviderToken | undefined {
  const { sub, groups } = claims;
  if (!isSubject(sub)) return undefined;
  const { email, emailVerified, name, groups: texts } = profileOf(sub, claims);
  const person = {
    email,
    email_verified: emailVerified,
    name,
    groups: groups === undefined ? groups : texts,
  };
  return { ok: true, claims: { ...claims, ...person }, key, isOfClient: isOfClient(claims, people) };
}

/** What an answer says of a token. */
function claimsIn({ active: _, token_type: __, ...claims }: IntrospectionAnswer): Record<string, unknown> {
  return claims;
}

/** The same, with what a token needs (RFC 7662 §2.2 leaves all of it out at will). */
function completed(answer: IntrospectionAnswer, issuer: string, askedAt: number): Record<string, unknown> {
  const claims = claimsIn(answer);
  return {
    ...claims,
    iss: issuer,
    sub: claims.sub ?? claims.client_id,
    exp: claims.exp ?? Math.floor(askedAt / 1000) + OPAQUE_SECONDS,
  };
}

/** Whose a token is, and bound to which key. */
const identifying = ['sub', 'client_id', 'cnf'];

/** Whether a newer answer is about what was read. A JWT has said for itself what its answer leaves out. */
function isAboutTheSame(
  claims: Readonly<Record<string, unknown>>,
  answer: Readonly<Record<string, unknown>>,
  isOpaque: boolean,
): boolean {
  const isSame = (name: string): boolean => sameValue([claims[name]].flat(), [answer[name]].flat());
  if (isOpaque) return [...identifying, 'aud', 'scope'].every(isSame);
  // RFC 7662 §2.2: whoever asks may be told of itself alone.
  const audience = [answer.aud ?? claims.aud].flat();
  return (
    identifying.every((name) => answer[name] === undefined || isSame(name)) &&
    [claims.aud].flat().some((one) => audience.includes(one))
  );
}

/** The access tokens of the provider of a gate alone: a JWT is read by its signature, anything else by asking (RFC 7662). */
export function createProviderAccessTokens({
  identityProvider: { issuer, algorithms, people },
  issuerKeys,
  introspect,
}: {
  identityProvider: NonNullable<Config['identityProvider']>;
  issuerKeys: IssuerKeys;
  introspect: Introspect;
}): ProviderAccessTokens {
  const sources = new WeakMap<object, Source>();
  const keyOf = async (token: string) => `provider ${base64url.encode(await sha256(token))}`;

  // A reader remembers for each resource of the routes.
  const readers = new Map<string, ReturnType<typeof tokenReader>>();
  const readByClaims = new WeakMap<object, ProviderToken>();

  async function readJwt(token: string, resource: string): Promise<ProviderToken | Refusal> {
    const reader =
      readers.get(resource) ??
      tokenReader({
        issuer,
        audience: resource,
        typ: ACCESS_TOKEN_TYPE,
        algorithms,
        keys: issuerKeys({ issuer }),
        clockToleranceSeconds: TOLERANCE_SECONDS,
      });
    readers.set(resource, reader);
    const verified = await reader(token);
    if (!verified.ok) return verified;
    const known = readByClaims.get(verified.claims);
    if (known) return known;
    const read = readable(verified.claims, await keyOf(token), people);
    if (!read) return refuse('claim_invalid');
    readByClaims.set(verified.claims, read);
    sources.set(read.claims, { token, opaque: undefined });
    return read;
  }

  const opaque = memory<Opaque>(MAXIMUM_REMEMBERED);
  const refused = memory<{ refusal: Refusal; until: number }>(MAXIMUM_REFUSED);
  const asking = new Map<string, Promise<Opaque | Refusal>>();

  async function ask(token: string, key: string, asker: Asker): Promise<Opaque | Refusal> {
    const found = await introspect(token, asker);
    if (found.kind !== 'active') return refusedFor(found.why);
    const { answer, askedAt } = found;
    // A refresh token may be active, too; of an access token every provider says the type.
    const type = String(answer.token_type).toLowerCase();
    // RFC 9449 §6.2: one that is bound to a key says to which.
    if (type !== 'bearer' && !(type === 'dpop' && answer.cnf !== undefined)) return unsuitable;
    const claims = completed(answer, issuer, askedAt);
    const exp = Number(claims.exp);
    const read =
      typeof claims.sub === 'string' && Number.isFinite(exp)
        ? readable(claims as Claims, key, people)
        : undefined;
    if (!read) return unsuitable;
    const until = Math.min(exp * 1000, askedAt + OPAQUE_SECONDS * 1000);
    const source = { token, opaque: { until } };
    sources.set(read.claims, source);
    return { read, source };
  }

  /** What the provider says of a token about which no answer is believed any more, or yet. */
  async function lookUp(token: string, asker: Asker): Promise<Opaque | Refusal> {
    const key = await keyOf(token);
    const before = refused.get(key);
    if (before && before.until > Date.now()) return before.refusal;
    const flight = asking.get(key);
    const shared = flight && (await inTime(flight, SHARED_PATIENCE_MILLISECONDS));
    if (shared) return shared;
    const own = ask(token, key, asker);
    remember(asking, key, own, MAXIMUM_ASKING);
    try {
      const found = await own;
      if ('read' in found) opaque.set(token, found);
      else refused.set(key, { refusal: found, until: Date.now() + REFUSED_MILLISECONDS });
      return found;
    } finally {
      if (asking.get(key) === own) asking.delete(key);
    }
  }

  async function readOpaque(token: string, resource: string): Promise<ProviderToken | Refusal> {
    if (token.length > MAXIMUM_OPAQUE) return refuse('too_long');
    // What a Portcullis gives out for other uses is shown to nobody.
    if (looksLikeOurs(token) && !looksLikeOurs(token, 'access_token')) return unsuitable;
    const known = opaque.get(token);
    const isBelieved = known && known.source.opaque.until > Date.now();
    const found = isBelieved ? known : await lookUp(token, known ? 'known' : 'stranger');
    if (!('read' in found)) return found;
    const { read } = found;
    const rules = {
      issuer,
      audience: [resource],
      typ: ACCESS_TOKEN_TYPE,
      toleranceSeconds: TOLERANCE_SECONDS,
    };
    const fault = claimsFault(ACCESS_TOKEN_TYPE, read.claims, rules, Math.floor(Date.now() / 1000));
    return fault ? refuse(fault) : read;
  }

  return {
    read: (token, resource) => (JWT.test(token) ? readJwt(token, resource) : readOpaque(token, resource)),

    async status(claims): Promise<TokenAnswer> {
      const source = sources.get(claims);
      if (!source) throw new Error('a token that was not read here');
      const found = await introspect(source.token, 'known');
      if (found.kind === 'impossible') return { kind: 'unknown', why: found.why };
      if (found.kind === 'refused') {
        if (source.opaque) source.opaque.until = 0;
        return { kind: 'ended', why: found.why };
      }
      const { answer: said, askedAt } = found;
      const answer = source.opaque ? completed(said, issuer, askedAt) : claimsIn(said);
      if (!isAboutTheSame(claims, answer, source.opaque !== undefined)) {
        if (source.opaque) source.opaque.until = 0;
        return { kind: 'unknown', why: 'the provider says something else of the token than before' };
      }
      if (isOfClient(claims, people)) return { kind: 'live', session: undefined };
      const latest = { ...claims, ...answer };
      const person = personClaims(latest);
      if (!person) return { kind: 'unknown', why: 'the provider says more of the person than a gate keeps' };
      const sessionId = typeof claims.sid === 'string' ? claims.sid : '';
      const profile = profileOf(String(claims.sub), person);
      return { kind: 'live', session: { kind: 'live', sessionId, ...signInFacts(latest), profile } };
    },
  };
}
