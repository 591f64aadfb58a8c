import { base64url, sha256 } from '../../crypto/bytes.ts';
import { callObject } from '../../durable/call.ts';
import type { EndCause } from '../../user/types.ts';
import type { KnownAnswer } from './identity.ts';
import type { GateSessionIndexObject } from './session-index-object.ts';
import type { EndedSession, GateSessionObject, NewGateSession } from './session-object.ts';

/** Whom a logout token is about (OpenID Connect Back-Channel Logout §2.4). */
export type LogoutSubject = { kind: 'sid' | 'sub'; value: string };

/**
 * The sessions of a gate whose people sign in elsewhere, from a Worker's side. All of it throws ObjectUnavailable when an
 * object gives no answer.
 */
export interface GateSessions {
  /** @param subjects by whom a logout token can find it */
  open(session: NewGateSession, subjects: readonly LogoutSubject[]): Promise<void>;
  /** One object call; the object asks the provider where it has no answer of that age. */
  status(sessionId: string, maximumAgeSeconds: number): Promise<KnownAnswer>;
  end(sessionId: string, cause: EndCause): Promise<EndedSession | undefined>;
  /** Ends all that a logout token is about: the sessions of the first subject that has any. */
  endAll(subjects: readonly LogoutSubject[]): Promise<void>;
}

export function createGateSessions({
  sessions,
  index,
  issuer,
}: {
  sessions: DurableObjectNamespace<GateSessionObject>;
  index: DurableObjectNamespace<GateSessionIndexObject>;
  /** The provider. */
  issuer: string;
}): GateSessions {
  const at = <T>(sessionId: string, use: (stub: DurableObjectStub<GateSessionObject>) => Promise<T>) =>
    callObject('GateSessionObject', () => sessions.getByName(sessionId), use);

  async function inIndex<T>(
    { kind, value }: LogoutSubject,
    use: (stub: DurableObjectStub<GateSessionIndexObject>) => Promise<T>,
  ): Promise<T> {
    const name = base64url.encode(await sha256(JSON.stringify([issuer, kind, value])));
    return callObject('GateSessionIndexObject', () => index.getByName(name), use);
  }

  const end: GateSessions['end'] = (sessionId, cause) =>
    at(sessionId, async (stub) => stub.end(sessionId, cause));

  return {
    async open(session, subjects) {
      const { sessionId, absoluteSeconds } = session;
      const expiresAt = Date.now() + absoluteSeconds * 1000;
      // Found before it is open: a logout in between leaves its end there, and it never opens.
      const superfluous = await Promise.all(
        subjects.map((subject) => inIndex(subject, async (stub) => stub.add(sessionId, expiresAt))),
      );
      await Promise.all(superfluous.flat().map((one) => end(one, 'replaced')));
      await at(sessionId, async (stub) => stub.open(session));
    },
    status: (sessionId, maximumAgeSeconds) =>
      at(sessionId, async (stub) => stub.status(maximumAgeSeconds) as Promise<KnownAnswer>),
    end,
    async endAll(subjects) {
      for (const subject of subjects) {
        const found = await inIndex(subject, async (stub) => stub.list());
        await Promise.all(found.map((sessionId) => end(sessionId, 'sign_out')));
        if (found.length > 0) return;
      }
    },
  };
}
