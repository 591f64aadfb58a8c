import { decide } from '../../src/core/family/rule.ts';
import { expiry as sessionExpiry, worthTouching } from '../../src/core/session/rule.ts';
import type { EndCause, Grant, Refresh, RefreshAnswer } from '../../src/user/types.ts';
import type { FamilyRow } from './storage.ts';
import type { Presentation, Testimony } from './witness.ts';
import type { World } from './world.ts';

/** Where an object may die. Whoever waits for it then gets an error, except after the response. */
export type CrashPoint =
  | 'before the transaction'
  | 'before the commit'
  | 'after the commit'
  | 'after the response';

/** What a caller of the object gets: its answer, or an error from the stub. */
export type Reply<Answer> =
  | { kind: 'answered'; answer: Answer; testimony?: Testimony }
  | { kind: 'failed'; retryable: boolean };

/** An answer behind the output gate. */
interface Held {
  open(): void;
  fail(retryable: boolean): void;
}

/** How long a commit takes, in milliseconds. Others may come in before it is done. */
const COMMIT = 4;

/** UserObject (src/user/object.ts), as far as refreshes and ends go, with the platform's output gate around it. */
export class UserObject {
  readonly #world: World;
  #held: Held[] = [];
  #doom: Doom | undefined;

  constructor(world: World) {
    this.#world = world;
  }

  refresh(presentation: Presentation, reply: (reply: Reply<RefreshAnswer>) => void): void {
    const { storage, witness } = this.#world;
    if (this.#diesAtOnce()) return reply({ kind: 'failed', retryable: true });
    const before = storage.memory;
    let answer: RefreshAnswer | undefined;
    try {
      answer = storage.transaction(() => this.#refresh(presentation.refresh));
    } catch {
      // A bug, to the caller an error that no retry mends: 500.
    }
    const testimony = witness.processed(presentation, before, answer);
    this.#hold(
      () => {
        if (!answer) return reply({ kind: 'failed', retryable: false });
        witness.released(testimony, answer);
        reply({ kind: 'answered', answer, testimony });
      },
      (retryable) => reply({ kind: 'failed', retryable }),
    );
  }

  /** Sign-out of one session, or of all with the offline families too. */
  end(sessionId: string | undefined, acknowledged: () => void): void {
    if (this.#diesAtOnce()) return;
    const { storage, witness, timeline } = this.#world;
    storage.transaction(() => {
      if (sessionId === undefined) {
        storage.endSessions('sign_out_everywhere', timeline.now);
        storage.endFamilies('sign_out_everywhere', timeline.now);
      } else {
        storage.endSession(sessionId, 'sign_out', timeline.now);
        storage.endFamiliesOfSession(sessionId, 'sign_out', timeline.now);
      }
    });
    witness.ended(sessionId);
    this.#hold(acknowledged, () => {});
  }

  /** The object is moved, deployed or evicted: its memory is gone. */
  restart(): void {
    this.#lose();
    this.#world.trace?.('the object restarts');
  }

  /** The method `refresh` of src/user/object.ts, without its events. */
  #refresh(request: Refresh): RefreshAnswer {
    const { storage, timeline } = this.#world;
    const { now } = timeline;
    const family = storage.family(request.familyId);
    if (!family) return { kind: 'refused', reason: 'unknown' };
    if (!family.offline && family.endedAt === null) {
      const cause = this.#sessionEnd(family.sessionId, now);
      if (cause) return { kind: 'refused', reason: 'ended', cause };
    }
    const policy = {
      graceMilliseconds: request.policy.graceSeconds * 1000,
      idleMilliseconds: request.policy.idleSeconds * 1000,
    };
    const decision = decide(family, request, policy, now);
    switch (decision.kind) {
      case 'refuse':
        return decision.refusal === 'ended'
          ? { kind: 'refused', reason: 'ended', cause: family.endCause ?? 'session_ended' }
          : { kind: 'refused', reason: decision.refusal };
      case 'end':
        storage.endFamily(family.familyId, decision.cause, decision.endedAt);
        return { kind: 'ended', cause: decision.cause };
      case 'replay': {
        const { salt, hash } = decision;
        return { kind: 'replayed', grant: grantOf(family), salt, hash };
      }
      case 'rotate':
        storage.rotateFamily(family.familyId, decision.family);
        return { kind: 'rotated', grant: grantOf(family) };
    }
  }

  #sessionEnd(sessionId: string, now: number): EndCause | undefined {
    const { storage } = this.#world;
    const session = storage.session(sessionId);
    if (!session) return 'session_ended';
    if (session.endedAt !== null) return session.endCause ?? 'session_ended';
    const expired = sessionExpiry(session, now);
    if (expired) {
      storage.endSession(sessionId, expired.cause, expired.endedAt);
      storage.endFamiliesOfSession(sessionId, expired.cause, expired.endedAt);
      return expired.cause;
    }
    if (worthTouching(session, now)) storage.touchSession(sessionId, now);
    return undefined;
  }

  /** Draws whether and where this call goes wrong. */
  #diesAtOnce(): boolean {
    const { random, profile, trace, count } = this.#world;
    if (!random.chance(profile.crashRate)) return false;
    const doom = random.pick(dooms);
    trace?.(`${doom}, from here on`);
    count(doom);
    if (doom === 'crash before the transaction') this.#lose();
    else this.#doom = doom;
    return doom === 'crash before the transaction';
  }

  #hold(open: () => void, fail: () => void): void {
    this.#held.push({ open, fail });
    this.#world.timeline.after(COMMIT, () => this.#commit());
  }

  #commit(): void {
    const { storage } = this.#world;
    const doom = this.#doom;
    if (doom === 'crash before the commit') return this.#lose();
    if (doom === 'storage full at the commit') return this.#lose(false);
    storage.commit();
    this.#world.witness.committed();
    if (doom === 'crash after the commit') return this.#lose();
    for (const { open } of this.#held.splice(0)) open();
    if (doom === 'crash after the response') this.#lose();
  }

  #lose(retryable = true): void {
    this.#doom = undefined;
    this.#world.storage.lose();
    for (const { fail } of this.#held.splice(0)) fail(retryable);
    this.#world.witness.restarted();
  }
}

const grantOf = (family: FamilyRow): Grant => ({
  userId: 'user',
  sessionId: family.sessionId,
  familyId: family.familyId,
  clientId: family.clientId,
  scope: [...family.scope],
  resource: [...family.resource],
  authTime: 0,
  amr: [],
});
