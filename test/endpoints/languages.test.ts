import '../issuer/inside.ts';
import { SELF } from 'cloudflare:test';
import { describe, expect, it, vi } from 'vitest';
import { ask, fieldsOf, leadsTo } from '../issuer/authorization.ts';
import { readOf } from '../texts/pseudo.ts';
import { mailOf } from '../workerd/mail.ts';
import { issuer, Person, password } from '../workerd/person.ts';

const documentOf = (html: string): string => /<html[^>]*>/.exec(html)?.[0] ?? '';
/** Language and direction of a page, and the Latin letters on it that are in none of `known`. */
async function look(response: Response, ...known: string[]) {
  const html = await response.text();
  let words = readOf(html);
  for (const one of ['Portcullis', ...known]) words = words.replaceAll(one, '');
  return { document: documentOf(html), words: words.match(/.{0,20}[A-Za-z]+.{0,20}/g) };
}
const hebrew = '<html lang="he" dir="rtl">';
/** What the operator of the tests' issuer and the registrations of apps say: nobody translates that. */
const theirs = ['Somebody else’s app', 'The API', 'api.test', 'client.test', 'localhost'];

describe('a page', () => {
  it.each([
    [undefined, 'en'],
    ['de', 'de'],
    ['de-AT,de;q=0.9,en;q=0.8', 'de'],
    ['en;q=0.5, de;q=0.9', 'de'],
    ['de;q=0, en', 'en'],
    ['fr, *', 'en'],
    ['fr', 'en'],
    [',;q=,xx;q=x;;,"', 'en'],
  ])('for a browser that accepts %s is in %s', async (accepted, language) => {
    const response = await new Person().get(
      '/signin',
      accepted === undefined ? {} : { 'Accept-Language': accepted },
    );
    expect(documentOf(await response.text())).toBe(`<html lang="${language}" dir="ltr">`);
    expect(response.headers.get('Vary')).toMatch(/(^|, )Accept-Language($|,)/);
  });

  it('looks no further than any browser’s list goes', async () => {
    const response = await new Person().get('/signin', { 'Accept-Language': `${'fr,'.repeat(1000)}de` });
    expect(documentOf(await response.text())).toBe('<html lang="en" dir="ltr">');
  });

  it('of an app that says what its person reads is in that language, whatever the browser says', async () => {
    const accepted = { 'Accept-Language': 'de' };
    const person = new Person();
    const asked = await ask(person, 'spa', { ui_locales: 'xx he de' });
    const address = leadsTo(asked);
    const shown = await person.get(address.pathname + address.search, accepted);
    expect(documentOf(await shown.clone().text())).toBe(hebrew);
    const { flow = '' } = fieldsOf(await shown.text());
    const wrong = await person.submit('/signin', { flow, email: 'nobody', password: 'x' }, accepted);
    expect(await look(wrong, 'Single-page app')).toMatchObject({ document: hebrew });
    const up = await person.submit('/signup', { flow, email: 'nobody', password: 'x', name: '' }, accepted);
    expect((await look(up)).document).toBe(hebrew);
    // Another tab, on no app's way.
    expect((await look(await person.get('/signin', accepted))).document).toBe('<html lang="de" dir="ltr">');
  });

  it.each([
    ['that was refused', '/oauth/authorize?ui_locales=he&client_id=nobody'],
    ['to sign out that was refused', '/oauth/logout?ui_locales=he&post_logout_redirect_uri=https://x.test/'],
  ])('about a request %s is in its language', async (_, path) => {
    expect((await look(await new Person().get(path))).document).toBe(hebrew);
  });
});

it('takes no ui_locales for a fault, whatever they are, and keeps few of them', async () => {
  for (const uiLocales of ['', ' ', 'x'.repeat(5000), `${'fr '.repeat(1500)}de`, '"><script>', 'de\u0000']) {
    const response = await ask(new Person(), 'spa', { ui_locales: uiLocales });
    expect(leadsTo(response).pathname).toBe('/signin');
  }
});

it('says in discovery which languages there are', async () => {
  const response = await SELF.fetch(`${issuer}/.well-known/openid-configuration`);
  expect(await response.json()).toMatchObject({ ui_locales_supported: ['en', 'de', 'he'] });
});

describe('whoever reads another language', () => {
  const accepted = { 'Accept-Language': 'he' };
  const form = (person: Person, path: string, fields: Record<string, string>) =>
    person.submit(path, fields, accepted);

  it('finds no English on the pages that they meet', async () => {
    const person = new Person();
    const named = { name: '0', email: person.email };
    const refused = [
      await form(person, '/signup', { ...named, name: '', password }),
      await form(person, '/signup', { ...named, name: '0'.repeat(101), password }),
      await form(person, '/signup', { ...named, email: '0', password }),
      await form(person, '/signup', { ...named, password: '0' }),
      await form(person, '/signup', { ...named, password: '0'.repeat(257) }),
    ];
    await form(person, '/signup', { ...named, password });
    const again = new Person(person.email);
    const pages = [
      ...refused,
      await form(again, '/signup', { ...named, password }),
      await form(again, '/signin', { email: person.email, password: '0' }),
      await person.get('/account', accepted),
      await person.get('/account/profile', accepted),
      await form(person, '/account/profile', {
        name: '',
        birthdate: '0',
        website: '0',
        zoneinfo: '0',
        gender: '0'.repeat(51),
      }),
      await person.get('/account/password', accepted),
      await form(person, '/account/password', { current_password: '0', new_password: '0' }),
      await form(person, '/account/password', { current_password: '0', new_password: password }),
      await person.get('/device', accepted),
      await form(person, '/device', { user_code: '0' }),
      await form(person, '/device', { user_code: 'BBBB-BBBB' }),
      await ask(person, 'stranger', { ui_locales: 'he' }).then((answer) =>
        person.get(leadsTo(answer).href, accepted),
      ),
      await person.get('/oauth/logout', accepted),
      await form(person, '/account/sign-out', {}),
      await form(person, '/account/revoke-consent', {}),
      await form(person, '/consent', { flow: 'x' }),
      await person.submit('/signin', {}, { ...accepted, Origin: 'https://evil.test' }),
      await person.send('/signin', { method: 'DELETE', headers: { Accept: 'text/html', ...accepted } }),
      await person.get('/', accepted),
      await person.get('/dev/mailbox', accepted),
    ];
    const known = [
      person.email,
      ...theirs,
      issuer,
      'http',
      '/signin',
      'GET, HEAD, POST',
      'BBBB-BBBB',
      'en',
      'fr-CA',
      'Europe/Paris',
    ];
    for (const [index, page] of pages.entries())
      expect({ index, ...(await look(page, ...known)) }).toEqual({ index, document: hebrew, words: null });
  });

  it('is told by programs, too, why a session ended', async () => {
    const person = new Person();
    await person.signUp();
    const elsewhere = new Person(person.email);
    await elsewhere.signIn();
    await person.submit('/account/sign-out-others', {});
    const headers = { Accept: 'application/json', Origin: issuer, 'Sec-Fetch-Site': 'same-origin' };
    const ends = async (language: string) =>
      (await (
        await person.send('/session/ends', { headers: { ...headers, 'Accept-Language': language } })
      ).json()) as {
        ends: { cause: string; description: string }[];
      };
    expect((await ends('de')).ends[0]).toMatchObject({
      cause: 'sign_out_everywhere',
      description: 'Sie haben sich auf mehreren Geräten zugleich abgemeldet.',
    });
    expect((await ends('en')).ends[0]?.description).toBe('You signed out of several devices at once.');
  });
});

describe('a mail', () => {
  it('with a code is in the language of the page that asked for it', async () => {
    const owner = new Person();
    await owner.signUp();
    const person = new Person(owner.email);
    await person.submit('/signin/email', { email: owner.email }, { 'Accept-Language': 'de' });
    await vi.waitFor(async () => {
      const [mail] = await mailOf(owner.email);
      expect(mail?.subject).toMatch(/^\d{4} \d{4} ist Ihr Code für Portcullis$/);
      expect(mail?.text).toContain('Unbekanntes Gerät');
    });
  });

  it('about what happened is in the language that the profile names', async () => {
    const person = new Person();
    await person.signUp();
    await person.submit('/account/profile', { name: 'Ada', locale: 'de-CH' });
    const new_password = 'eleven purple otters sing';
    await person.submit('/account/password', { current_password: password, new_password });
    await vi.waitFor(async () => {
      const subjects = (await mailOf(person.email)).map(({ subject }) => subject);
      expect(subjects).toContain('Ihr Passwort bei Portcullis wurde geändert');
    });
  });
});
