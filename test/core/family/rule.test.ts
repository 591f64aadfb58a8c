import { describe, expect, it } from 'vitest';
import {
  type Decision,
  decide,
  type Family,
  type FamilyPolicy,
  type Presented,
} from '../../../src/core/family/rule.ts';

const hash = (n: number) => new Uint8Array(32).fill(n);
const day = 86_400_000;
const policy: FamilyPolicy = { graceMilliseconds: 10_000, idleMilliseconds: day };
const T = 1_000_000;

/** A family whose current generation is 3, rotated at T. The hash of generation g is hash(g). */
const family: Family = {
  clientId: 'app',
  scope: ['openid', 'read'],
  resource: ['https://api.example.com'],
  dpopJkt: null,
  generation: 3,
  currentHash: hash(3),
  previousHash: hash(2),
  salt: hash(99),
  rotatedAt: T,
  sessionProved: false,
  idleExpiresAt: T + day,
  absoluteExpiresAt: T + 3 * day,
  endedAt: null,
};
const present = (generation: number, changes: Partial<Presented> = {}): Presented => ({
  generation,
  secretHash: hash(generation),
  clientId: 'app',
  dpopJkt: null,
  provesSession: false,
  scope: null,
  resource: null,
  candidate: { salt: hash(50), hash: hash(4) },
  ...changes,
});
const judge = (presented: Presented, now: number, changes: Partial<Family> = {}): Decision =>
  decide({ ...family, ...changes }, presented, policy, now);

describe('the current token', () => {
  it('rotates: the candidate becomes current, the current one previous', () => {
    expect(judge(present(3), T + 1)).toEqual({
      kind: 'rotate',
      family: {
        ...family,
        generation: 4,
        currentHash: hash(4),
        previousHash: hash(3),
        salt: hash(50),
        rotatedAt: T + 1,
        idleExpiresAt: T + 1 + day,
      },
    });
  });

  it('gives no successor that outlives the absolute expiry', () => {
    const decision = judge(present(3), T + 2.5 * day, { idleExpiresAt: T + 2.9 * day });
    expect(decision.kind === 'rotate' && decision.family.idleExpiresAt).toBe(T + 3 * day);
  });

  it('is over at the moment of its idle expiry, and not a millisecond before', () => {
    expect(judge(present(3), T + day - 1).kind).toBe('rotate');
    expect(judge(present(3), T + day)).toEqual({ kind: 'end', cause: 'idle_expiry', endedAt: T + day });
  });

  it('is over by whichever expiry came first, however late somebody asks', () => {
    expect(judge(present(3), T + 9 * day)).toEqual({ kind: 'end', cause: 'idle_expiry', endedAt: T + day });
    const clamped = { idleExpiresAt: T + 3 * day };
    expect(judge(present(3), T + 9 * day, clamped)).toMatchObject({ cause: 'absolute_expiry' });
  });

  it('is over at the absolute expiry, however busy', () => {
    expect(judge(present(3), T + 3 * day, { idleExpiresAt: T + 9 * day })).toEqual({
      kind: 'end',
      cause: 'absolute_expiry',
      endedAt: T + 3 * day,
    });
  });
});

describe('a token that does not rotate', () => {
  const kept = { ...policy, rotates: false };

  it('stays the current one, and its idle expiry moves up to the absolute one', () => {
    const soon = { ...family, absoluteExpiresAt: T + day / 2 };
    expect(decide(family, present(3), kept, T)).toEqual({ kind: 'keep', idleExpiresAt: T + day });
    expect(decide(soon, present(3), kept, T)).toEqual({ kind: 'keep', idleExpiresAt: T + day / 2 });
  });

  it('is held to everything else', () => {
    expect(decide(family, present(3, { clientId: 'other' }), kept, T).kind).toBe('refuse');
    expect(decide(family, present(1), kept, T)).toMatchObject({ kind: 'end', cause: 'reuse' });
    expect(decide(family, present(4), kept, T)).toMatchObject({ kind: 'end', cause: 'token_mismatch' });
  });
});

describe('the previous token', () => {
  it('gets the same successor again within the grace', () => {
    for (const now of [T, T + 9_999]) {
      expect(judge(present(2), now)).toEqual({ kind: 'replay', salt: hash(99), hash: hash(3) });
    }
  });

  it('is reuse once the grace is over', () => {
    expect(judge(present(2), T + 10_000)).toEqual({ kind: 'end', cause: 'reuse', endedAt: T + 10_000 });
  });

  it('is reuse at once with a grace of nothing', () => {
    expect(decide(family, present(2), { ...policy, graceMilliseconds: 0 }, T)).toMatchObject({
      cause: 'reuse',
    });
  });

  it('gets its successor again whatever the grace when it is the very same attempt, made again by the Worker', () => {
    const attempt = { candidate: { salt: hash(99), hash: hash(3) } };
    const none = { ...policy, graceMilliseconds: 0 };
    expect(decide(family, present(2, attempt), none, T + 1)).toEqual({
      kind: 'replay',
      salt: hash(99),
      hash: hash(3),
    });
    expect(decide(family, present(1, attempt), none, T + 1)).toMatchObject({ kind: 'end', cause: 'reuse' });
  });

  it('has no grace for another client or another key: nothing changes', () => {
    expect(judge(present(2, { clientId: 'other' }), T)).toEqual({ kind: 'refuse', refusal: 'wrong_client' });
    expect(judge(present(2, { dpopJkt: 'thief' }), T)).toEqual({ kind: 'refuse', refusal: 'wrong_key' });
  });

  it('keeps its grace, when bound to a key, until the successor is used', () => {
    const bound = { dpopJkt: 'key' };
    expect(judge(present(2, bound), T + day - 1, bound).kind).toBe('replay');
    expect(judge(present(1, bound), T + 1, bound)).toMatchObject({ kind: 'end', cause: 'reuse' });
  });

  describe('of a browser that proves the session', () => {
    const inSession = { provesSession: true };
    const madeInSession = { sessionProved: true };

    it('keeps its grace until the successor is used, however late', () => {
      const again = { kind: 'replay', salt: hash(99), hash: hash(3) };
      expect(judge(present(2, inSession), T + day - 1, madeInSession)).toEqual(again);
      expect(judge(present(1, inSession), T + 1, madeInSession)).toMatchObject({
        kind: 'end',
        cause: 'reuse',
      });
    });

    it('is reuse without the session once the grace is over', () => {
      expect(judge(present(2), T + 9_999, madeInSession).kind).toBe('replay');
      expect(judge(present(2), T + 10_000, madeInSession)).toMatchObject({ kind: 'end', cause: 'reuse' });
    });

    it('is reuse when somebody without the session made the successor: a thief came first', () => {
      expect(judge(present(2, inSession), T + 9_999).kind).toBe('replay');
      expect(judge(present(2, inSession), T + 10_000)).toMatchObject({ kind: 'end', cause: 'reuse' });
    });

    it('needs its secret all the same', () => {
      const wrong = { ...inSession, secretHash: hash(77) };
      expect(judge(present(2, wrong), T, madeInSession)).toMatchObject({ cause: 'token_mismatch' });
      expect(judge(present(3, wrong), T, madeInSession)).toMatchObject({ cause: 'token_mismatch' });
    });

    it('is known by how the current token was made', () => {
      for (const provesSession of [true, false]) {
        const decision = judge(present(3, { provesSession }), T, { sessionProved: !provesSession });
        expect(decision.kind === 'rotate' && decision.family.sessionProved).toBe(provesSession);
      }
    });
  });

  it('with another secret means a forged tag: the family ends', () => {
    expect(judge(present(2, { secretHash: hash(77) }), T)).toMatchObject({
      kind: 'end',
      cause: 'token_mismatch',
    });
  });
});

describe('any other token', () => {
  it('of an older generation is reuse, in the grace too', () => {
    expect(judge(present(1), T)).toMatchObject({ kind: 'end', cause: 'reuse' });
    expect(judge(present(0), T)).toMatchObject({ kind: 'end', cause: 'reuse' });
  });

  it('of a generation that storage does not know yet means that storage went back', () => {
    expect(judge(present(4), T)).toMatchObject({ kind: 'end', cause: 'token_mismatch' });
  });

  it('of the current generation with another secret ends the family', () => {
    expect(judge(present(3, { secretHash: hash(77) }), T)).toMatchObject({
      kind: 'end',
      cause: 'token_mismatch',
    });
  });

  it('of a family that never rotated and has no previous one is a mismatch', () => {
    const fresh = { generation: 0, currentHash: hash(0), previousHash: null, salt: null };
    expect(judge(present(0), T, fresh).kind).toBe('rotate');
    expect(judge(present(1), T, fresh)).toMatchObject({ cause: 'token_mismatch' });
  });
});

describe('an ended family', () => {
  it('refuses every token for ever', () => {
    for (const generation of [0, 2, 3, 4]) {
      expect(judge(present(generation), T + 1, { endedAt: T })).toEqual({ kind: 'refuse', refusal: 'ended' });
    }
  });
});

describe('what a refresh asks for', () => {
  it('may be narrower than the grant', () => {
    expect(judge(present(3, { scope: ['read'], resource: [] }), T).kind).toBe('rotate');
  });

  it('may not be wider, and asking does not rotate', () => {
    expect(judge(present(3, { scope: ['read', 'write'] }), T)).toEqual({
      kind: 'refuse',
      refusal: 'scope_exceeded',
    });
    expect(judge(present(3, { resource: ['https://b.example'] }), T)).toEqual({
      kind: 'refuse',
      refusal: 'resource_exceeded',
    });
  });

  it('does not narrow the family', () => {
    const decision = judge(present(3, { scope: ['read'] }), T);
    expect(decision.kind === 'rotate' && decision.family.scope).toEqual(['openid', 'read']);
  });
});
