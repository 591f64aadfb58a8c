import { exports } from 'cloudflare:workers';
import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { elements } from '../pages/rendered.ts';
import { Person, personWithTokens } from '../workerd/person.ts';

const filled = {
  name: 'Ada Lovelace',
  given_name: 'Ada',
  family_name: 'Lovelace',
  birthdate: '1815-12-10',
  website: 'https://example.com/ada',
  phone_number: '+44 20 7946 0018',
  street_address: '12 St James’s Square\r\nFlat 2',
  postal_code: 'SW1Y 4JH',
  locality: 'London',
  country: 'United Kingdom',
};

const valuesOn = async (response: Response | Promise<Response>) => {
  const found = await elements(await (await response).text());
  return Object.fromEntries(
    found.flatMap(({ tag, attributes, text }) => {
      const value = tag === 'textarea' ? text : tag === 'input' ? attributes.value : undefined;
      return value ? [[attributes.name, value]] : [];
    }),
  );
};

async function signedUp(): Promise<Person> {
  const person = new Person();
  await person.signUp();
  return person;
}

describe('the profile page', () => {
  it('keeps what is typed, shows it again, and shows the name on the account page', async () => {
    const person = await signedUp();
    const saved = await person.submit('/account/profile', filled);
    expect(saved.headers.get('Location')).toBe('/account');
    expect(await valuesOn(person.get('/account/profile'))).toEqual({
      ...filled,
      phone_number: '+442079460018',
      street_address: '12 St James’s Square\nFlat 2',
    });
    expect(await (await person.get('/account')).text()).toContain('Ada Lovelace');
  });

  it('takes away what is emptied, and keeps the name', async () => {
    const person = await signedUp();
    await person.submit('/account/profile', filled);
    await person.submit('/account/profile', { name: 'Ada', given_name: '', nickname: ' A. ' });
    expect(await valuesOn(person.get('/account/profile'))).toEqual({ name: 'Ada', nickname: 'A.' });
  });

  it('says what is wrong at its field, keeps what was typed, and saves nothing', async () => {
    const person = await signedUp();
    const typed = { ...filled, name: ' ', website: 'javascript:alert(1)', postal_code: 'x'.repeat(21) };
    const answer = await person.submit('/account/profile', typed);
    expect(answer.status).toBe(400);
    const found = await elements(await answer.text());
    const faulty = found.filter(({ attributes }) => attributes['aria-invalid'] === 'true');
    expect(faulty.map(({ attributes }) => attributes.name)).toEqual(['name', 'website', 'postal_code']);
    expect(faulty.map(({ attributes }) => 'autofocus' in attributes)).toEqual([true, false, false]);
    expect(found.find(({ attributes }) => attributes.id === 'website-error')?.text).toContain('web address');
    expect(found.find(({ attributes }) => attributes.name === 'website')?.attributes.value).toBe(
      typed.website,
    );
    expect(await valuesOn(person.get('/account/profile'))).toEqual({ name: 'Ada' });
  });

  it('lets nobody verify themselves, or be told anything but what it asks for', async () => {
    const person = await signedUp();
    await person.submit('/account/profile', {
      ...filled,
      phone_number_verified: 'true',
      sub: 'x',
      email: 'a@b.c',
    });
    const page = await (await person.get('/account')).text();
    expect(page.replace('<wbr/>', '')).toContain(person.email);
    expect(page).not.toContain('a@b.c');
  });

  it('puts nobody into a group, and takes nobody out of one', async () => {
    const { person, tokens } = await personWithTokens();
    const userId = decodeJwt(tokens.access_token).sub ?? '';
    await exports.Administration.setProfile(userId, { groups: ['staff'] });
    for (const name of ['groups', 'groups[]', 'groups.0', 'claims.groups', 'claims[groups]']) {
      const saved = await person.submit('/account/profile', { name: 'Ada', [name]: 'admins' });
      expect(saved.headers.get('Location')).toBe('/account');
    }
    const { profile } = (await exports.Administration.inspect(userId)) ?? {};
    expect(profile?.groups).toEqual(['staff']);
    expect(profile?.claims).not.toHaveProperty('groups');
  });

  it('is for whoever is signed in, from our own page', async () => {
    const { person } = await personWithTokens();
    const elsewhere = { Origin: 'https://evil.example', 'Sec-Fetch-Site': 'cross-site' };
    expect((await person.submit('/account/profile', filled, elsewhere)).status).toBe(403);
    expect(await valuesOn(person.get('/account/profile'))).toEqual({ name: 'Ada' });
    const stranger = new Person();
    expect((await stranger.get('/account/profile')).headers.get('Location')).toBe('/signin');
    expect((await stranger.submit('/account/profile', filled)).headers.get('Location')).toBe('/signin');
  });
});
