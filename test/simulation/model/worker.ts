import { sameBytes } from '../../../src/core/bytes.ts';
import type { RefreshAnswer } from '../../../src/user/types.ts';
import { familyIdOf, type Reply } from './object.ts';
import { type Cookie, derive, hashOf, type Ring, type Token } from './secrets.ts';
import type { Presentation } from './witness.ts';
import type { World } from './world.ts';

/** A request at the token endpoint, `grant_type=refresh_token`, or at the session API, which takes cookies. */
export interface TokenRequest {
  token: Token;
  clientId: string;
  /** Of the key that the DPoP proof was made with; null for none. */
  dpopJkt: string | null;
  scope: string[] | null;
  resource: string[] | null;
  /** The session's cookie that came along; null for none. */
  cookie: Cookie | null;
  role: 'owner' | 'thief' | 'forger';
  /** Who sends it, for the trace. */
  name: string;
}

export type TokenResponse =
  | { kind: 'granted'; token: Token; scope: readonly string[]; resource: readonly string[] }
  | { kind: 'refused'; error: 'invalid_grant' | 'invalid_scope' | 'invalid_target' }
  /** 503, or 500. */
  | { kind: 'unavailable' };

const MAXIMUM_TRIES = 4;
const FIRST_DELAY = 40;

/** The refresh token grant (src/grants/refresh-token.ts) in an isolate that has the keys of `ring`. */
export function redeem(
  world: World,
  ring: Ring,
  request: TokenRequest,
  respond: (response: TokenResponse) => void,
): void {
  const { random, witness, profile } = world;
  const { token } = request;
  // The tag, before any object is woken.
  if (!ring.all.some((key) => key.id === token.tag)) {
    world.count('a tag is refused');
    respond({ kind: 'refused', error: 'invalid_grant' });
    return;
  }
  const salt = random.bytes(16);
  const successor = derive(ring.current.successor, salt, token.secret);
  const presentation: Presentation = {
    request,
    successor,
    refresh: {
      familyId: familyIdOf(token),
      generation: token.generation,
      secretHash: hashOf(token.secret),
      clientId: request.clientId,
      dpopJkt: request.dpopJkt,
      scope: request.scope,
      resource: request.resource,
      candidate: { salt, hash: hashOf(successor) },
      ...(request.cookie && {
        session: { sessionId: request.cookie.sessionId, secretHash: hashOf(request.cookie.secret) },
      }),
      policy: { graceSeconds: profile.graceSeconds, idleSeconds: profile.idleSeconds, rotates: true },
    },
  };
  callObject(world, presentation, (reply) => {
    if (reply.kind === 'failed') return respond({ kind: 'unavailable' });
    const response = responseTo(world, ring, presentation, reply.answer);
    witness.left(reply.testimony, reply.answer, request, response);
    respond(response);
  });
}

function responseTo(
  { count }: World,
  ring: Ring,
  { request, successor }: Presentation,
  answer: RefreshAnswer,
): TokenResponse {
  const { token } = request;
  switch (answer.kind) {
    case 'kept':
      throw new Error('every client of the simulation rotates');
    case 'ended':
      return { kind: 'refused', error: 'invalid_grant' };
    case 'refused':
      if (answer.reason === 'scope_exceeded') return { kind: 'refused', error: 'invalid_scope' };
      if (answer.reason === 'resource_exceeded') return { kind: 'refused', error: 'invalid_target' };
      return { kind: 'refused', error: 'invalid_grant' };
    case 'rotated':
    case 'replayed': {
      const secret =
        answer.kind === 'rotated'
          ? successor
          : replayedSuccessor(count, ring, token.secret, answer.salt, answer.hash);
      if (!secret) return { kind: 'refused', error: 'invalid_grant' };
      return {
        kind: 'granted',
        token: { ...token, generation: token.generation + 1, secret, tag: ring.current.id },
        scope: request.scope ?? answer.grant.scope,
        resource: request.resource ?? answer.grant.resource,
      };
    }
  }
}

/** As in src/grants/refresh-chain.ts: the stored hash tells which key made it. */
function replayedSuccessor(
  count: World['count'],
  ring: Ring,
  presented: Uint8Array,
  salt: Uint8Array,
  hash: Uint8Array,
): Uint8Array | undefined {
  for (const key of ring.all) {
    const secret = derive(key.successor, salt, presented);
    if (!sameBytes(hashOf(secret), hash)) continue;
    if (key !== ring.current) count('a successor of another key is derived again');
    return secret;
  }
  return undefined;
}

/** As in src/durable/call.ts: a retryable failure is tried again, with the very same arguments. */
function callObject(
  { random, timeline, object, profile, count }: World,
  presentation: Presentation,
  done: (reply: Reply) => void,
): void {
  const attempt = (tries: number): void => {
    object.refresh(presentation, (reply) => {
      timeline.after(random.between(...profile.objectLatency), () => {
        if (reply.kind === 'answered' || !reply.retryable || tries === MAXIMUM_TRIES) return done(reply);
        count('the Worker asks the object again');
        const delay = FIRST_DELAY * 2 ** (tries - 1);
        timeline.after(random.between(delay / 2, delay * 1.5), () => attempt(tries + 1));
      });
    });
  };
  timeline.after(random.between(...profile.objectLatency), () => attempt(1));
}
