import { describe, expect, it } from 'vitest';
import { lastCode } from '../../workerd/mail.ts';
import { Person } from '../../workerd/person.ts';

describe('an address that nobody has confirmed', () => {
  it('is confirmed by a code, from the account’s page', async () => {
    const person = new Person();
    await person.signUp();
    expect(await (await person.get('/account')).text()).toContain('action="/account/verify"');
    const asked = await person.submit('/account/verify', {});
    expect(asked.headers.get('Location')).toBe('/signin/email/code');
    expect(await (await person.get('/signin/email/code')).text()).toContain('We sent a code to');
    const done = await person.submit('/signin/email/code', { code: await lastCode(person.email) });
    expect(done.headers.get('Location')).toBe('/account');
    const page = await (await person.get('/account')).text();
    expect(page).not.toContain('action="/account/verify"');
    // Nothing else changed: neither the session nor the password.
    expect((await new Person(person.email).signIn()).status).toBe(303);
    expect((await person.submit('/account/verify', {})).headers.get('Location')).toBe('/account');
  });

  it('is confirmed by whoever is signed in, and by nobody else', async () => {
    expect((await new Person().submit('/account/verify', {})).headers.get('Location')).toBe('/signin');
  });

  it('does not sign anybody in by its code', async () => {
    const person = new Person();
    await person.signUp();
    await person.submit('/account/verify', {});
    const code = await lastCode(person.email);
    person.cookies.delete('portcullis-session');
    await person.submit('/signin/email/code', { code });
    expect((await person.get('/account')).status).toBe(303);
  });
});
