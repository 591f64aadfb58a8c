import { env, runInDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { newRecordId, newSecret, newUserId } from '../../src/crypto/token.ts';
import type { NewPasskey, OpenWays, SecondFactorPolicy } from '../../src/user/types.ts';
import { createUsers } from '../../src/user/users.ts';

const users = createUsers(env.USER);
const fresh = { freshSeconds: 600, secondFactors: true };
const open: OpenWays = { passwords: true, passkeys: true, emailCodes: false, providers: [] };
const demand: SecondFactorPolicy = { rule: 'optional', groups: [] };
const inAnHour = () => Date.now() + 3_600_000;

const answer = (changes: Partial<NewPasskey['answered']> = {}) => ({
  challengeId: newUserId(),
  attemptId: newRecordId(),
  expiresAt: inAnHour(),
  ...changes,
});

const passkey = (changes: Partial<NewPasskey> = {}): NewPasskey => ({
  credentialId: newUserId(),
  name: 'Firefox on Linux',
  publicKey: { alg: 'EdDSA', kty: 'OKP', crv: 'Ed25519', x: newUserId() },
  signCount: 0,
  backupEligible: true,
  backedUp: true,
  transports: ['internal'],
  aaguid: '00000000-0000-0000-0000-000000000000',
  answered: answer(),
  ...changes,
});

/** An account with a session, and whatever it was made with. */
async function account(credentials: { passwordHash?: string; passkey?: NewPasskey }) {
  const userId = newUserId();
  const profile = { userId, email: `${userId}@example.com`, emailVerified: false, name: 'Ada' };
  const made = await users.create(profile, credentials);
  const token = { home: 0, userId, recordId: newRecordId(), generation: 0, secret: newSecret() };
  const policy = {
    idleSeconds: 86_400,
    absoluteSeconds: 86_400,
    secondFactor: { ...demand, rule: 'off' as const },
  };
  await users.openSession(token, undefined, 'anyone', ['swk', 'mfa'], { userAgent: '', place: '' }, policy);
  return { userId, token, profile, made };
}

const eventsOf = (userId: string) =>
  runInDurableObject(env.USER.getByName(userId), (_, state) =>
    state.storage.sql
      .exec<{ type: string }>('SELECT type FROM event ORDER BY at, rowid')
      .toArray()
      .map(({ type }) => type),
  );
const useOf = ({ credentialId, backupEligible, backedUp }: NewPasskey, signCount: number) => ({
  credentialId,
  backupEligible,
  backedUp,
  signCount,
  answered: answer(),
});

describe('the use of a passkey', () => {
  it('is answered once, and the same attempt like the first time', async () => {
    const key = passkey({ signCount: 4, backupEligible: false, backedUp: false });
    const { userId } = await account({ passkey: key });
    const use = useOf(key, 5);
    expect(await users.passkeys.use(userId, use)).toBe('used');
    expect(await users.passkeys.use(userId, use)).toBe('used');
    const again = { ...use, signCount: 6, answered: { ...use.answered, attemptId: newRecordId() } };
    expect(await users.passkeys.use(userId, again)).toBe('replayed');
    const [row] = await users.passkeys.list(userId);
    expect(row?.lastUsedAt).toBeGreaterThan(0);
  });

  it('with a counter that did not go up is refused, written down once, and changes nothing', async () => {
    const key = passkey({ signCount: 4, backupEligible: false, backedUp: false });
    const { userId } = await account({ passkey: key });
    for (const signCount of [4, 3, 0]) {
      const use = useOf(key, signCount);
      expect(await users.passkeys.use(userId, use)).toBe('counter_went_back');
      expect(await users.passkeys.use(userId, use)).toBe('counter_went_back');
    }
    expect((await eventsOf(userId)).filter((type) => type === 'passkey_counter_went_back')).toHaveLength(3);
    expect(await users.passkeys.use(userId, useOf(key, 5))).toBe('used');
  });

  it('of one that does not count is taken any number of times', async () => {
    const key = passkey();
    const { userId } = await account({ passkey: key });
    for (let round = 0; round < 3; round += 1)
      expect(await users.passkeys.use(userId, useOf(key, 0))).toBe('used');
  });

  it('follows whether it was synced, and refuses one that could never be', async () => {
    const key = passkey({ backedUp: false });
    const { userId } = await account({ passkey: key });
    await users.passkeys.use(userId, { ...useOf(key, 0), backedUp: true });
    expect((await users.passkeys.list(userId))[0]?.backedUp).toBe(true);
    expect(await users.passkeys.use(userId, { ...useOf(key, 0), backupEligible: false })).toBe('unknown');
  });

  it('leaves no trace of its challenge once that has expired', async () => {
    const key = passkey();
    const { userId } = await account({ passkey: key });
    await users.passkeys.use(userId, { ...useOf(key, 0), answered: answer({ expiresAt: Date.now() - 1 }) });
    await users.passkeys.use(userId, useOf(key, 0));
    const kept = await runInDurableObject(env.USER.getByName(userId), (_, state) =>
      state.storage.sql.exec('SELECT 1 FROM passkey_challenge WHERE expires_at <= ?', Date.now()).toArray(),
    );
    expect(kept).toEqual([]);
  });
});

describe('an id that is no user', () => {
  it('has no passkeys, and asking leaves nothing behind', async () => {
    const userId = newUserId();
    expect(await users.passkeys.list(userId)).toEqual([]);
    expect(await users.passkeys.readKey(userId, 'x')).toBeUndefined();
    const tables = await runInDurableObject(env.USER.getByName(userId), (_, state) =>
      state.storage.sql
        .exec("SELECT name FROM sqlite_master WHERE name NOT LIKE '\\_%' ESCAPE '\\'")
        .toArray(),
    );
    expect(tables).toEqual([]);
  });
});

describe('a sign-up with a passkey', () => {
  it('is made once, however often the same attempt comes', async () => {
    const key = passkey();
    const { profile, made } = await account({ passkey: key });
    expect(made).toBe(true);
    expect(await users.create(profile, { passkey: key })).toBe(true);
    const other = { ...key, answered: { ...key.answered, attemptId: newRecordId() } };
    expect(await users.create(profile, { passkey: other })).toBe(false);
    expect(await users.passkeys.list(profile.userId)).toHaveLength(1);
  });

  it('stores no password', async () => {
    const { userId } = await account({ passkey: passkey() });
    const rows = await runInDurableObject(env.USER.getByName(userId), (_, state) =>
      state.storage.sql.exec('SELECT 1 FROM password').toArray(),
    );
    expect(rows).toEqual([]);
  });
});

describe('the passkeys of an account', () => {
  const remove = (
    token: Parameters<typeof users.passkeys.remove>[0],
    key: NewPasskey,
    leaving = { open, demand },
  ) => users.passkeys.remove(token, fresh, key.credentialId, leaving);

  it('are added by a session that is fresh, and by no other', async () => {
    const { token } = await account({ passwordHash: 'hash' });
    expect(await users.passkeys.add(token, { ...fresh, freshSeconds: -1 }, passkey())).toBe('not_fresh');
    expect(await users.passkeys.add({ ...token, secret: newSecret() }, fresh, passkey())).toBe('not_fresh');
    expect(await users.passkeys.add(token, fresh, passkey())).toBe('added');
    expect(await users.passkeys.list(token.userId)).toHaveLength(1);
  });

  it('are removed by a session that is fresh, and by no other', async () => {
    const key = passkey();
    const { token } = await account({ passwordHash: 'hash', passkey: key });
    const { credentialId } = key;
    const stale = { ...fresh, freshSeconds: -1 };
    expect(await users.passkeys.remove(token, stale, credentialId, { open, demand })).toBe('not_fresh');
    expect(await users.passkeys.list(token.userId)).toHaveLength(1);
    expect(await remove(token, key)).toBe('removed');
    expect(await remove(token, key)).toBe('removed');
    expect((await eventsOf(token.userId)).filter((type) => type === 'passkey_removed')).toHaveLength(1);
  });

  it.each<[string, { passwordHash?: string }, Partial<OpenWays>, string]>([
    ['a password', { passwordHash: 'hash' }, {}, 'removed'],
    ['a password where passwords are off', { passwordHash: 'hash' }, { passwords: false }, 'last_way_in'],
    ['nothing', {}, {}, 'last_way_in'],
    ['codes by mail', {}, { emailCodes: true }, 'removed'],
  ])('with %s beside the only one: %s', async (_, credentials, ways, outcome) => {
    const key = passkey();
    const { token } = await account({ ...credentials, passkey: key });
    expect(await remove(token, key, { open: { ...open, ...ways }, demand })).toBe(outcome);
  });

  it('are not removed where the next sign-in would have to set up a second factor', async () => {
    const key = passkey();
    const { token } = await account({ passwordHash: 'hash', passkey: key });
    const required = { open, demand: { ...demand, rule: 'required' as const } };
    expect(await remove(token, key, required)).toBe('required');
    const other = passkey();
    await users.passkeys.add(token, fresh, other);
    expect(await remove(token, key, required)).toBe('removed');
  });
});

describe('a sign-in with a password', () => {
  const signIn = (userId: string, rule: SecondFactorPolicy['rule']) =>
    users.openSession(
      { home: 0, userId, recordId: newRecordId(), generation: 0, secret: newSecret() },
      undefined,
      'anyone',
      ['pwd'],
      { userAgent: '', place: '' },
      { idleSeconds: 600, absoluteSeconds: 600, secondFactor: { rule, groups: [] } },
    );

  it('is asked for the passkey where a second factor is required or preferred, and only there', async () => {
    const { userId } = await account({ passwordHash: 'hash', passkey: passkey() });
    expect((await signIn(userId, 'optional')).kind).toBe('live');
    for (const rule of ['required', 'preferred'] as const)
      expect(await signIn(userId, rule)).toMatchObject({
        kind: 'second_factor_due',
        step: 'ask',
        enrolled: ['passkey'],
      });
  });

  it('may change the account although a passkey is there: a lost one must not lock its owner in', async () => {
    const { userId } = await account({ passwordHash: 'hash', passkey: passkey() });
    const token = { home: 0, userId, recordId: newRecordId(), generation: 0, secret: newSecret() };
    const policy = { idleSeconds: 600, absoluteSeconds: 600, secondFactor: demand };
    await users.openSession(token, undefined, 'anyone', ['pwd'], { userAgent: '', place: '' }, policy);
    expect((await users.readFreshSession(token, { ...fresh, demand })).kind).toBe('live');
  });

  it('may not where the operator asks for the passkey as well', async () => {
    const { userId } = await account({ passwordHash: 'hash', passkey: passkey() });
    const token = { home: 0, userId, recordId: newRecordId(), generation: 0, secret: newSecret() };
    // As in a browser that the person trusts.
    const policy = { idleSeconds: 600, absoluteSeconds: 600, secondFactor: demand };
    await users.openSession(token, undefined, 'anyone', ['pwd'], { userAgent: '', place: '' }, policy);
    const required = { ...fresh, demand: { ...demand, rule: 'required' as const } };
    expect((await users.readFreshSession(token, required)).kind).toBe('stale');
  });
});
