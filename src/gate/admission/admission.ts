import type { Route } from '../../config/schema.ts';
import {
  type Circumstances,
  type Condition,
  type Decision,
  decide,
  isNavigation,
  isPreflight,
  isRepeatable,
  mayRideOnCookie,
  type StepUp,
  signInHelps,
} from '../../core/gate/decision.ts';
import type { Target } from '../../core/gate/path.ts';
import type { Proofs } from '../../dpop/proofs.ts';
import { answerTo, challengesFor } from '../../verify/answer.ts';
import type { Challenge } from '../../verify/challenge.ts';
import type { Scheme } from '../../verify/credentials.ts';
import { defaultProofAlgorithms } from '../../verify/dpop.ts';
import type { KnownSession } from '../identity/identity.ts';
import type { Refusal, RefusalCode } from '../refusal.tsx';
import { SIGN_OUT_PATH } from '../sign-out.tsx';
import { type Authentication, askedWithin, type IdentifiedCaller } from './caller.ts';
import { factsOf } from './facts.ts';
import { routeMetadataUrl } from './resource-metadata.ts';
import type { SessionStatus, Standing } from './session-status.ts';

/** Somebody who may pass. */
export interface Passing {
  caller: IdentifiedCaller;
  /** Absent where nobody was asked. */
  session: KnownSession | undefined;
  /** Goes with the answer: the nonce for the caller's next proof (RFC 9449 §8.2). */
  nonce: string | undefined;
}

/** What the origin may learn of the caller, or the answer to the caller. */
type Admission =
  | ({ kind: 'admitted' } & Passing)
  | ({ kind: 'refused' } & Refusal)
  | { kind: 'sign_in'; stepUp: StepUp };

const schemes: readonly Scheme[] = ['Bearer', 'DPoP'];

/** What the challenges say beside the route's own: who is told, and of what. */
interface Told extends Pick<Challenge, 'scope' | 'acr_values' | 'max_age'> {
  description?: string | undefined;
  /** How the token came, if one did. */
  used?: Scheme | undefined;
}

/** Nobody needs to be asked. */
const takenAtItsWord: Standing = { kind: 'live', session: undefined };

/** Makes what authenticates the caller of a protected route and decides. All of it throws when that cannot be done. */
export function createAdmission({
  authenticate,
  sessionStatus,
  proofs,
  publicOrigin,
}: {
  authenticate: (request: Request, target: Target, route: Route) => Promise<Authentication>;
  sessionStatus: SessionStatus;
  proofs: Pick<Proofs, 'nonce'>;
  publicOrigin: (host: string) => string;
}) {
  /** The answer to a caller without the right credentials, with all that the next try needs. */
  async function challenge(
    route: Route,
    host: string,
    code: RefusalCode,
    { description, used, ...needed }: Told = {},
  ): Promise<Admission> {
    const nonce = await proofs.nonce();
    const challenges = challengesFor(
      { schemes, used },
      {
        // RFC 6750 §3.1: whoever sent no token is told of no error.
        ...(code !== 'login_required' && { error: code, error_description: description }),
        ...needed,
        resource_metadata: routeMetadataUrl(route, publicOrigin(host)).href,
      },
      defaultProofAlgorithms,
    );
    return {
      kind: 'refused',
      code,
      description,
      challenges,
      headers: nonce === undefined ? [] : [['DPoP-Nonce', nonce]],
    };
  }

  /** Whether a caller is still who the cookie or the token says. @param fresh asks now, whatever is remembered. */
  function standingOf(caller: IdentifiedCaller, route: Route, fresh: boolean): Standing | Promise<Standing> {
    const age = askedWithin(caller, route);
    return caller.kind === 'foreign' || age === undefined
      ? takenAtItsWord
      : sessionStatus(caller, fresh ? 0 : age);
  }

  async function judge(
    caller: IdentifiedCaller,
    route: Route,
    allow: readonly Condition[],
    fresh: boolean,
  ): Promise<{ standing: Standing; decision?: Decision }> {
    const answer = standingOf(caller, route, fresh);
    const standing = answer instanceof Promise ? await answer : answer;
    if (standing.kind !== 'live') return { standing };
    const now = Math.floor(Date.now() / 1000);
    const decision = decide(allow, factsOf(caller, standing.session), now);
    const isRemembered = !fresh && !(answer instanceof Promise) && standing !== takenAtItsWord;
    // What is remembered may be older than a step up or a change of groups: nobody is refused by it.
    return decision.kind !== 'pass' && isRemembered
      ? judge(caller, route, allow, true)
      : { standing, decision };
  }

  async function admit(
    request: Request,
    route: Route,
    target: Target,
    circumstances: Circumstances,
  ): Promise<Admission> {
    const { host } = target;
    const allow = allowOf(route);
    // Browsers send a preflight without credentials (Fetch §4.8): with some it is none, and it is asked about another
    // method than its own. It passes on public routes and where the route says so.
    if (isPreflight(circumstances)) {
      const description = 'Preflights do not pass here: nobody can tell who sends them.';
      return challenge(route, host, 'login_required', { description });
    }
    const authentication = await authenticate(request, target, route);
    const mayLeave = () => isNavigation(circumstances) && isRepeatable(circumstances);
    if (authentication.kind === 'refused') {
      const { refusal, scheme } = authentication;
      const { status, error } = answerTo(refusal.code);
      return status === 503
        ? { kind: 'refused', code: error }
        : challenge(route, host, error, { description: refusal.description, used: scheme });
    }
    if (authentication.kind === 'anonymous') {
      // An Authorization header would still be there after signing in, and go in circles.
      return signInHelps(allow) && mayLeave() && !authentication.byHeader
        ? { kind: 'sign_in', stepUp: {} }
        : challenge(route, host, 'login_required');
    }
    const { caller, scheme: used } = authentication;
    const byCookie = caller.kind === 'session';
    if (byCookie && !mayRideOnCookie(circumstances, publicOrigin(host)))
      return { kind: 'refused', code: 'cross_site_request' };
    const { standing, decision } = await judge(caller, route, allow, false);
    if (standing.kind === 'step_up') {
      // RFC 9470 §3: a sign-in that is newer than this very request.
      if (byCookie && mayLeave()) return { kind: 'sign_in', stepUp: { maxAgeSeconds: 0 } };
      const needed = { max_age: 0, description: standing.why, used };
      return challenge(route, host, 'insufficient_user_authentication', needed);
    }
    if (standing.kind !== 'live' || !decision) {
      const description = standing.kind === 'live' ? undefined : standing.why;
      if (!byCookie) return challenge(route, host, 'invalid_token', { description, used });
      return signInHelps(allow) && mayLeave()
        ? { kind: 'sign_in', stepUp: {} }
        : challenge(route, host, 'login_required', { description });
    }
    switch (decision.kind) {
      case 'pass': {
        const nonce = used === 'DPoP' ? await proofs.nonce() : undefined;
        return { kind: 'admitted', caller, session: standing.session, nonce };
      }
      case 'forbidden':
        return { kind: 'refused', code: 'forbidden', action: byCookie ? signInAsAnother(allow) : undefined };
      case 'insufficient_scope':
        return challenge(route, host, decision.kind, { scope: decision.scope, used });
      case 'insufficient_user_authentication': {
        const { acrValues, maxAgeSeconds } = decision;
        if (byCookie && mayLeave()) return { kind: 'sign_in', stepUp: { acrValues, maxAgeSeconds } };
        const needed = { acr_values: acrValues, max_age: maxAgeSeconds };
        return challenge(route, host, decision.kind, { ...needed, used });
      }
    }
  }

  return {
    admit,
    /** Whether somebody who was admitted would be again, by an answer that is asked now: for what goes on for long. */
    async stillPasses(caller: IdentifiedCaller, route: Route): Promise<boolean> {
      const { decision } = await judge(caller, route, allowOf(route), true);
      return decision?.kind === 'pass';
    },
  };
}

const allowOf = ({ allow }: Route): readonly Condition[] => (allow === 'public' ? [] : allow);

/** Offered where another person could pass; no person can where only scopes or clients count. */
const signInAsAnother = (allow: readonly Condition[]): Refusal['action'] =>
  signInHelps(allow) ? { href: SIGN_OUT_PATH, label: 'signInAsOther' } : undefined;
