import type { Route } from '../config/schema.ts';
import type { Dependencies } from '../dependencies.ts';
import type { LiveSession } from '../user/types.ts';
import type { IdentifiedCaller } from './caller.ts';
import { remember } from './remember.ts';

const LIFETIME_SECONDS = 60;
/** Half of its life is left when an assertion is used for the last time. */
const REUSE_MILLISECONDS = 30_000;
const MAXIMUM_KEPT = 10_000;

/** The claims that tell who is calling, by an identity that is nobody else's. */
function identityOf(caller: IdentifiedCaller) {
  if (caller.kind !== 'foreign') return { sub: caller.userId, sid: caller.sessionId };
  const { issuerName, issuer: iss, subject: sub } = caller;
  // Another issuer may give out whatever `sub` it likes, that of one of our users as well. Ours have no colon.
  return { sub: `${issuerName}:${sub}`, sub_id: { format: 'iss_sub', iss, sub } };
}

/**
 * Makes a function that states, signed, who is calling: the value of Portcullis-Assertion for one route's origin.
 * Under `freshness: 'token'` no object is asked about a bearer token, so that `amr`, `email` and `name` are absent.
 */
export function createAssertions({ config, keys }: Pick<Dependencies, 'config' | 'keys'>) {
  const kept = new Map<string, { assertion: string; until: number }>();

  return async (
    route: Route,
    caller: IdentifiedCaller,
    session: LiveSession | undefined,
  ): Promise<string> => {
    const token = caller.kind === 'session' ? undefined : caller;
    const scope = token?.scope.join(' ');
    const identity = identityOf(caller);
    const key = JSON.stringify([identity, route.resource, token?.clientId, scope, !session]);
    const now = Date.now();
    const found = kept.get(key);
    if (found && now < found.until) return found.assertion;
    const iat = Math.floor(now / 1000);
    const assertion = await keys.sign('ES256', 'portcullis-assertion+jwt', {
      iss: config.issuer,
      aud: route.resource,
      ...identity,
      iat,
      exp: iat + LIFETIME_SECONDS,
      auth_time: session?.authTime ?? token?.authTime,
      ...(session && {
        amr: session.amr,
        email: session.profile.email,
        email_verified: session.profile.emailVerified,
        name: session.profile.name,
      }),
      ...(token && { client_id: token.clientId, scope }),
    });
    remember(kept, key, { assertion, until: now + REUSE_MILLISECONDS }, MAXIMUM_KEPT);
    return assertion;
  };
}
