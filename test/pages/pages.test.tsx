import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import { TURNSTILE_SCRIPT } from '../../src/challenge/turnstile.ts';
import type { Config } from '../../src/config/schema.ts';
import { asset } from '../../src/endpoints/assets.ts';
import { AccountPage } from '../../src/pages/account.tsx';
import { AgreementList, inWords } from '../../src/pages/agreement.tsx';
import { DeviceCodePage, type DeviceCodePageProps, DeviceConfirmPage } from '../../src/pages/device.tsx';
import { scripts } from '../../src/pages/script/assets.ts';
import { SignInPage } from '../../src/pages/sign-in.tsx';
import { SignOutPage } from '../../src/pages/sign-out.tsx';
import { SignUpPage } from '../../src/pages/sign-up.tsx';
import { everyPage } from './every-page.tsx';
import { plainAssets, plainLook } from './look.ts';
import { type Element, elements, rendered } from './rendered.ts';

const kinds = (found: Element[]) => found.map(({ tag, attributes }) => [tag, ...Object.keys(attributes)]);
const inputs = (found: Element[]) =>
  found.filter(
    ({ tag, attributes }) =>
      tag === 'textarea' || (tag === 'input' && attributes.type !== 'hidden' && !('hidden' in attributes)),
  );
const hidden = (found: Element[]) =>
  Object.fromEntries(
    found
      .filter(({ attributes }) => attributes.type === 'hidden')
      .map(({ attributes }) => [attributes.name, attributes.value]),
  );

describe.each(Object.entries(everyPage('Ada')))('the page %s', (page, html) => {
  it('keeps markup and quotes in any prop as text', async () => {
    const hostile = everyPage(`"'><script>alert(1)</script><img src=x onerror=alert(1)>`)[page] ?? '';
    expect(kinds(await elements(hostile))).toEqual(kinds(await elements(html)));
  });

  it('has no script but a file of ours (or, where it is asked for, Turnstile’s), no inline style and no event handler', async () => {
    for (const { tag, attributes, text } of await elements(html)) {
      expect(['style', 'base', 'iframe']).not.toContain(tag);
      if (tag === 'script') {
        expect(text).toBe('');
        const foreign = page === 'challenge, turnstile' ? [TURNSTILE_SCRIPT] : [];
        expect([...scripts.keys(), ...foreign]).toContain(attributes.src);
      }
      expect(Object.keys(attributes).filter((name) => name === 'style' || name.startsWith('on'))).toEqual([]);
    }
  });

  it('is a document of standards mode with a language, a title and one h1', async () => {
    expect(html.slice(0, 15)).toBe('<!doctype html>');
    const found = await elements(html);
    expect(found.find(({ tag }) => tag === 'html')?.attributes.lang).toBe('en');
    expect(found.find(({ tag }) => tag === 'title')?.text).toMatch(/. · Ada$/);
    expect(found.filter(({ tag }) => tag === 'h1')).toHaveLength(1);
  });

  it('links only to assets that answer', async () => {
    const app = new Hono().get('/assets/*', asset({ config: { look: plainLook } as Config }));
    const links = (await elements(html)).filter(({ tag }) => tag === 'link');
    expect(links.map(({ attributes }) => attributes.rel)).toEqual(['icon', 'stylesheet']);
    const linked = (await elements(html)).filter(
      ({ tag, attributes }) => tag === 'script' && attributes.src !== TURNSTILE_SCRIPT,
    );
    for (const { attributes } of [...links, ...linked]) {
      const response = await app.request(attributes.href ?? attributes.src ?? '');
      expect(response.status).toBe(200);
      expect(response.headers.get('Cache-Control')).toBe('public, max-age=31536000, immutable');
    }
  });

  it('names every input by a label, and every described-by by an element', async () => {
    const found = await elements(html);
    const ids = found.flatMap(({ attributes }) => (attributes.id ? [attributes.id] : []));
    expect(new Set(ids).size).toBe(ids.length);
    const labels = found.filter(({ tag }) => tag === 'label').map(({ attributes }) => attributes.for);
    expect(labels).toEqual(inputs(found).map(({ attributes }) => attributes.id));
    const references = found.flatMap(({ attributes }) =>
      `${attributes['aria-describedby'] ?? ''} ${attributes['aria-labelledby'] ?? ''}`
        .split(' ')
        .filter(Boolean),
    );
    expect(ids).toEqual(expect.arrayContaining(references));
  });

  it('weighs less than 30 KiB with its stylesheet', () => {
    expect(html.length + plainAssets.stylesheet.content.length).toBeLessThan(30 * 1024);
  });
});

describe('sign in', () => {
  const page = (props: Partial<Parameters<typeof SignInPage>[0]> = {}) =>
    elements(rendered(<SignInPage signUpHref="/signup" withPassword {...props} />));

  it('tells a password manager which field is which', async () => {
    expect(
      inputs(await page()).map(({ attributes: { name, type, autocomplete } }) => [name, type, autocomplete]),
    ).toEqual([
      ['email', 'email', 'username'],
      ['password', 'password', 'current-password'],
    ]);
  });

  it('posts to /signin and carries the flow along only if there is one', async () => {
    const found = await page({ flow: 'f1' });
    expect(found.find(({ tag }) => tag === 'form')?.attributes).toEqual({
      method: 'post',
      action: '/signin',
    });
    expect(hidden(found)).toEqual({ flow: 'f1' });
    expect(hidden(await page())).toEqual({});
  });

  it('puts the focus where the typing goes on, once', async () => {
    const focused = async (props: Parameters<typeof page>[0]) =>
      (await page(props))
        .filter(({ attributes }) => 'autofocus' in attributes)
        .map(({ attributes }) => attributes.name);
    expect(await focused({})).toEqual(['email']);
    expect(await focused({ email: 'ada@example.org' })).toEqual(['password']);
  });

  it('reads the error out with the fields that it concerns', async () => {
    const found = await page({ fault: { code: 'password_mismatch' } });
    expect(found.find(({ attributes }) => attributes.role === 'alert')).toMatchObject({
      attributes: { id: 'form-error' },
      text: 'That email and password do not match.',
    });
    for (const { attributes } of inputs(found)) {
      expect(attributes).toMatchObject({ 'aria-invalid': 'true', 'aria-describedby': 'form-error' });
    }
    expect(found.find(({ tag }) => tag === 'title')?.text).toBe('Error: Sign in · Portcullis');
  });
});

describe('sign up', () => {
  const page = (props: Partial<Parameters<typeof SignUpPage>[0]> = {}) =>
    elements(
      rendered(
        <SignUpPage minimumLength={15} signInHref="/signin" withPassword withPasskey={false} {...props} />,
      ),
    );

  it('tells a password manager which field is which', async () => {
    expect(
      inputs(await page()).map(({ attributes: { name, autocomplete } }) => [name, autocomplete]),
    ).toEqual([
      ['name', 'name'],
      ['email', 'username'],
      ['password', 'new-password'],
    ]);
  });

  it('tells the password rule before anyone types, and the browser with it', async () => {
    const found = await page({ minimumLength: 17 });
    const password = inputs(found).find(({ attributes }) => attributes.name === 'password')?.attributes;
    expect(password).toMatchObject({
      minlength: '17',
      maxlength: '256',
      'aria-describedby': 'password-hint',
    });
    expect(found.find(({ attributes }) => attributes.id === 'password-hint')?.text).toContain(
      'At least 17 characters',
    );
  });

  it('keeps what was typed, and puts the focus on the field at fault', async () => {
    const found = inputs(
      await page({
        email: 'ada@',
        displayName: 'Ada',
        fault: { field: 'email', code: 'email_malformed' },
      }),
    );
    expect(found.map(({ attributes }) => attributes.value)).toEqual(['Ada', 'ada@', undefined]);
    expect(found.map(({ attributes }) => 'autofocus' in attributes)).toEqual([false, true, false]);
    expect(found[1]?.attributes).toMatchObject({ 'aria-invalid': 'true', 'aria-describedby': 'email-error' });
  });
});

describe('connecting a device', () => {
  it('takes a code in capitals that no browser fills in from elsewhere, and asks about one that a link brought', async () => {
    const page = (props: DeviceCodePageProps) => elements(rendered(<DeviceCodePage {...props} />));
    const [input] = inputs(await page({}));
    expect(input?.attributes).toMatchObject({
      name: 'user_code',
      autocomplete: 'off',
      autocapitalize: 'characters',
      'aria-describedby': 'user_code-hint',
    });
    const brought = await page({ userCode: 'WDJB-MJHT' });
    expect(inputs(brought)[0]?.attributes.value).toBe('WDJB-MJHT');
    expect(brought.find(({ attributes }) => attributes.class === 'lead')?.text).toContain('Is this the code');
    const wrong = await page({ userCode: 'WDJB-MJHT', fault: { code: 'user_code_unknown' } });
    expect(inputs(wrong)[0]?.attributes).toMatchObject({ 'aria-invalid': 'true' });
    expect(wrong.find(({ tag }) => tag === 'title')?.text).toBe('Error: Connect a device · Portcullis');
  });

  it('is decided by a button, and warns of codes that somebody sent', async () => {
    const found = await elements(
      rendered(
        <DeviceConfirmPage
          client={{ name: 'Television', firstParty: true }}
          person={{ userId: 'u', name: 'Ada', email: 'ada@example.org' }}
          userCode="WDJB-MJHT"
          authorizationId="a"
          place=""
          asked={{ own: [], elsewhere: [] }}
        />,
      ),
    );
    expect(hidden(found)).toEqual({ user_code: 'WDJB-MJHT', authorization: 'a', account: 'u' });
    const buttons = found.filter(({ tag }) => tag === 'button');
    expect(buttons.map(({ text, attributes: { type, name, value } }) => [text, type, name, value])).toEqual([
      ['Allow', 'submit', 'decision', 'allow'],
      ['Deny', 'submit', 'decision', 'deny'],
    ]);
    expect(found.find(({ attributes }) => attributes.class === 'user-code')?.text).toBe('WDJB-MJHT');
    expect(found.find(({ attributes }) => attributes.class === 'alert')?.text).toContain(
      'sent you this code',
    );
  });
});

describe('sign out', () => {
  it('carries the request along and confirms it', async () => {
    const found = await elements(rendered(<SignOutPage hidden={{ state: 's', confirm: 'no' }} />));
    expect(found.find(({ tag }) => tag === 'form')?.attributes).toEqual({
      method: 'post',
      action: '/oauth/logout',
    });
    expect(hidden(found)).toEqual({ state: 's', confirm: 'yes' });
    expect(found.find(({ text, tag }) => tag === 'a' && text.includes('Cancel'))?.attributes.href).toBe(
      '/account',
    );
  });
});

describe('consent', () => {
  const agreement = {
    scopes: [
      { resource: '', scope: ['email', 'groups', 'constructor'] },
      { resource: 'https://api.example/v1', scope: ['api:read', 'api:odd'] },
      { resource: 'urn:example:vault', scope: [] },
    ],
    claims: ['zoneinfo', 'given_name'],
  };
  const resources = [
    { resource: 'https://api.example/v1', name: 'The API', scope: { 'api:read': 'Read from it' } },
  ];

  it('says in words what is known, and shows as it is what nobody described', async () => {
    const found = await elements(rendered(<AgreementList {...inWords(agreement, resources)} />));
    const items = found.filter(({ tag }) => tag === 'li').map(({ text }) => text);
    expect(items).toEqual([
      'See your email address',
      'See which groups you are in',
      'constructor',
      'See your time zone',
      'See your given name',
      'Read from it',
      'api:odd',
    ]);
    expect(found.filter(({ tag }) => tag === 'code').map(({ text }) => text)).toEqual([
      'constructor',
      'api:odd',
    ]);
    const places = found
      .filter(({ tag, text }) => tag === 'p' && text.startsWith('At '))
      .map(({ text }) => text);
    expect(places).toEqual(['At The API (api.example)', 'At urn:example:vault']);
  });

  it('says what a scope means where it means it, and only there', () => {
    const scope = ['api:read', 'notes:read', 'odd'];
    const both = {
      scopes: ['https://api.example/v1', 'https://notes.example/'].map((resource) => ({ resource, scope })),
      claims: [],
    };
    const notes = {
      resource: 'https://notes.example/',
      name: 'Notes',
      scope: { 'notes:read': 'Read notes' },
    };
    const said = inWords(both, [...resources, notes]).elsewhere.map(({ may }) => may.map((one) => one.name));
    expect(said).toEqual([
      ['api:read', 'odd'],
      ['notes:read', 'odd'],
    ]);
  });

  it('has two answers, and the flow with each', async () => {
    const found = await elements(everyPage('Ada').consent ?? '');
    const buttons = found.filter(({ tag }) => tag === 'button').map(({ attributes }) => attributes);
    expect(buttons.map(({ name, value, type }) => [name, value, type])).toEqual([
      ['decision', 'allow', 'submit'],
      ['decision', 'cancel', 'submit'],
    ]);
    expect(hidden(found)).toEqual({ flow: 'Ada' });
    const [link] = found.filter(({ tag }) => tag === 'a').map(({ attributes }) => attributes);
    expect(link).toMatchObject({ target: '_blank', rel: 'noopener noreferrer' });
  });
});

describe('the account', () => {
  const session = (sessionId: string, current: boolean) => ({
    sessionId,
    deviceName: 'Chrome on Linux',
    place: '',
    createdAt: 1_794_560_700,
    lastUsedAt: 1_794_647_100,
    current,
    apps: [],
  });
  const page = (sessions: ReturnType<typeof session>[]) =>
    elements(
      rendered(
        <AccountPage
          profile={{ userId: 'u', email: 'ada@example.org', emailVerified: true, name: 'Ada' }}
          methods={{
            password: null,
            passkeys: 0,
            authenticator: null,
            recoveryCodes: 0,
            trustedDevices: 0,
            providers: 0,
          }}
          offered={{ password: true, passkeys: true, secondFactor: true, providers: true, mail: true }}
          sessions={sessions}
          offlineApps={[]}
          consents={[]}
          ended={[{ what: 'session', deviceName: 'Edge', cause: 'idle_expiry', endedAt: 1_794_647_100 }]}
        />,
      ),
    );
  const actions = (found: Element[]) =>
    found.filter(({ tag }) => tag === 'form').map(({ attributes }) => attributes.action);

  it('signs each session out by its own id, under a name that tells which', async () => {
    const found = await page([session('a', true), session('b', false)]);
    const ids = found
      .filter(({ attributes }) => attributes.name === 'session_id')
      .map(({ attributes }) => attributes.value);
    expect(ids).toEqual(['a', 'b']);
    const buttons = found.filter(({ tag }) => tag === 'button').map(({ text }) => text);
    expect(buttons.slice(0, 2)).toEqual([
      'Sign out Chrome on Linux, this device',
      'Sign out Chrome on Linux',
    ]);
  });

  it('offers to sign out the others only when there are others', async () => {
    expect(actions(await page([session('a', true)]))).toEqual([
      '/account/sign-out',
      '/account/sign-out-everywhere',
    ]);
    expect(actions(await page([session('a', true), session('b', false)]))).toContain(
      '/account/sign-out-others',
    );
  });

  it('says why a session ended, and when, for people and for machines', async () => {
    const found = await page([session('a', true)]);
    expect(found.find(({ attributes }) => attributes['aria-labelledby'] === 'ended')?.text).toContain(
      'It was not used for a long time.',
    );
    expect(found.filter(({ tag }) => tag === 'time').at(-1)).toMatchObject({
      attributes: { datetime: '2026-11-14T09:05:00.000Z' },
      text: '14 Nov 2026, 09:05 UTC',
    });
  });
});

describe('assets', () => {
  it('answers 404 for an address that no page links to', async () => {
    const app = new Hono().get('/assets/*', asset({ config: { look: plainLook } as Config }));
    expect((await app.request(plainAssets.stylesheet.path.replace(/\w{4}\.css/, '0000.css'))).status).toBe(
      404,
    );
    expect((await app.request('/assets/__proto__')).status).toBe(404);
  });
});
