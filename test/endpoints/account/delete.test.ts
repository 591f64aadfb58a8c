import { env } from 'cloudflare:test';
import { decodeJwt } from 'jose';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { createIdentifiers } from '../../../src/identifier/identifiers.ts';
import { Person, personWithTokens, refresh } from '../../workerd/person.ts';

afterEach(() => {
  vi.useRealTimers();
});

const identifiers = createIdentifiers(env.IDENTIFIER);

describe('the deletion of one’s own account', () => {
  it('asks for the email address, and does nothing for another one', async () => {
    const { person, tokens } = await personWithTokens();
    const page = await (await person.get('/account/delete')).text();
    expect(page).toContain('Type your email address to confirm');
    for (const email of ['', 'somebody@example.com', `${person.email}.evil`, `x,${person.email}`]) {
      const refused = await person.submit('/account/delete', { email });
      expect(refused.status).toBe(400);
      expect(await refused.text()).toContain('That is not the email address of this account.');
    }
    expect((await person.submit('/account/delete', {})).status).toBe(400);
    expect((await refresh(tokens.refresh_token)).status).toBe(200);
    expect((await person.get('/account')).status).toBe(200);
  });

  it('signs out everywhere, takes every cookie of the person, and says goodbye', async () => {
    const { person, tokens } = await personWithTokens();
    const elsewhere = new Person(person.email);
    await elsewhere.signIn();
    expect([...person.cookies.keys()]).toContain('portcullis-device');
    const deleted = await person.submit('/account/delete', { email: ` ${person.email.toUpperCase()} ` });
    expect(deleted.status).toBe(200);
    expect(await deleted.text()).toContain('Your account is deleted');
    expect([...person.cookies.keys()]).toEqual([]);
    expect((await elsewhere.get('/account')).headers.get('Location')).toBe('/signin');
    expect((await refresh(tokens.refresh_token)).status).toBe(400);
  });

  it('frees the address for a new account, which is another one', async () => {
    const { person, tokens } = await personWithTokens();
    await person.submit('/account/delete', { email: person.email });
    await vi.waitFor(async () => expect(await identifiers.lookup(person.email)).toBeUndefined(), {
      timeout: 10_000,
    });
    expect((await person.signUp()).headers.get('Location')).toBe('/account');
    expect(await identifiers.lookup(person.email)).not.toBe(decodeJwt(tokens.id_token).sub);
    expect((await refresh(tokens.refresh_token)).status).toBe(400);
  });

  it('asks for a sign-in of a short while ago, and leads back', async () => {
    const { person, tokens } = await personWithTokens();
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 11 * 60_000 });
    const asked = await person.submit('/account/delete', { email: person.email });
    expect([asked.status, asked.headers.get('Location')]).toEqual([303, '/signin?flow=to-delete']);
    expect((await refresh(tokens.refresh_token)).status).toBe(200);
    expect((await person.signIn({ flow: 'to-delete' })).headers.get('Location')).toBe('/account/delete');
  });
});
