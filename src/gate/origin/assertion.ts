import type { Route } from '../../config/schema.ts';
import { identityHeaderValue } from '../../core/gate/identity-header.ts';
import type { Target } from '../../core/gate/path.ts';
import { acrOf } from '../../core/oauth/acr.ts';
import { base64url, sha256 } from '../../crypto/bytes.ts';
import type { Dependencies } from '../../dependencies.ts';
import type { IdentifiedCaller } from '../admission/caller.ts';
import type { KnownSession } from '../identity/identity.ts';
import { sameValue } from '../same-value.ts';

const LIFETIME_SECONDS = 60;
/** Bound to its request, an assertion lives for as long as that may be on its way. */
const REQUEST_LIFETIME_SECONDS = 10;

/** Something signed, and until when it is handed out again, in milliseconds since the epoch. */
interface Kept {
  value: string;
  until: number;
}

/** What an origin is told of a caller, for as long as what is known of the caller stays the same. */
export interface Statement {
  caller: IdentifiedCaller;
  session: KnownSession | undefined;
  claims: Readonly<Record<string, unknown>>;
  /** The route's `identityHeaders`. */
  plainHeaders: readonly (readonly [name: string, value: string])[];
  assertion?: Kept;
  originToken?: Kept;
}

/** What origins call a person. Ids of ours have neither of the two; those of another provider may. */
export const subjectOf = (userId: string): string => userId.replace(/[%:]/g, encodeURIComponent);

/** The claims that tell who is calling, by an identity that is nobody else's. */
function identityOf(caller: IdentifiedCaller) {
  // With a colon in it, it would be taken for one of the names below.
  if (caller.kind === 'session' || caller.kind === 'token' || caller.kind === 'provider')
    return { sub: subjectOf(caller.userId), sid: caller.sessionId };
  // No issuer may be called `client` (src/config/load.ts).
  if (caller.kind === 'client') return { sub: `client:${caller.subject}` };
  const { issuerName, issuer: iss, subject: sub } = caller;
  // Another issuer may give out whatever `sub` it likes, that of one of our users as well. Ours have no colon.
  return { sub: `${issuerName}:${sub}`, sub_id: { format: 'iss_sub', iss, sub } };
}

/** Who the person is: as the session has it, else as the token of ours, or of our provider, had it when it was issued. */
function personOf(caller: IdentifiedCaller, session: KnownSession | undefined) {
  if (session) {
    const { email, emailVerified, name, groups } = session.profile;
    return { email, email_verified: emailVerified, name, groups };
  }
  // What another issuer says of an email or a group is true there, and would be taken for ours at the origin.
  if (caller.kind !== 'token' && caller.kind !== 'provider') return {};
  const { email, email_verified, name, groups } = caller.claims;
  return { email, email_verified, name, groups };
}

/** How the caller signed in: of a token what the token says, since a newer sign-in of its session is not its own. */
function signInOf(caller: IdentifiedCaller, session: KnownSession | undefined) {
  const ofSession = session && {
    auth_time: session.authTime,
    amr: session.amr,
    acr: session.acr ?? acrOf(session.amr),
  };
  if (caller.kind === 'session') return ofSession;
  const { amr, acr } = caller.claims;
  return {
    auth_time: caller.authTime ?? ofSession?.auth_time,
    amr: amr ?? ofSession?.amr,
    acr: acr ?? (amr === undefined ? ofSession?.acr : undefined),
  };
}

/** Whether an answer to "still alive?" says nothing new: nobody is told what was true before. */
const saysTheSame = (a: KnownSession | undefined, b: KnownSession | undefined): boolean =>
  a === b ||
  (a !== undefined &&
    b !== undefined &&
    a.authTime === b.authTime &&
    a.acr === b.acr &&
    sameValue(a.amr, b.amr) &&
    sameValue(a.profile, b.profile));

/** When something that lives from `iat` to `exp`, in seconds, has lived half of its life, in milliseconds. */
const halfLife = (iat: number, exp: number): number => (iat + exp) * 500;

/**
 * Makes what states, signed, who is calling: the value of Portcullis-Assertion for one route's origin.
 * Under `freshness: 'token'` no object is asked about a bearer token: then it says what the token says.
 */
export function createAssertions({ config, keys }: Pick<Dependencies, 'config' | 'keys'>) {
  const { identityProvider: provider } = config;
  // A caller is one object for as long as its token or cookie is remembered (caller.ts), and forgotten with it.
  const known = new Map<Route, WeakMap<IdentifiedCaller, Statement>>();

  const sign = (claims: Record<string, unknown>) => keys.sign('ES256', 'portcullis-assertion+jwt', claims);

  function make(route: Route, caller: IdentifiedCaller, session: KnownSession | undefined): Statement {
    const claims: Record<string, unknown> = {
      iss: config.issuer,
      aud: route.resource,
      ...identityOf(caller),
      // Signed in elsewhere: there the person is known by this name, and here it is under our own issuer's.
      ...(provider &&
        (caller.kind === 'session' || caller.kind === 'provider') && {
          sub_id: { format: 'iss_sub', iss: provider.issuer, sub: caller.userId },
        }),
      ...signInOf(caller, session),
      ...personOf(caller, session),
      ...(caller.kind !== 'session' && { client_id: caller.clientId, scope: caller.scope.join(' ') }),
    };
    const plainHeaders = Object.entries(route.identityHeaders).flatMap(([name, claim]) => {
      const value = identityHeaderValue(claims[claim]);
      return value === undefined ? [] : [[name.toLowerCase(), value] as const];
    });
    return { caller, session, claims, plainHeaders };
  }

  return {
    /** What there is to say, from memory where nothing has changed. */
    statementOf(route: Route, caller: IdentifiedCaller, session: KnownSession | undefined): Statement {
      const statements = known.get(route) ?? new WeakMap<IdentifiedCaller, Statement>();
      known.set(route, statements);
      const found = statements.get(caller);
      if (found && saysTheSame(found.session, session)) return found;
      const made = make(route, caller, session);
      statements.set(caller, made);
      return made;
    },

    /** Signed for a while: used again for half of its life. It outlives neither the token nor the cookie that it is about. */
    async ofIdentity(statement: Statement): Promise<string> {
      const now = Date.now();
      if (statement.assertion && now < statement.assertion.until) return statement.assertion.value;
      const { iat, exp } = lifeOf(statement, now, LIFETIME_SECONDS);
      const value = await sign({ ...statement.claims, iat, exp });
      statement.assertion = { value, until: halfLife(iat, exp) };
      return value;
    },

    /** Signed for one request. @param htu the public address, without its query */
    async ofRequest(
      statement: Statement,
      { method, htu, query }: { method: string; htu: string; query: Target['query'] },
    ): Promise<string> {
      return sign({
        ...statement.claims,
        ...lifeOf(statement, Date.now(), REQUEST_LIFETIME_SECONDS),
        jti: crypto.randomUUID(),
        htm: method,
        htu,
        // As the URL parser sends it on; it shows no lone `?`.
        ...(query.length > 1 && {
          query_hash: base64url.encode(await sha256(new URL(htu + query).search)),
        }),
      });
    },
  };
}

function lifeOf({ caller }: Statement, now: number, seconds: number): { iat: number; exp: number } {
  const iat = Math.floor(now / 1000);
  return { iat, exp: Math.min(iat + seconds, caller.expiresAt) };
}
