import { env } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import '../../src/worker.ts';
import { sha256 } from '../../src/crypto/bytes.ts';
import { newRecordId, newSecret, newUserId } from '../../src/crypto/token.ts';
import { createIdentifiers } from '../../src/identifier/identifiers.ts';
import { reserveIdentity, userOf } from '../../src/sign-in/proved-identity.ts';
import { createUsers } from '../../src/user/users.ts';

const users = createUsers(env.USER);
const stores = { users, identifiers: createIdentifiers(env.IDENTIFIER) };
const policy = { maximumAttempts: 5, attemptWindowSeconds: 900 };

/** An account that was made with an address that nobody showed to be theirs, and every way in that it has. */
async function unproved() {
  const userId = newUserId();
  const email = `${userId.toLowerCase()}@example.com`;
  const identity = { issuer: 'https://id.example', subject: newUserId() };
  const proved = { identity, provider: 'acme', email: undefined, tokens: undefined };
  const passkey = {
    credentialId: newUserId(),
    name: 'Firefox on Linux',
    publicKey: { alg: 'EdDSA', kty: 'OKP', crv: 'Ed25519', x: newUserId() } as const,
    signCount: 0,
    backupEligible: true,
    backedUp: true,
    transports: ['internal'],
    aaguid: '00000000-0000-0000-0000-000000000000',
    answered: { challengeId: newUserId(), attemptId: newRecordId(), expiresAt: Date.now() + 60_000 },
  };
  await reserveIdentity(stores, identity, userId);
  const profile = { userId, email, emailVerified: false, name: 'Ada' };
  await users.create(profile, { passwordHash: 'hash', passkey, identity: proved });
  await stores.identifiers.confirm(identity, userId);
  const session = { home: 0, userId, recordId: newRecordId(), generation: 0, secret: newSecret() };
  const secondFactor = { rule: 'off' as const, groups: [] };
  const life = { idleSeconds: 3600, absoluteSeconds: 3600, secondFactor };
  await users.openSession(session, undefined, 'anyone', ['pwd'], { userAgent: '', place: '' }, life);
  return { userId, email, proved, session };
}

/** Its address's owner types the code that was mailed. @param known in a browser that the account knows */
async function prove({ userId, email }: { userId: string; email: string }, known: boolean) {
  const [codeId, hash] = [newRecordId(), await sha256('12345678')];
  await users.beginEmailCode(userId, {
    code: { codeId, purpose: 'sign-in', address: email, hash, lifetimeSeconds: 600 },
    mail: undefined,
    needsAccount: true,
    door: 'anyone',
    policy,
  });
  const attempt = newRecordId();
  const answer = await users.tryEmailCode(userId, {
    codeId,
    purpose: 'sign-in',
    hashes: [hash],
    attempt,
    known,
  });
  expect(answer.kind).toBe('proved');
}

const waysInOf = async (userId: string) => (await users.inspect(userId))?.methods;

describe('an account whose address is proved', () => {
  it('keeps no way in of whoever made it, when its owner comes from elsewhere', async () => {
    const account = await unproved();
    expect(await userOf(stores, account.proved)).toBe(account.userId);
    await prove(account, false);
    const left = { password: null, passkeys: 0, providers: 0 };
    expect(await waysInOf(account.userId)).toMatchObject(left);
    expect((await users.readSession(account.session)).kind).toBe('ended');
    // The identity signs nobody in, and is free for an account of its own.
    expect(await userOf(stores, account.proved)).toBeUndefined();
    const reserved = await reserveIdentity(stores, account.proved.identity, newUserId());
    expect(reserved).toBe('reserved');
    expect((await users.inspect(account.userId))?.events.map(({ type }) => type)).toContain(
      'factors_dropped',
    );
  });

  it('keeps all of them when that is in a browser that it knows, or when it was proved before', async () => {
    const account = await unproved();
    await prove(account, true);
    await prove(account, false);
    expect(await waysInOf(account.userId)).toMatchObject({ passkeys: 1, providers: 1 });
    expect((await waysInOf(account.userId))?.password).not.toBeNull();
    expect((await users.readSession(account.session)).kind).toBe('live');
  });
});
