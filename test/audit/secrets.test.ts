import { env, runInDurableObject } from 'cloudflare:test';
import { exports } from 'cloudflare:workers';
import { afterEach, expect, it, vi } from 'vitest';
import { EventTable } from '../../src/user/tables/event.ts';
import { codeFor, exchange, Person, password, refresh, type Tokens } from '../workerd/person.ts';
import { objectOf, sqlOf } from '../workerd/stored.ts';

afterEach(() => {
  vi.useRealTimers();
});

const ipv4 = '203.0.113.77';
const ipv6 = '2001:db8:85a3::8a2e:370:7334';
const newPassword = 'entirely other words';

/** A person whose address everybody in between says. */
class Located extends Person {
  readonly secrets = new Set<string>([password, newPassword, ipv4, ipv6]);

  override async send(path: string, init: RequestInit): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set('CF-Connecting-IP', ipv4);
    headers.set('X-Forwarded-For', `${ipv6}, ${ipv4}`);
    headers.set('True-Client-IP', ipv6);
    const response = await super.send(path, { ...init, headers });
    for (const value of this.cookies.values()) if (value.length > 20) this.secrets.add(value);
    return response;
  }
}

it('nothing secret of a long life, and no address of a network, is in the trail or in the object', async () => {
  const person = new Located();
  await person.signUp();
  const tell = (tokens: Tokens) => {
    for (const token of Object.values(tokens))
      if (String(token).length > 30) person.secrets.add(String(token));
    return tokens;
  };
  const tokensNow = async () => {
    const { code, codeVerifier } = await codeFor(person);
    person.secrets.add(code).add(codeVerifier);
    return tell((await (await exchange(code, codeVerifier)).json()) as Tokens);
  };
  await person.submit('/account/profile', { name: 'Ada Lovelace', nickname: 'Ada' });
  const first = await tokensNow();
  tell((await (await refresh(first.refresh_token)).json()) as Tokens);
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 11_000 });
  await refresh(first.refresh_token);
  const { code, codeVerifier } = await codeFor(person);
  person.secrets.add(code);
  tell((await (await exchange(code, codeVerifier)).json()) as Tokens);
  await exchange(code, codeVerifier);
  await person.submit('/account/password', {
    current_password: password,
    new_password: newPassword,
  });
  await person.submit('/account/data', {});
  await person.signIn({ password: 'not this one either' });
  await person.signIn();
  await person.signIn({ password: newPassword });
  const stub = await objectOf(person.email);
  const userId = String((await sqlOf(person, 'SELECT user_id FROM profile'))[0]?.user_id);
  await exports.Administration.setProfile(userId, { groups: ['staff'] });
  await exports.Administration.removeSecondFactors(userId);
  await exports.Administration.disable(userId);
  await exports.Administration.enable(userId);
  await runInDurableObject(stub, (object) => object.alarm());
  await vi.waitFor(
    async () => {
      await runInDurableObject(stub, (object) => object.alarm());
      const head = await exports.Administration.auditHead(userId);
      const query = 'SELECT MAX(sequence) AS sequence FROM security_event WHERE user_id = ?';
      expect((await env.AUDIT.prepare(query).bind(userId).first())?.sequence).toBe(head?.sequence);
    },
    { timeout: 10_000 },
  );
  const trail = await env.AUDIT.prepare('SELECT * FROM security_event WHERE user_id = ?').bind(userId).all();
  const events = await sqlOf(person, 'SELECT * FROM event');
  expect(new Set(events.map(({ type }) => type))).toEqual(
    new Set([
      'user_created',
      'session_opened',
      'session_renewed',
      'password_changed',
      'data_exported',
      'session_ended',
      'profile_changed',
      'family_reuse',
      'code_reuse',
      'account_disabled',
      'account_enabled',
      'everything_ended',
    ]),
  );
  for (const written of [JSON.stringify(trail.results), JSON.stringify(events)]) {
    for (const secret of person.secrets) expect(written).not.toContain(secret);
    expect(written).not.toMatch(/pc_[a-z]{2}_|eyJ[\w-]{10}/);
  }
});

it.each([
  ['a token', { token: 'pc_rt_abc' }],
  ['a JWT', { hint: 'eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhIn0.c2ln' }],
  ['a password', { typed: password }],
  ['an address', { from: ipv4 }],
  ['an address of the other kind', { from: ipv6 }],
])('every test would fail at an event with %s in it', (_, detail) => {
  const event = { eventId: 'e', userId: 'u', type: 'session_opened' as const, at: 1, detail };
  expect(() => EventTable.prototype.append(event)).toThrow('in an event');
});
