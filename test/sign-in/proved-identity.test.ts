import { env, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { exports } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { configOf } from '../../src/config/configured.ts';
import type { Identity } from '../../src/core/federation/id-token.ts';
import { rootSecrets } from '../../src/crypto/root-secret.ts';
import { newRecordId, newSecret, newUserId, type Token } from '../../src/crypto/token.ts';
import { createIdentifiers } from '../../src/identifier/identifiers.ts';
import { readMailbox } from '../../src/mail/mailbox.ts';
import { freshPolicy } from '../../src/sign-in/fresh-session.ts';
import { connectIdentity, reserveIdentity, userOf } from '../../src/sign-in/proved-identity.ts';
import { openTokens, sealTokens } from '../../src/sign-in/provider-tokens.ts';
import type { OpenWays } from '../../src/user/types.ts';
import { createUsers } from '../../src/user/users.ts';

const users = createUsers(env.USER);
const identifiers = createIdentifiers(env.IDENTIFIER);
const config = configOf(env);
const policy = freshPolicy(config);
const stores = { users, identifiers, config };
const identityOf = (subject = newUserId()): Identity => ({ issuer: 'https://id.example', subject });
const proved = (identity: Identity, tokens?: string) => ({
  identity,
  provider: 'acme',
  email: 'ada@acme.example',
  tokens,
});
const later = () => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3 * 60_000 });
afterEach(() => {
  vi.useRealTimers();
});

/** An account with a password, and a session in it. */
async function session(credentials: object = { passwordHash: 'hash' }): Promise<Token> {
  const userId = newUserId();
  await users.create(
    { userId, email: `${userId}@example.com`, emailVerified: false, name: 'Ada' },
    credentials,
  );
  const token = { home: 0, userId, recordId: newRecordId(), generation: 0, secret: newSecret() };
  const policy = {
    idleSeconds: 3600,
    absoluteSeconds: 3600,
    secondFactor: { rule: 'off' as const, groups: [] },
  };
  await users.openSession(token, undefined, 'anyone', ['pwd'], { userAgent: '', place: '' }, policy);
  return token;
}

describe('an identity', () => {
  it('is of the account that it was connected to, and of no other', async () => {
    const [own, other] = [await session(), await session()];
    const identity = identityOf();
    expect(await userOf(stores, proved(identity))).toBeUndefined();
    expect(await connectIdentity(stores, own, proved(identity))).toBe('connected');
    // However often.
    expect(await connectIdentity(stores, own, proved(identity))).toBe('connected');
    expect(await users.identities.list(own.userId)).toHaveLength(1);
    expect(await connectIdentity(stores, other, proved(identity))).toBe('taken');
    expect(await userOf(stores, proved(identity))).toBe(own.userId);
    expect(await users.identities.list(other.userId)).toEqual([]);
    // Neither the issuer nor the subject alone is anybody.
    expect(await userOf(stores, proved({ ...identity, issuer: 'https://id.example.org' }))).toBeUndefined();
    expect(await userOf(stores, proved(identityOf()))).toBeUndefined();
  });

  it('is told of in the activity when it is connected and disconnected, and not mailed about when it came with the account', async () => {
    const token = await session();
    const identity = identityOf();
    await connectIdentity(stores, token, proved(identity));
    const open = { passwords: true, passkeys: true, emailCodes: true, providers: ['acme'] };
    await users.identities.unlink(token, policy, identity, open);
    const events = (await users.inspect(token.userId))?.events ?? [];
    expect(events.slice(0, 2)).toMatchObject([
      { type: 'identity_disconnected', provider: 'acme' },
      { type: 'identity_connected', provider: 'acme' },
    ]);
    const mailed = async (userId: string) =>
      (await readMailbox(env.MAILBOX))
        .filter(({ to }) => to === `${userId}@example.com`)
        .map(({ subject }) => subject);
    await runDurableObjectAlarm(env.USER.getByName(token.userId));
    await vi.waitFor(async () =>
      expect(await mailed(token.userId)).toEqual(
        expect.arrayContaining([
          'acme was connected to your Portcullis account',
          'acme was disconnected from your Portcullis account',
        ]),
      ),
    );

    const made = await session({ identity: proved(identityOf()) });
    await runDurableObjectAlarm(env.USER.getByName(made.userId));
    await vi.waitFor(async () => expect(await mailed(made.userId)).toEqual(['Welcome to Portcullis']));
  });

  it('is connected by a live session only', async () => {
    const token = await session();
    await users.endSession(token.userId, token.recordId, 'sign_out');
    const identity = identityOf();
    expect(await connectIdentity(stores, token, proved(identity))).toBe('not_fresh');
    expect(await connectIdentity(stores, { ...token, secret: newSecret() }, proved(identity))).toBe(
      'not_fresh',
    );
    expect(await userOf(stores, proved(identity))).toBeUndefined();
  });

  it('goes to one of two accounts that connect it at once', async () => {
    const tokens = [await session(), await session()];
    const identity = identityOf();
    const answers = await Promise.all(
      tokens.map((token) => connectIdentity(stores, token, proved(identity))),
    );
    expect(answers.filter((answer) => answer === 'connected')).toHaveLength(1);
    const counts = await Promise.all(tokens.map(({ userId }) => users.identities.list(userId)));
    expect(counts.flat()).toHaveLength(1);
  });

  it('is not taken beyond what anybody has', async () => {
    const token = await session();
    for (let count = 0; count < 20; count += 1)
      expect(await connectIdentity(stores, token, proved(identityOf()))).toBe('connected');
    expect(await connectIdentity(stores, token, proved(identityOf()))).toBe('too_many');
  });
});

it('that was connected before the address was proved goes when its owner comes in another browser', async () => {
  const stranger = await session();
  const identity = identityOf();
  await connectIdentity(stores, stranger, proved(identity));
  const address = `${stranger.userId}@example.com`;
  await users.beginEmailCode(stranger.userId, {
    code: {
      codeId: 'code-------',
      purpose: 'sign-in',
      address,
      hash: new Uint8Array(32),
      lifetimeSeconds: 600,
    },
    mail: undefined,
    needsAccount: true,
    door: 'anyone',
    policy: { maximumAttempts: 5, attemptWindowSeconds: 900 },
  });
  const right = { codeId: 'code-------', purpose: 'sign-in' as const, hashes: [new Uint8Array(32)] };
  await users.tryEmailCode(stranger.userId, { ...right, attempt: newRecordId(), known: false });
  expect(await users.identities.list(stranger.userId)).toEqual([]);
  expect(await userOf(stores, proved(identity))).toBeUndefined();
  expect(await connectIdentity(stores, await session(), proved(identity))).toBe('connected');
});

describe('a crash', () => {
  it('after the reservation keeps the identity from others for two minutes', async () => {
    const [first, second] = [await session(), await session()];
    const identity = identityOf();
    expect(await reserveIdentity(stores, identity, first.userId)).toBe('reserved');
    expect(await connectIdentity(stores, second, proved(identity))).toBe('busy');
    expect(await userOf(stores, proved(identity))).toBeUndefined();
    later();
    expect(await connectIdentity(stores, second, proved(identity))).toBe('connected');
    // Whoever comes back too late takes nothing over.
    expect(await connectIdentity(stores, first, proved(identity))).toBe('taken');
    expect(await users.identities.list(first.userId)).toEqual([]);
  });

  it('before the confirmation is finished by the next sign-in, and loses the identity to nobody', async () => {
    const [first, second] = [await session(), await session()];
    const identity = identityOf();
    await reserveIdentity(stores, identity, first.userId);
    await users.identities.link(first, policy, proved(identity));
    later();
    expect(await reserveIdentity(stores, identity, second.userId)).toBe('taken');
    expect(await userOf(stores, proved(identity))).toBe(first.userId);
    expect(await identifiers.lookup(identity)).toBe(first.userId);
  });

  it('that leaves it to an account which does not have it keeps nobody else from it', async () => {
    const [first, second] = [await session(), await session()];
    const identity = identityOf();
    await identifiers.reserve(identity, first.userId);
    await identifiers.confirm(identity, first.userId);
    expect(await connectIdentity(stores, second, proved(identity))).toBe('connected');
    expect(await userOf(stores, proved(identity))).toBe(second.userId);
  });

  it('after it was disconnected, and before it was freed, frees it with the next sign-in', async () => {
    const token = await session();
    const identity = identityOf();
    await connectIdentity(stores, token, proved(identity));
    await users.identities.drop(token.userId, identity);
    expect(await userOf(stores, proved(identity))).toBeUndefined();
    expect(await identifiers.lookup(identity)).toBeUndefined();
    expect(await connectIdentity(stores, await session(), proved(identity))).toBe('connected');
  });
});

describe('the last way in', () => {
  const open = (changes: object = {}): OpenWays => ({
    passwords: true,
    passkeys: true,
    emailCodes: false,
    providers: ['acme'],
    ...changes,
  });

  it('stays', async () => {
    const identity = identityOf();
    const token = await session({ identity: proved(identity) });
    expect(await users.identities.unlink(token, policy, identity, open())).toBe('last_way_in');
    // A provider that is not in the configuration any more is no way in.
    await connectIdentity(stores, token, { ...proved(identityOf()), provider: 'gone' });
    expect(await users.identities.unlink(token, policy, identity, open())).toBe('last_way_in');
    expect(await users.identities.unlink(token, policy, identity, open({ emailCodes: true }))).toBe(
      'removed',
    );
    // A retry is answered like the first.
    expect(await users.identities.unlink(token, policy, identity, open())).toBe('removed');
  });

  it('is another where there is a password, or another provider', async () => {
    const [one, two] = [identityOf(), identityOf()];
    const token = await session({ identity: proved(one) });
    await connectIdentity(stores, token, proved(two));
    expect(await users.identities.unlink(token, policy, one, open())).toBe('removed');
    expect(await users.identities.unlink(token, policy, two, open())).toBe('last_way_in');
    const known = await session();
    await connectIdentity(stores, known, proved(one));
    expect(await users.identities.unlink(known, policy, one, open({ passwords: false }))).toBe('last_way_in');
    expect(await users.identities.unlink(known, policy, one, open())).toBe('removed');
  });
});

it("a provider's tokens are stored sealed, read by Administration, replaced by newer ones, and gone with it", async () => {
  const secrets = await rootSecrets(env);
  const token = await session();
  const identity = identityOf();
  const tokens = (accessToken: string) => ({
    accessToken,
    accessExpiresAt: 1,
    refreshToken: 'r'.repeat(8000),
    idToken: 'i'.repeat(8000),
  });
  await connectIdentity(stores, token, proved(identity, await sealTokens({ secrets }, tokens('first'))));
  const read = () => exports.Administration.providerTokens(token.userId, 'acme');
  expect(await read()).toEqual(tokens('first'));
  await userOf(stores, proved(identity, await sealTokens({ secrets }, tokens('second'))));
  expect(await read()).toEqual(tokens('second'));
  const stub = env.USER.getByName(token.userId);
  const stored = await runInDurableObject(stub, (_, state) =>
    JSON.stringify(state.storage.sql.exec('SELECT * FROM identity').toArray()),
  );
  expect(stored).not.toMatch(/second|rrr/);
  // Nor do they open as anything else that we seal.
  expect(await openTokens({ secrets }, 'x')).toBeUndefined();
  expect(await exports.Administration.providerTokens(token.userId, 'other')).toBeUndefined();
  await users.identities.drop(token.userId, identity);
  expect(await read()).toBeUndefined();
});

it('asking about somebody who is none leaves nothing behind', async () => {
  const userId = newUserId();
  expect(await users.identities.list(userId)).toEqual([]);
  expect(await users.identities.use(userId, proved(identityOf()))).toBe(false);
  expect(
    await runInDurableObject(env.USER.getByName(userId), (_, state) =>
      state.storage.sql.exec('SELECT name FROM sqlite_master').toArray(),
    ),
  ).not.toContainEqual({ name: 'identity' });
});

it('is free again, and opens nothing, once the account goes that it was of', async () => {
  const token = await session();
  const identity = identityOf();
  await connectIdentity(stores, token, proved(identity));
  const stub = env.USER.getByName(token.userId);
  await users.deleteAccount(token, policy);
  // Before the alarm has freed it, too.
  expect(await users.identities.use(token.userId, proved(identity))).toBe(false);
  await vi.waitFor(async () => {
    await runDurableObjectAlarm(stub);
    expect(await identifiers.holder(identity)).toBeUndefined();
  });
  expect(await connectIdentity(stores, await session(), proved(identity))).toBe('connected');
});
