import { personalClaims } from '../core/account/claims.ts';
import { isFromOwnOrigin } from '../core/gate/decision.ts';
import { acrOf } from '../core/oauth/acr.ts';
import type { SessionCaller } from './admission/caller.ts';
import { circumstancesOf } from './admission/circumstances.ts';
import { personClaims } from './admission/facts.ts';
import type { SessionStatus } from './admission/session-status.ts';
import type { KnownSession } from './identity/identity.ts';
import { subjectOf } from './origin/assertion.ts';
import { gateResponse, type Refusal, sameOriginOnly } from './refusal.tsx';

/** Who is signed in on a host, for the pages of that host. */
export const SESSION_PATH = '/.portcullis/session';

const isPersonal = new Set(personalClaims);
const isKnown = (value: unknown): boolean =>
  value !== undefined && value !== '' && !(Array.isArray(value) && value.length === 0);

/**
 * The person and the sign-in, by the names of UserInfo (OpenID Connect Core §5.3.2): no more than an origin could be told,
 * and nothing that stands for the session itself.
 */
function described(session: KnownSession): Record<string, unknown> {
  const { profile, authTime, acr, amr } = session;
  const claims = Object.entries(personClaims(session)).filter(([name]) => isPersonal.has(name));
  const all = {
    sub: subjectOf(profile.userId),
    ...Object.fromEntries(claims),
    auth_time: authTime,
    acr: acr ?? acrOf(amr),
    amr,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => isKnown(value)));
}

/** Makes what tells whether somebody is signed in on a host. All of it throws when that cannot be found out. */
export function createSession({
  readSession,
  sessionStatus,
  publicOrigin,
}: {
  readSession: (headers: Headers, host: string) => Promise<SessionCaller | undefined>;
  sessionStatus: SessionStatus;
  publicOrigin: (host: string) => string;
}) {
  /** The live session of a browser, asked for now, or the refusal that says why there is none. */
  async function current(headers: Headers, host: string): Promise<KnownSession | Refusal> {
    const caller = await readSession(headers, host);
    const standing = caller && (await sessionStatus(caller, 0));
    if (standing?.kind === 'live' && standing.session) return standing.session;
    const cause = standing?.kind === 'ended' ? standing.cause : undefined;
    return { code: 'login_required', cause };
  }

  return {
    current,

    /** GET /.portcullis/session. Whoever may not ask is told so before anybody looks at the cookie. */
    async answer(request: Request, host: string): Promise<Response | Refusal> {
      if (request.method !== 'GET' && request.method !== 'HEAD')
        return { code: 'method_not_allowed', headers: [['Allow', 'GET, HEAD']] };
      if (!isFromOwnOrigin(circumstancesOf(request), publicOrigin(host))) {
        const description = 'Only pages of this very host may ask who is signed in.';
        return { code: 'cross_site_request', description };
      }
      const session = await current(request.headers, host);
      if ('code' in session) return session;
      return gateResponse(JSON.stringify(described(session)), 200, [
        ['Content-Type', 'application/json'],
        sameOriginOnly,
      ]);
    },
  };
}
