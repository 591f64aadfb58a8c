import { env, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { decodeJwt } from 'jose';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { sha256 } from '../../src/crypto/bytes.ts';
import { rootSecrets } from '../../src/crypto/root-secret.ts';
import { decodeToken, newRecordId, newSecret, newUserId } from '../../src/crypto/token.ts';
import { readMailbox } from '../../src/mail/mailbox.ts';
import { migrations } from '../../src/user/schema.ts';
import type { PresentedSession, RefreshAnswer } from '../../src/user/types.ts';
import { createUsers } from '../../src/user/users.ts';
import { Person, personWithTokens, refresh, type Tokens } from '../workerd/person.ts';
import { rowsWritten } from '../workerd/rows.ts';

afterEach(() => {
  vi.useRealTimers();
});

const users = createUsers(env.USER);
const userIdOf = (tokens: Tokens) => decodeJwt(tokens.access_token).sub ?? '';
const objectOf = (tokens: Tokens) => env.USER.getByName(userIdOf(tokens));
const causeOf = async (response: Promise<Response>) =>
  ((await (await response).json()) as { cause?: string }).cause;
const clockForward = (milliseconds: number) => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + milliseconds });
};

/** A person with one session and a function that founds families in it. */
async function session() {
  const userId = newUserId();
  await users.create(
    { userId, email: `${userId}@example.com`, emailVerified: false, name: 'Ada' },
    { passwordHash: 'hash' },
  );
  const token = { home: 0, userId, recordId: newRecordId(), generation: 0, secret: newSecret() };
  const policy = {
    idleSeconds: 86_400,
    absoluteSeconds: 86_400,
    secondFactor: { rule: 'off' as const, groups: [] },
  };
  await users.openSession(token, undefined, 'anyone', ['pwd'], { userAgent: '', place: '' }, policy);
  const found = async (scope: string[] = ['openid']) => {
    const secret = newSecret();
    const familyId = newRecordId();
    const founding = {
      secretHash: await sha256(secret),
      idleSeconds: 600,
      absoluteSeconds: 86_400,
      secondFactor: { rule: 'off' as const, groups: [] },
    };
    await users.foundFamily(token, familyId, founding, { clientId: 'demo', scope, resource: [] });
    return { familyId, secret };
  };
  return { userId, token, found };
}

describe('a refresh', () => {
  it.each([false, true])('hands over the profile only where it is asked for: %s', async (withProfile) => {
    const { userId, found } = await session();
    const { familyId, secret } = await found();
    const request = async (rotates: boolean) =>
      users.refresh(userId, {
        familyId,
        generation: 0,
        secretHash: await sha256(secret),
        clientId: 'demo',
        dpopJkt: null,
        scope: null,
        resource: null,
        candidate: { salt: newSecret(), hash: newSecret() },
        policy: { graceSeconds: 10, idleSeconds: 600, rotates },
        ...(withProfile && { withProfile }),
      });
    const answers = [await request(false), await request(true), await request(true)];
    expect(answers.map(({ kind }) => kind)).toEqual(['kept', 'rotated', 'replayed']);
    const profile = expect.objectContaining({ userId, name: 'Ada' });
    for (const answer of answers) {
      expect(answer).toMatchObject({ grant: { userId, familyId } });
      if (withProfile) expect(answer).toHaveProperty('profile', profile);
      else expect(answer).not.toHaveProperty('profile');
    }
  });

  it('writes one row, indexes included, however many families there are; a replay writes none', async () => {
    const { tokens } = await personWithTokens();
    const stub = objectOf(tokens);
    await runInDurableObject(stub, (_, state) => {
      const row = state.storage.sql.exec('SELECT * FROM family').one();
      const names = Object.keys(row);
      for (let count = 0; count < 200; count += 1) {
        const copy = names.map((name) => (name === 'family_id' ? `copy ${count}` : row[name]));
        state.storage.sql.exec(`INSERT INTO family (${names}) VALUES (${names.map(() => '?')})`, ...copy);
      }
    });
    let next: Tokens | undefined;
    expect(
      await rowsWritten(
        stub,
        async () => (next = (await (await refresh(tokens.refresh_token)).json()) as Tokens),
      ),
    ).toBe(1);
    expect(await rowsWritten(stub, () => refresh(tokens.refresh_token))).toBe(0);
    expect(await rowsWritten(stub, () => refresh(next?.refresh_token ?? ''))).toBe(1);
  });

  it('makes one call to one object', async () => {
    const { tokens } = await personWithTokens();
    const calls = [
      vi.spyOn(env.USER, 'getByName'),
      vi.spyOn(env.IDENTIFIER, 'getByName'),
      vi.spyOn(env.KEY_RING, 'getByName'),
      vi.spyOn(env.JWKS_CACHE, 'get'),
    ];
    const signatures = vi.spyOn(crypto.subtle, 'sign');
    expect((await refresh(tokens.refresh_token)).status).toBe(200);
    expect(calls.map((spy) => spy.mock.calls.length)).toEqual([1, 0, 0, 0]);
    expect(
      signatures.mock.calls.filter(
        ([algorithm]) => (typeof algorithm === 'string' ? algorithm : algorithm.name) !== 'HMAC',
      ),
    ).toHaveLength(1);
    vi.restoreAllMocks();
  });

  it('keeps its session alive, written down once an hour at most', async () => {
    const { person, tokens } = await personWithTokens();
    clockForward(13 * 86_400_000);
    const next = (await (await refresh(tokens.refresh_token)).json()) as Tokens;
    clockForward(2 * 86_400_000);
    expect((await person.get('/account')).status).toBe(200);
    expect((await refresh(next.refresh_token)).status).toBe(200);
  });
});

describe('a refresh that brings the session’s cookie', () => {
  /** Refreshes by hand: with a secret, the generation it is of, and a session or none. */
  async function family(scope?: string[]) {
    const { userId, token, found } = await session();
    const { familyId, secret } = await found(scope);
    const proof = { sessionId: token.recordId, secretHash: await sha256(token.secret) };
    const refreshWith = async (
      of: { generation: number; secret: Uint8Array<ArrayBuffer> },
      session?: PresentedSession,
    ) => {
      const successor = newSecret();
      const answer = await users.refresh(userId, {
        familyId,
        generation: of.generation,
        secretHash: await sha256(of.secret),
        clientId: 'demo',
        dpopJkt: null,
        scope: null,
        resource: null,
        candidate: { salt: newSecret(), hash: await sha256(successor) },
        session,
        policy: { graceSeconds: 10, idleSeconds: 86_400, rotates: true },
      });
      return { answer, next: { generation: of.generation + 1, secret: successor } };
    };
    return { userId, token, proof, first: { generation: 0, secret }, refreshWith };
  }
  const MINUTES = 5 * 60_000;

  it('is answered with the same successor minutes after the answer was lost, and writes nothing', async () => {
    const { userId, proof, first, refreshWith } = await family();
    const { answer, next } = await refreshWith(first, proof);
    expect(answer.kind).toBe('rotated');
    clockForward(MINUTES);
    let late: RefreshAnswer | undefined;
    const stub = env.USER.getByName(userId);
    const write = async () => {
      late = (await refreshWith(first, proof)).answer;
    };
    expect(await rowsWritten(stub, write)).toBe(0);
    expect(late).toMatchObject({ kind: 'replayed', hash: await sha256(next.secret) });
    expect((await refreshWith(next, proof)).answer.kind).toBe('rotated');
    expect((await refreshWith(first, proof)).answer).toMatchObject({ kind: 'ended', cause: 'reuse' });
  });

  it('writes the one row of every refresh', async () => {
    const { userId, proof, first, refreshWith } = await family();
    expect(await rowsWritten(env.USER.getByName(userId), () => refreshWith(first, proof))).toBe(1);
  });

  it('is no use of the session where the family outlives it', async () => {
    const { userId, proof, first, refreshWith } = await family(['openid', 'offline_access']);
    clockForward(MINUTES);
    await refreshWith(first, proof);
    clockForward(2 * 3_600_000);
    const stub = env.USER.getByName(userId);
    expect(await rowsWritten(stub, () => refreshWith(first, proof))).toBe(0);
  });

  it.each<[string, (proof: PresentedSession, userId: string) => Promise<PresentedSession | undefined>]>([
    ['no session', async () => undefined],
    ['another secret', async (proof) => ({ ...proof, secretHash: await sha256(newSecret()) })],
    ['a session that is not there', async (proof) => ({ ...proof, sessionId: newRecordId() })],
    [
      'another live session of the person',
      async (_, userId) => {
        const other = { home: 0, userId, recordId: newRecordId(), generation: 0, secret: newSecret() };
        const policy = {
          idleSeconds: 86_400,
          absoluteSeconds: 86_400,
          secondFactor: { rule: 'off' as const, groups: [] },
        };
        await users.openSession(other, undefined, 'anyone', ['pwd'], { userAgent: '', place: '' }, policy);
        return { sessionId: other.recordId, secretHash: await sha256(other.secret) };
      },
    ],
  ])('ends the family when it comes late with %s', async (_, forge) => {
    const { userId, proof, first, refreshWith } = await family();
    await refreshWith(first, proof);
    const forged = await forge(proof, userId);
    clockForward(11_000);
    expect((await refreshWith(first, forged)).answer).toMatchObject({ kind: 'ended', cause: 'reuse' });
  });

  it('finds out that somebody with the token alone came first', async () => {
    const { proof, first, refreshWith } = await family();
    await refreshWith(first);
    clockForward(11_000);
    expect((await refreshWith(first, proof)).answer).toMatchObject({ kind: 'ended', cause: 'reuse' });
  });

  it('has the bearer grace once its session has ended', async () => {
    const { userId, token, proof, first, refreshWith } = await family(['openid', 'offline_access']);
    await refreshWith(first, proof);
    await users.endSession(userId, token.recordId, 'sign_out');
    expect((await refreshWith(first, proof)).answer.kind).toBe('replayed');
    clockForward(11_000);
    expect((await refreshWith(first, proof)).answer).toMatchObject({ kind: 'ended', cause: 'reuse' });
  });
});

describe('reuse', () => {
  it('is written to the audit trail and mailed to the person, naming app and device', async () => {
    const { person, tokens } = await personWithTokens();
    await refresh(tokens.refresh_token);
    clockForward(11_000);
    await refresh(tokens.refresh_token);
    await runDurableObjectAlarm(objectOf(tokens));
    await vi.waitFor(async () => {
      const mail = (await readMailbox(env.MAILBOX)).filter((message) => message.to === person.email);
      expect(mail.map((message) => message.subject)).toContain(
        'Security notice from Portcullis: we ended a session',
      );
      expect(mail.map((message) => message.text).join()).toContain('The demo');
    });
    const trail = await env.AUDIT.prepare('SELECT detail FROM security_event WHERE user_id = ? AND type = ?')
      .bind(userIdOf(tokens), 'family_reuse')
      .all<{ detail: string }>();
    expect(trail.results.map((row) => JSON.parse(row.detail))).toEqual([
      expect.objectContaining({ clientId: 'demo', generation: 1, presentedGeneration: 0 }),
    ]);
    expect(JSON.stringify(trail.results)).not.toContain('pc_');
  });
});

describe('an end', () => {
  it('keeps the cause and the time of what had expired before', async () => {
    const { userId, found } = await session();
    await found();
    clockForward(700_000);
    await users.endEverything(userId, 'sign_out_everywhere');
    const account = await users.inspect(userId);
    const family = account?.ends.find((end) => end.what === 'family');
    expect(family?.cause).toBe('idle_expiry');
    expect(family?.withSession).toBe(false);
    expect(account?.ends.find((end) => end.what === 'session')?.cause).toBe('sign_out_everywhere');
  });

  it('is listed with client, device and generation, the newest first, fifty at the most', async () => {
    const { userId, token, found } = await session();
    for (let count = 0; count < 55; count += 1) {
      const { familyId, secret } = await found();
      clockForward(count * 10);
      await users.revokeFamily({ ...token, recordId: familyId, generation: 0, secret }, 'demo');
    }
    const ends = (await users.inspect(userId))?.ends ?? [];
    expect(ends).toHaveLength(50);
    const times = ends.map((end) => end.endedAt);
    expect(times).toEqual(times.toSorted((a, b) => b - a));
    expect(ends[0]).toMatchObject({
      what: 'family',
      clientId: 'demo',
      generation: 0,
      cause: 'revoked_by_client',
    });
  });
});

describe('what belongs to one is not another’s', () => {
  it('a family is not revoked with a secret that is not its own, nor by another client', async () => {
    const { userId, token, found } = await session();
    const { familyId, secret } = await found();
    const presented = { ...token, recordId: familyId, generation: 0 };
    await users.revokeFamily({ ...presented, secret: newSecret() }, 'demo');
    await users.revokeFamily({ ...presented, secret }, 'another');
    const question = { sessionId: token.recordId, familyId };
    expect((await users.status(userId, question)).kind).toBe('live');
    await users.revokeFamily({ ...presented, secret }, 'demo');
    expect(await users.status(userId, question)).toMatchObject({ kind: 'ended', cause: 'revoked_by_client' });
  });

  it('a family is not alive in a session that is not its own', async () => {
    const { userId, found } = await session();
    const { familyId } = await found();
    expect(await users.status(userId, { sessionId: newRecordId(), familyId })).toEqual({ kind: 'unknown' });
  });

  it('a session is read with its own secret only', async () => {
    const { token } = await session();
    expect((await users.readSession(token)).kind).toBe('live');
    expect((await users.readSession({ ...token, secret: newSecret() })).kind).toBe('unknown');
  });
});

describe('the account', () => {
  it('shows place and last use', async () => {
    const person = new Person();
    await person.signUp();
    const started = Date.now();
    const list = async () => {
      const token = await decodeToken(
        await rootSecrets(env),
        'session',
        person.cookies.get('portcullis-session') ?? '',
      );
      return token && (await users.account(token)).account?.sessions[0];
    };
    const first = await list();
    expect(first?.lastUsedAt).toBeGreaterThanOrEqual(started - 5_000);
    clockForward(2 * 3_600_000);
    await person.get('/account');
    const later = await list();
    expect((later?.lastUsedAt ?? 0) - (first?.lastUsedAt ?? 0)).toBeGreaterThanOrEqual(2 * 3_600_000 - 5_000);
    const elsewhere = new Person(person.email);
    const form = new URLSearchParams({ email: person.email, password: 'correct horse battery' });
    await elsewhere.send('/signin', {
      method: 'POST',
      headers: { Origin: 'http://localhost:8787', 'Content-Type': 'application/x-www-form-urlencoded' },
      body: form.toString(),
      cf: { city: 'Lisbon', country: 'PT' },
    } as RequestInit);
    expect(await (await person.get('/account')).text()).toContain('Lisbon, PT');
  });
});

it('keeps every migration that has landed as it was: old objects were made by them', async () => {
  const landed = [
    '5719b6551a3dbf56',
    'd940b61168205754',
    '8242288c29cc7321',
    '49130713055f5311',
    'e350d3b666270db4',
    '15b5dec867c268d9',
    '858f5efcbec6546f',
    '0cdc51a616003f9c',
    'cb7e1a2547ee5ea8',
    '6cf857d6baa33eb5',
    '43751ac3a0b51385',
    '42cb86142ba5005f',
    '86fdf6e416e1ddac',
    '85d73f474bd25353',
    '9ef727f38307312b',
    'd1e1ed73cd350751',
  ];
  const digests = await Promise.all(
    migrations.map(async (statements) =>
      [...(await sha256(statements)).subarray(0, 8)]
        .map((byte) => byte.toString(16).padStart(2, '0'))
        .join(''),
    ),
  );
  expect(digests).toEqual(landed);
});

it('the alarm is set again for as long as there is something to remove', async () => {
  const { person, tokens } = await personWithTokens();
  const stub = objectOf(tokens);
  await runDurableObjectAlarm(stub);
  expect(await runInDurableObject(stub, (_, state) => state.storage.getAlarm())).toBeGreaterThan(Date.now());
  expect(await causeOf(refresh('pc_rt_garbage'))).toBeUndefined();
  expect((await person.get('/account')).status).toBe(200);
});
