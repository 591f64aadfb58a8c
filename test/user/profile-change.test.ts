import { env, evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { exports } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { newRecordId, newSecret, newUserId } from '../../src/crypto/token.ts';
import { checkProfileChange } from '../../src/user/profile-change.ts';
import { createUsers } from '../../src/user/users.ts';

afterEach(() => {
  vi.useRealTimers();
});

const faultsOf = (claims: Record<string, unknown>, by: 'person' | 'administrator' = 'person') => {
  const checked = checkProfileChange({ claims }, by);
  return checked.kind === 'faulty' ? Object.keys(checked.faults) : [];
};

describe('a claim about oneself', () => {
  it.each([
    ['given_name', 'Ada'],
    ['website', 'https://example.com/~ada'],
    ['picture', 'http://example.com/ada.png'],
    ['birthdate', '1815-12-10'],
    ['birthdate', '0000-02-29'],
    ['birthdate', '1815'],
    ['zoneinfo', 'Europe/London'],
    ['zoneinfo', 'UTC'],
    ['locale', 'fr-CA'],
    ['phone_number', '+442079460018'],
    ['address', { locality: 'London', country: 'UK' }],
    ['nickname', null],
  ])('%s may be %j', (name, value) => {
    expect(faultsOf({ [name]: value })).toEqual([]);
  });

  it.each([
    ['given_name', ''],
    ['given_name', 'x'.repeat(101)],
    ['given_name', 'A\u202eda'],
    ['given_name', 7],
    ['website', 'javascript:alert(1)'],
    ['website', 'example.com'],
    ['picture', 'data:image/png;base64,AA'],
    ['picture', 'https://example.com/"><script>'],
    ['profile', `https://example.com/${'x'.repeat(500)}`],
    ['birthdate', '1815-02-29'],
    ['birthdate', '10.12.1815'],
    ['birthdate', '0000'],
    ['zoneinfo', 'Europe/Atlantis'],
    ['zoneinfo', '+01:00'],
    ['locale', 'not a language'],
    ['phone_number', '020 7946 0018'],
    ['phone_number', `+${'4'.repeat(16)}`],
  ])('%s may not be %j', (name, value) => {
    expect(faultsOf({ [name]: value })).toEqual([name]);
  });

  it('is one of the standard ones, in an address too', () => {
    expect(faultsOf({ sub: 'somebody else' })).toEqual(['sub']);
    expect(faultsOf({ updated_at: 1 }, 'administrator')).toEqual(['updated_at']);
    expect(faultsOf({ address: { planet: 'Earth' } })).toEqual(['address.planet']);
    expect(faultsOf({ address: { postal_code: 'x'.repeat(21) } })).toEqual(['address.postal_code']);
    // As long as all of its parts together, each on a line.
    const lines = [200, 20, 100, 100, 100].map((length) => 'x'.repeat(length)).join('\n');
    expect(faultsOf({ address: { formatted: lines } })).toEqual([]);
  });

  it('is verified by the administrator alone', () => {
    expect(faultsOf({ phone_number_verified: true })).toEqual(['phone_number_verified']);
    expect(faultsOf({ phone_number_verified: true }, 'administrator')).toEqual([]);
    expect(checkProfileChange({ emailVerified: true }, 'person').kind).toBe('faulty');
    expect(checkProfileChange({ emailVerified: true }, 'administrator').kind).toBe('valid');
  });

  it('is tidied', () => {
    expect(
      checkProfileChange(
        {
          name: ' Ada\n  Lovelace ',
          claims: { phone_number: '+44 (20) 7946-0018', address: { street_address: '1 Way\r\nFlat 2 ' } },
        },
        'person',
      ),
    ).toEqual({
      kind: 'valid',
      change: {
        name: 'Ada Lovelace',
        claims: { phone_number: '+442079460018', address: { street_address: '1 Way\nFlat 2' } },
      },
    });
  });
});

describe('groups', () => {
  const check = (groups: unknown) => checkProfileChange({ groups }, 'administrator');

  it('are for an administrator alone to say', () => {
    expect(checkProfileChange({ name: 'Ada', groups: ['staff'] }, 'person')).toMatchObject({
      kind: 'faulty',
      faults: { groups: { code: expect.any(String) } },
    });
    expect(faultsOf({ groups: 'staff' })).toEqual(['groups']);
    expect(faultsOf({ groups: 'staff' }, 'administrator')).toEqual(['groups']);
  });

  it('are kept sorted and once each, otherwise as they were written', () => {
    expect(check(['staff', 'Staff', 'a b', 'staff', 'é'])).toEqual({
      kind: 'valid',
      change: { claims: {}, groups: ['Staff', 'a b', 'staff', 'é'] },
    });
  });

  const many = (count: number, length: number) =>
    Array.from({ length: count }, (_, index) => `${index}`.padStart(length, 'x'));
  it.each([
    [[]],
    [['x'.repeat(100)]],
    [many(100, 30)],
    // A hundred and more that are a hundred.
    [[...many(100, 3), ...many(100, 3)]],
  ])('may be %j', (groups) => {
    expect(check(groups).kind).toBe('valid');
  });

  it.each<[unknown, string]>([
    ['staff', 'groups'],
    [null, 'groups'],
    [{ 0: 'staff' }, 'groups'],
    [many(101, 3), 'groups'],
    // More than a token can hold.
    [many(100, 50), 'groups'],
    [['staff', ''], 'groups.1'],
    [['x'.repeat(101)], 'groups.0'],
    [['sta\nff'], 'groups.0'],
    [['sta\u202eff'], 'groups.0'],
    [[7], 'groups.0'],
  ])('may not be %j', (groups, place) => {
    expect(check(groups)).toEqual({
      kind: 'faulty',
      faults: { [place]: expect.objectContaining({ code: expect.stringMatching(/^[a-z_]+$/) }) },
    });
  });
});

describe('an administrator', () => {
  const users = createUsers(env.USER);
  const newUser = async () => {
    const userId = newUserId();
    await users.create(
      { userId, email: `${userId}@example.com`, emailVerified: false, name: 'Ada' },
      { passwordHash: 'hash' },
    );
    return userId;
  };
  const administration = exports.Administration;
  const eventsOf = (userId: string) =>
    runInDurableObject(env.USER.getByName(userId), (_, { storage }) =>
      storage.sql
        .exec<{ detail: string }>("SELECT detail FROM event WHERE type = 'profile_changed' ORDER BY rowid")
        .toArray()
        .map(({ detail }) => JSON.parse(detail)),
    );

  it('sets claims, leaves the others alone, and takes one away by null', async () => {
    const userId = await newUser();
    const first = await administration.setProfile(userId, {
      name: 'Ada Lovelace',
      emailVerified: true,
      claims: { nickname: 'Ada', phone_number: '+442079460018', phone_number_verified: true },
    });
    expect(first).toMatchObject({ kind: 'set', profile: { name: 'Ada Lovelace', emailVerified: true } });
    await administration.setProfile(userId, { claims: { nickname: null, gender: 'female' } });
    const { profile } = (await administration.inspect(userId)) ?? {};
    expect(profile).toMatchObject({ name: 'Ada Lovelace', emailVerified: true });
    expect(profile?.claims).toEqual({
      phone_number: '+442079460018',
      phone_number_verified: true,
      gender: 'female',
      updated_at: expect.any(Number),
    });
    expect(await eventsOf(userId)).toMatchObject([
      { changed: ['email_verified', 'name', 'nickname', 'phone_number', 'phone_number_verified'] },
      { changed: ['gender', 'nickname'] },
    ]);
  });

  it('knows when it was changed last; what changes nothing is no change', async () => {
    const userId = await newUser();
    const created = Math.floor(Date.now() / 1000);
    const updatedAt = async () => (await administration.inspect(userId))?.profile.claims?.updated_at;
    expect(Number(await updatedAt()) - created).toBeLessThanOrEqual(1);
    vi.useFakeTimers({ toFake: ['Date'], now: (created + 1000) * 1000 });
    await administration.setProfile(userId, { name: 'Ada', claims: { nickname: null } });
    expect(Number(await updatedAt()) - created).toBeLessThanOrEqual(1);
    expect(await eventsOf(userId)).toEqual([]);
    await administration.setProfile(userId, { claims: { nickname: 'A' } });
    expect(await updatedAt()).toBe(created + 1000);
  });

  it('has no number verified that another one took the place of', async () => {
    const userId = await newUser();
    const claimsAfter = async (claims: Record<string, string | boolean | null>) => {
      const answer = await administration.setProfile(userId, { claims });
      return answer.kind === 'set' ? answer.profile.claims : undefined;
    };
    await claimsAfter({ phone_number: '+442079460018', phone_number_verified: true });
    expect(await claimsAfter({ phone_number: '+442079460018', nickname: 'A' })).toMatchObject({
      phone_number_verified: true,
    });
    expect(await claimsAfter({ phone_number: '+442079460019' })).toMatchObject({
      phone_number_verified: false,
    });
    expect(Object.keys((await claimsAfter({ phone_number: null })) ?? {})).not.toContain(
      'phone_number_verified',
    );
  });

  it('puts a person into groups and out of them, and every session says so from then on', async () => {
    const userId = await newUser();
    const token = { home: 0, userId, recordId: newRecordId(), generation: 0, secret: newSecret() };
    const policy = {
      idleSeconds: 600,
      absoluteSeconds: 600,
      secondFactor: { rule: 'off' as const, groups: [] },
    };
    await users.openSession(token, undefined, 'anyone', ['pwd'], { userAgent: '', place: '' }, policy);
    const profile = async () => {
      const session = await users.readSession(token);
      return session.kind === 'live' ? session.profile : undefined;
    };
    expect(await profile()).not.toHaveProperty('groups');
    const answer = await administration.setProfile(userId, { groups: ['staff', 'admins'] });
    expect(answer).toMatchObject({ kind: 'set', profile: { groups: ['admins', 'staff'] } });
    await evictDurableObject(env.USER.getByName(userId));
    expect((await profile())?.groups).toEqual(['admins', 'staff']);
    // What says nothing of groups leaves them, and what says the same changes nothing.
    await administration.setProfile(userId, { name: 'Ada Lovelace', groups: ['staff', 'admins'] });
    await users.editProfile(token, { claims: { nickname: 'Ada' } });
    expect((await profile())?.groups).toEqual(['admins', 'staff']);
    await administration.setProfile(userId, { groups: [] });
    expect(await profile()).not.toHaveProperty('groups');
    expect(await eventsOf(userId)).toMatchObject([
      { changed: ['groups'] },
      { changed: ['name'] },
      { changed: ['nickname'] },
      { changed: ['groups'] },
    ]);
  });

  it('is told what is wrong, and that nobody has this id', async () => {
    const userId = await newUser();
    expect(
      await administration.setProfile(userId, { name: 'B', claims: { birthdate: 'yesterday' } }),
    ).toEqual({
      kind: 'refused',
      faults: { birthdate: 'Enter a date as year-month-day, like 1990-12-31.' },
    });
    expect((await administration.inspect(userId))?.profile.name).toBe('Ada');
    expect(await administration.setProfile(newUserId(), { name: 'B' })).toEqual({ kind: 'unknown' });
  });
});
