import { describe, expect, it } from 'vitest';
import { Authenticator } from '../../passkeys/authenticator.ts';
import { lastCode } from '../../workerd/mail.ts';
import { issuer, Person } from '../../workerd/person.ts';

const fieldOf = (page: string, attribute: string): string =>
  (new RegExp(`<input[^>]*${attribute}[^>]*value="([^"]*)"`).exec(page)?.[1] ?? '').replaceAll('&quot;', '"');

/** Sends a form of a sign-up with a passkey, with a new passkey that answers the page. */
async function answerTo(person: Person, page: string) {
  const device = await Authenticator.make(issuer);
  const credential = await device.create(fieldOf(page, 'data-options'));
  return person.submit('/signup/passkey', { sign_up: fieldOf(page, 'name="sign_up"'), credential });
}

describe('the form of a sign-up with a passkey', () => {
  it('adds no other passkey to the account that it made, whoever has that by now', async () => {
    const stranger = new Person();
    const form = { name: 'Eve', email: stranger.email };
    const page = await (await stranger.submit('/signup/passkey', form)).text();
    expect((await answerTo(stranger, page)).status).toBe(303);

    const owner = new Person(stranger.email);
    await owner.submit('/signin/email', { email: owner.email });
    await owner.submit('/signin/email/code', { code: await lastCode(owner.email) });
    expect((await owner.get('/account')).status).toBe(200);
    expect((await stranger.get('/account')).status).toBe(303);

    // The page comes back with a new challenge for the same account.
    const sealed = fieldOf(page, 'name="sign_up"');
    const again = await stranger.submit('/signup/passkey', { sign_up: sealed, credential: '' });
    expect((await answerTo(stranger, await again.text())).status).toBe(409);
    expect((await stranger.get('/account')).status).toBe(303);
    expect((await owner.get('/account')).status).toBe(200);
  });
});
