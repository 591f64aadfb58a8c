import { env, runInDurableObject } from 'cloudflare:test';
import { decodeJwt } from 'jose';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { base64url } from '../../../src/crypto/bytes.ts';
import { toldTables, untold } from '../../../src/user/export.ts';
import { codeFor, exchange, Person, personWithTokens, refresh, type Tokens } from '../../workerd/person.ts';

afterEach(() => {
  vi.useRealTimers();
});

/** Somebody with a profile, a consent, an app whose token was reused, and an ended session. */
async function somebody() {
  const { person, tokens } = await personWithTokens({
    scope: 'openid profile email offline_access demo:read',
  });
  const profile = { name: 'Ada Lovelace', nickname: 'Countess', website: 'https://ada.example' };
  await person.submit('/account/profile', profile);
  const other = new Person(person.email);
  await other.signIn();
  const { code, codeVerifier } = await codeFor(other);
  const others = (await (await exchange(code, codeVerifier)).json()) as Tokens;
  let latest = others;
  for (let round = 0; round < 2; round += 1)
    latest = (await (await refresh(latest.refresh_token)).json()) as Tokens;
  await refresh(others.refresh_token);
  await other.get(`/oauth/logout?id_token_hint=${others.id_token}`);
  return { person, tokens, stub: env.USER.getByName(decodeJwt(tokens.access_token).sub ?? '') };
}

const inAllForms = (bytes: Uint8Array) => {
  const base64 = btoa(String.fromCharCode(...bytes));
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return [base64, base64url.encode(bytes), hex];
};

describe('the download of one’s own data', () => {
  it('is one file with everything that is held, which no cache keeps', async () => {
    const { person, tokens } = await somebody();
    const page = await person.get('/account/data');
    expect(page.status).toBe(200);
    const response = await person.submit('/account/data', {});
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'content-disposition': expect.stringMatching(/^attachment; filename="account-\d{4}-\d\d-\d\d\.json"$/),
      'cache-control': 'no-store',
    });
    const file = (await response.json()) as Record<string, unknown[]>;
    const { sub, sid } = decodeJwt(tokens.id_token);
    const time = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/);
    expect(file).toMatchObject({
      issuer: 'http://localhost:8787',
      exported_at: time,
      profile: {
        user_id: sub,
        name: 'Ada Lovelace',
        email: person.email,
        email_verified: false,
        nickname: 'Countess',
        website: 'https://ada.example',
        groups: [],
        created_at: time,
        disabled_at: null,
      },
      password: { changed_at: time },
      client_names: { demo: 'The demo' },
    });
    expect(file.sessions).toContainEqual(
      expect.objectContaining({ session_id: sid, amr: ['pwd'], signed_in_at: time, ended_at: null }),
    );
    expect(file.sessions).toContainEqual(expect.objectContaining({ end_cause: 'sign_out', ended_at: time }));
    expect(file.app_accesses).toContainEqual(
      expect.objectContaining({ client_id: 'demo', session_id: sid, offline_access: true, ended_at: null }),
    );
    expect(file.app_accesses).toContainEqual(expect.objectContaining({ end_cause: 'reuse' }));
    const types = file.events?.map((event) => (event as { type: string }).type);
    expect(types).toEqual(
      expect.arrayContaining(['user_created', 'session_opened', 'family_reuse', 'profile_changed']),
    );
    expect(types?.[0], 'that it was downloaded is an event itself').toBe('data_exported');
  });

  it('tells of every table, or the reason is written down why not', async () => {
    const { stub } = await somebody();
    const tables = await runInDurableObject(stub, (_, state) =>
      state.storage.sql
        .exec<{ name: string }>(
          "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT GLOB '_cf_*'",
        )
        .toArray()
        .map(({ name }) => name),
    );
    expect([...toldTables, ...Object.keys(untold)].toSorted()).toEqual(tables.toSorted());
  });

  it('holds no secret, no hash and no token', async () => {
    const { person, tokens, stub } = await somebody();
    const text = await (await person.submit('/account/data', {})).text();
    const secrets = await runInDurableObject(stub, (_, state) => {
      const rows = ['session', 'family', 'code', 'password'].flatMap((table) =>
        state.storage.sql.exec(`SELECT * FROM ${table}`).toArray(),
      );
      const values = rows.flatMap((row) => Object.values(row));
      return [
        ...values.flatMap((value) => (value instanceof ArrayBuffer ? inAllForms(new Uint8Array(value)) : [])),
        ...rows.flatMap(({ hash }) => (typeof hash === 'string' ? [hash] : [])),
      ];
    });
    expect(secrets.length).toBeGreaterThan(20);
    const all = [...secrets, tokens.access_token, tokens.refresh_token, ...person.cookies.values()];
    expect(all.filter((secret) => text.includes(secret))).toEqual([]);
    expect(text).not.toMatch(/scrypt|pc_(rt|at|st|ac|dv)_/);
  });

  it('asks for a sign-in of a short while ago, and leads back', async () => {
    const person = new Person();
    await person.signUp();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 11 * 60_000 });
    for (const ask of [() => person.get('/account/data'), () => person.submit('/account/data', {})]) {
      const asked = await ask();
      expect([asked.status, asked.headers.get('Location')]).toEqual([303, '/signin?flow=to-data']);
    }
    const back = await person.signIn({ flow: 'to-data' });
    expect(back.headers.get('Location')).toBe('/account/data');
    expect((await person.submit('/account/data', {})).status).toBe(200);
  });

  it('is nothing for strangers', async () => {
    expect((await new Person().submit('/account/data', {})).headers.get('Location')).toBe(
      '/signin?flow=to-data',
    );
  });
});
