import '../../issuer/inside.ts';
import { SELF } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import {
  answered,
  ask,
  type Changes,
  codeVerifier,
  fieldsOf,
  leadsTo,
  parametersOf,
} from '../../issuer/authorization.ts';
import { callback } from '../../issuer/config.ts';
import { clientSecret } from '../../issuer/credentials.ts';
import { signedUp } from '../../issuer/granted.ts';
import { issuer, Person, post } from '../../workerd/person.ts';

/** A POST of the authorization endpoint. */
const askByPost = (person: Person, changes: Changes, headers: Record<string, string>) =>
  person.send('/oauth/authorize', {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
    body: parametersOf('spa', changes).toString(),
  });

describe('an answer in a form', () => {
  const mode = { response_mode: 'form_post', state: 'a "b" & <c>' };

  it('carries code, state and iss to the redirect URI, and nothing in its address', async () => {
    const response = await ask(await signedUp(), 'spa', mode);
    expect(response.status).toBe(200);
    expect(response.headers.get('Location')).toBeNull();
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    const html = await response.text();
    expect(html).toContain(`<form method="post" action="${callback}">`);
    const { code, ...rest } = fieldsOf(html);
    expect(code).toMatch(/^pc_ac_/);
    expect(rest).toEqual({ state: 'a "b" & &lt;c&gt;', iss: issuer });
  });

  it('goes by itself under a policy that lets nothing else happen, or by a button', async () => {
    const response = await ask(await signedUp(), 'spa', mode);
    const html = await response.text();
    const script = /<script>([^<]*)<\/script>/.exec(html)?.[1] ?? '';
    const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(script));
    const hash = btoa(String.fromCharCode(...new Uint8Array(digest)));
    expect(response.headers.get('Content-Security-Policy')).toBe(
      "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'; " +
        `script-src 'sha256-${hash}'; form-action 'self' https://client.test`,
    );
    expect(script).toBe('document.forms[0].submit()');
    expect(html).toContain('<button class="button" type="submit">');
  });

  it('carries errors as well', async () => {
    const html = await (await ask(new Person(), 'spa', { ...mode, prompt: 'none' })).text();
    expect(fieldsOf(html)).toMatchObject({ error: 'login_required', iss: issuer });
    const invalid = await (await ask(new Person(), 'spa', { ...mode, scope: 'admin' })).text();
    expect(fieldsOf(invalid)).toMatchObject({ error: 'invalid_scope', iss: issuer });
  });

  it('comes after a sign-in on the way', async () => {
    const person = await signedUp();
    const asked = await ask(person, 'spa', { ...mode, prompt: 'login' });
    const response = await person.signIn({ flow: leadsTo(asked).searchParams.get('flow') ?? '' });
    expect(response.status).toBe(200);
    expect(fieldsOf(await response.text()).code).toMatch(/^pc_ac_/);
  });

  it('is not for an app that has a scheme and no website', async () => {
    const redirect_uri = 'com.example.app:/callback';
    const response = await ask(new Person(), 'native', { ...mode, redirect_uri });
    expect(leadsTo(response).protocol).toBe('com.example.app:');
    expect(answered(response)).toMatchObject({ error: 'invalid_request' });
  });
});

describe('an answer in an address', () => {
  it('is the same whether the mode is said or not', async () => {
    const person = await signedUp();
    for (const response_mode of [undefined, 'query']) {
      const response = await ask(person, 'spa', { response_mode });
      expect(Object.keys(answered(response)).sort()).toEqual(['code', 'iss', 'state']);
    }
  });

  it('keeps the query that the redirect URI has, as it is', async () => {
    const redirect_uri = `${callback}?tenant=a%20b`;
    const response = await ask(await signedUp(), 'remote-key', { redirect_uri });
    expect(response.headers.get('Location')).toContain(`${redirect_uri}&code=pc_ac_`);
  });

  it('has no state where none was sent', async () => {
    expect(answered(await ask(await signedUp(), 'spa', { state: undefined })).state).toBeUndefined();
  });

  it('is never readable by another site’s script', async () => {
    const response = await SELF.fetch(`${issuer}/oauth/authorize?${parametersOf('spa')}`, {
      redirect: 'manual',
      headers: { Origin: 'https://evil.example' },
    });
    expect(response.headers.get('Access-Control-Allow-Origin')).toBeNull();
  });
});

describe('a native app', () => {
  it('is answered at any port of the loopback address that it registered, and redeems with that one', async () => {
    const redirect_uri = 'http://127.0.0.1:51004/callback';
    const response = await ask(await signedUp(), 'native', { redirect_uri });
    expect(leadsTo(response).origin).toBe('http://127.0.0.1:51004');
    const redeem = (redirectUri: string) =>
      post('/oauth/token', {
        grant_type: 'authorization_code',
        client_id: 'native',
        redirect_uri: redirectUri,
        code: answered(response).code ?? '',
        code_verifier: codeVerifier,
      });
    expect((await redeem('http://127.0.0.1:51005/callback')).status).toBe(400);
    expect((await redeem(redirect_uri)).status).toBe(200);
  });

  it.each(['http://127.0.0.1:70000/callback', 'http://localhost:51004/callback', 'http://127.0.0.1:1/x'])(
    'is not answered elsewhere: %s',
    async (redirect_uri) => {
      const response = await ask(await signedUp(), 'native', { redirect_uri });
      expect(response.status).toBe(400);
      expect(response.headers.get('Location')).toBeNull();
    },
  );
});

describe('PKCE', () => {
  const without = { code_challenge: undefined, code_challenge_method: undefined };

  it('may be left out by a client with a secret that is let to, for a nonce', async () => {
    const { code } = answered(await ask(await signedUp(), 'post', without));
    const response = await post('/oauth/token', {
      grant_type: 'authorization_code',
      client_id: 'post',
      client_secret: clientSecret,
      redirect_uri: callback,
      code: code ?? '',
    });
    expect(response.status).toBe(200);
  });

  it.each([
    ['without a nonce', 'post', { ...without, nonce: undefined }],
    ['with a nonce that no ID token will carry', 'post', { ...without, scope: 'api:read' }],
    ['by a client that must use it', 'basic', without],
    ['by a public client', 'spa', without],
    ['with a challenge taken away and its method left', 'post', { code_challenge: undefined }],
    ['with plain', 'post', { code_challenge_method: 'plain' }],
    ['with a challenge and no method', 'post', { code_challenge_method: undefined }],
  ])('is required %s', async (_, clientId, changes) => {
    const { error, code } = answered(await ask(await signedUp(), clientId, changes));
    expect(error).toBe('invalid_request');
    expect(code).toBeUndefined();
  });
});

describe('a request by POST', () => {
  it('is answered like one by GET', async () => {
    const person = await signedUp();
    const response = await askByPost(person, {}, { 'Sec-Fetch-Site': 'cross-site' });
    expect(answered(response).code).toMatch(/^pc_ac_/);
  });

  it.each([
    { 'Sec-Fetch-Site': 'cross-site', Origin: 'https://client.test' },
    { Origin: 'https://client.test' },
  ])('from another site is asked again as a navigation, since it brings no cookies: %j', async (headers) => {
    const person = await signedUp();
    const kept = new Map(person.cookies);
    person.cookies.clear();
    const resource = ['https://api.test/', 'https://notes.test/'];
    const again = await askByPost(person, { resource, prompt: 'none' }, headers);
    expect(again.status).toBe(303);
    expect(leadsTo(again).pathname).toBe('/oauth/authorize');
    expect(leadsTo(again).searchParams.getAll('resource')).toEqual(resource);
    for (const [name, value] of kept) person.cookies.set(name, value);
    expect(answered(await person.get(leadsTo(again).href)).code).toMatch(/^pc_ac_/);
  });

  it('too long for an address is answered at once', async () => {
    const response = await askByPost(
      new Person(),
      { unknown: 'x'.repeat(9000), prompt: 'none' },
      { 'Sec-Fetch-Site': 'cross-site' },
    );
    expect(answered(response).error).toBe('login_required');
  });
});

it('is described in the metadata', async () => {
  const metadata = await (await SELF.fetch(`${issuer}/.well-known/openid-configuration`)).json();
  expect(metadata).toMatchObject({
    pushed_authorization_request_endpoint: `${issuer}/oauth/par`,
    response_modes_supported: ['query', 'form_post'],
    prompt_values_supported: ['none', 'login', 'consent', 'select_account'],
    acr_values_supported: ['phr', 'urn:portcullis:acr:mfa', 'urn:portcullis:acr:single-factor'],
    claims_parameter_supported: true,
    request_parameter_supported: true,
    request_uri_parameter_supported: false,
    request_object_signing_alg_values_supported: expect.not.arrayContaining(['none', 'HS256']),
    authorization_response_iss_parameter_supported: true,
  });
});
