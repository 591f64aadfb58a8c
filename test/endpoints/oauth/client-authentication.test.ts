import '../../issuer/inside.ts';
import { env, SELF } from 'cloudflare:test';
import { exportJWK, generateKeyPair, importJWK, SignJWT } from 'jose';
import { describe, expect, it, vi } from 'vitest';
import { clientKeys, clientPrivateKey, clientSecret } from '../../issuer/credentials.ts';
import { assertionParameters, assertionType, clientAssertion } from '../../workerd/client-assertion.ts';
import { issuer, post } from '../../workerd/person.ts';

const basic = (id: string, secret: string) => ({
  Authorization: `Basic ${btoa(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`)}`,
});
/** A grant that fails on its token: whoever gets so far has been authenticated. */
const grant = { grant_type: 'refresh_token', refresh_token: 'none' };

async function answerTo(form: Record<string, string>, headers: Record<string, string> = {}) {
  const response = await post('/oauth/token', { ...grant, ...form }, headers);
  expect(response.headers.get('Cache-Control')).toBe('no-store');
  const { error, error_description } = (await response.json()) as Record<string, string>;
  return {
    status: response.status,
    error,
    error_description,
    challenge: response.headers.get('WWW-Authenticate'),
  };
}
const passed = { status: 400, error: 'invalid_grant', challenge: null };
const failed = { status: 400, error: 'invalid_client', challenge: null };
const challenged = { status: 401, error: 'invalid_client', challenge: 'Basic realm="portcullis"' };

describe('each client authenticates', () => {
  it('none: by its name', async () => {
    expect(await answerTo({ client_id: 'spa' })).toMatchObject(passed);
  });

  it('client_secret_basic: in the header, its name in the body or not', async () => {
    expect(await answerTo({}, basic('basic', clientSecret))).toMatchObject(passed);
    expect(await answerTo({ client_id: 'basic' }, basic('basic', clientSecret))).toMatchObject(passed);
  });

  it('client_secret_basic: form-encoded before it is base64', async () => {
    const escaped = [...clientSecret].map((character) => `%${character.charCodeAt(0).toString(16)}`).join('');
    const header = { Authorization: `Basic ${btoa(`%62asic:${escaped}`)}` };
    expect(await answerTo({}, header)).toMatchObject(passed);
    expect(await answerTo({}, { Authorization: `basic ${btoa(`basic:${clientSecret}`)}` })).toMatchObject(
      passed,
    );
  });

  it('client_secret_post: in the body', async () => {
    expect(await answerTo({ client_id: 'post', client_secret: clientSecret })).toMatchObject(passed);
  });

  it('private_key_jwt: by a signature, its name in the body or not', async () => {
    expect(await answerTo(await assertionParameters('key'))).toMatchObject(passed);
    expect(await answerTo({ client_id: 'key', ...(await assertionParameters('key')) })).toMatchObject(passed);
  });
});

describe('exactly as it is registered', () => {
  it.each([
    ['a secret client by its name alone', { client_id: 'basic' }],
    ['a key client by its name alone', { client_id: 'key' }],
    ['a public client with a secret', { client_id: 'spa', client_secret: clientSecret }],
    ['a header client with the secret in the body', { client_id: 'basic', client_secret: clientSecret }],
    ['a key client with a secret', { client_id: 'key', client_secret: clientSecret }],
  ])('refuses %s', async (_, form) => {
    expect(await answerTo(form)).toMatchObject(failed);
  });

  it('refuses a body client and a public one with the header', async () => {
    expect(await answerTo({}, basic('post', clientSecret))).toMatchObject(challenged);
    expect(await answerTo({}, basic('spa', ''))).toMatchObject(challenged);
  });

  it('refuses a secret client and a public one with an assertion', async () => {
    expect(await answerTo(await assertionParameters('basic'))).toMatchObject(failed);
    expect(await answerTo(await assertionParameters('spa'))).toMatchObject(failed);
  });
});

describe('two ways at once', () => {
  it.each([
    ['header and body', async () => ({ client_id: 'basic', client_secret: clientSecret }), true],
    ['header and assertion', () => assertionParameters('basic'), true],
    [
      'secret and assertion',
      async () => ({ client_secret: clientSecret, ...(await assertionParameters('key')) }),
      false,
    ],
  ] as const)('%s', async (_, form, header) => {
    const headers = header ? basic('basic', clientSecret) : {};
    expect(await answerTo(await form(), headers)).toMatchObject({ status: 400, error: 'invalid_request' });
  });

  it('a client_id that is another than that of the credentials', async () => {
    expect(await answerTo({ client_id: 'machine' }, basic('basic', clientSecret))).toMatchObject({
      status: 400,
      error: 'invalid_request',
    });
    expect(await answerTo({ client_id: 'fapi', ...(await assertionParameters('key')) })).toMatchObject(
      failed,
    );
  });
});

describe('a wrong secret', () => {
  it('is answered as an unknown client is, to the letter', async () => {
    const wrong = 'pc_cs_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA';
    const known = await answerTo({}, basic('basic', wrong));
    expect(known).toMatchObject(challenged);
    expect(await answerTo({}, basic('nobody', wrong))).toEqual(known);
    const inBody = await answerTo({ client_id: 'post', client_secret: wrong });
    expect(inBody).toMatchObject(failed);
    expect(await answerTo({ client_id: 'nobody', client_secret: wrong })).toEqual(inBody);
    const other = await generateKeyPair('ES256', { extractable: true });
    const key = { ...(await exportJWK(other.privateKey)), kid: 'client-key', alg: 'ES256' };
    const signed = await answerTo(await assertionParameters('key', { key }));
    expect(await answerTo(await assertionParameters('nobody'))).toEqual(signed);
    expect(signed.error_description).toBe(inBody.error_description);
  });

  it.each([
    ['another scheme', 'Bearer x'],
    ['no base64', 'Basic !'],
    ['no colon', `Basic ${btoa('basic')}`],
    ['a broken escape', `Basic ${btoa(`basic:%zz`)}`],
    ['no UTF-8', 'Basic /zo='],
    ['nothing', 'Basic '],
    ['a prefix of it', `Basic ${btoa(`basic:${clientSecret.slice(0, -1)}`)}`],
    ['its hash', `Basic ${btoa('basic:JSbIQ__F0xgtVdudvI9UAU070tdnqKr8OO1nt1mnKd8')}`],
  ])('%s', async (_, Authorization) => {
    expect(await answerTo({}, { Authorization })).toMatchObject(challenged);
  });

  it('is in no answer', async () => {
    const response = await post('/oauth/token', grant, basic('basic', 'sesame'));
    expect(await response.text()).not.toContain('sesame');
  });
});

describe('an assertion', () => {
  const now = () => Math.floor(Date.now() / 1000);

  it('is good once', async () => {
    const form = await assertionParameters('key');
    expect(await answerTo(form)).toMatchObject(passed);
    expect(await answerTo(form)).toMatchObject({
      ...failed,
      error_description: 'client_assertion: jti was used before',
    });
  });

  it('is good once of many at the same time', async () => {
    const form = await assertionParameters('key');
    const answers = await Promise.all(Array.from({ length: 20 }, () => answerTo(form)));
    expect(answers.filter(({ error }) => error === 'invalid_grant')).toHaveLength(1);
  });

  it('shares its jti with another client, but with no other assertion of its own', async () => {
    const claims = { jti: 'the same' };
    expect(await answerTo(await assertionParameters('key', { claims }))).toMatchObject(passed);
    expect(await answerTo(await assertionParameters('fapi', { claims }))).not.toMatchObject(failed);
    expect(
      await answerTo(await assertionParameters('key', { claims: { ...claims, exp: now() + 90 } })),
    ).toMatchObject(failed);
  });

  it.each([
    ['the issuer', issuer],
    ['the token endpoint', `${issuer}/oauth/token`],
    ['the issuer alone in an array', [issuer]],
    ['both in an array', [issuer, `${issuer}/oauth/token`]],
  ])('may be for %s', async (_, aud) => {
    expect(await answerTo(await assertionParameters('key', { claims: { aud } }))).toMatchObject(passed);
  });

  it.each<[string, () => Record<string, unknown>]>([
    ['for nobody', () => ({ aud: undefined })],
    ['for an empty list', () => ({ aud: [] })],
    ['for another server', () => ({ aud: 'https://other.example' })],
    ['for another server as well', () => ({ aud: [issuer, 'https://other.example'] })],
    ['for another endpoint', () => ({ aud: `${issuer}/oauth/par` })],
    ['for something that is no text', () => ({ aud: { [issuer]: true } })],
    ['by somebody else', () => ({ iss: 'fapi' })],
    ['by nobody', () => ({ iss: undefined })],
    ['without an expiry', () => ({ exp: undefined })],
    ['that has expired', () => ({ exp: now() })],
    ['that is good for more than an hour', () => ({ exp: now() + 3605 })],
    ['with an expiry that is no number', () => ({ exp: String(now() + 60) })],
    ['from the future', () => ({ iat: now() + 61 })],
    ['for the future', () => ({ nbf: now() + 61 })],
    ['without jti', () => ({ jti: undefined })],
    ['with an empty jti', () => ({ jti: '' })],
    ['with a jti of a page', () => ({ jti: 'x'.repeat(257) })],
    ['with a jti that is no text', () => ({ jti: 7 })],
  ])('is refused %s', async (_, claims) => {
    expect(await answerTo(await assertionParameters('key', { claims: claims() }))).toMatchObject(failed);
  });

  it('may be some seconds ahead of our clock', async () => {
    const claims = { iat: now() + 10, nbf: now() + 10 };
    expect(await answerTo(await assertionParameters('key', { claims }))).toMatchObject(passed);
  });

  it.each([
    ['a request object', 'oauth-authz-req+jwt'],
    ['a proof', 'dpop+jwt'],
    ['an access token', 'at+jwt'],
  ])('is refused as %s', async (_, typ) => {
    expect(await answerTo(await assertionParameters('key', { header: { typ } }))).toMatchObject(failed);
  });

  it('may say that it is one, or leave its type out', async () => {
    for (const typ of ['client-authentication+jwt', undefined]) {
      expect(await answerTo(await assertionParameters('key', { header: { typ } }))).toMatchObject(passed);
    }
  });

  it('needs no kid where one key is registered', async () => {
    const form = await assertionParameters('key', { header: { kid: undefined } });
    expect(await answerTo(form)).toMatchObject(passed);
  });

  it('is refused with another kid', async () => {
    const form = await assertionParameters('key', { header: { kid: 'other' } });
    expect(await answerTo(form)).toMatchObject(failed);
  });

  it('is refused with a critical extension', async () => {
    const now = Math.floor(Date.now() / 1000);
    const assertion = await new SignJWT({ aud: issuer, exp: now + 60, jti: 'crit', x: 1 })
      .setIssuer('key')
      .setSubject('key')
      .setProtectedHeader({ alg: 'ES256', kid: 'client-key', crit: ['x'], x: 1 })
      .sign(await importJWK(clientPrivateKey, 'ES256'), { crit: { x: true } });
    const form = { client_assertion_type: assertionType, client_assertion: assertion };
    expect(await answerTo(form)).toMatchObject(failed);
  });

  const encoded = (value: object) =>
    btoa(JSON.stringify(value)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

  it('is refused without a signature, and with the public key as a shared secret', async () => {
    const claims = { iss: 'key', sub: 'key', aud: issuer, exp: now() + 60, jti: 'x' };
    const none = `${encoded({ alg: 'none' })}.${encoded(claims)}.`;
    expect(await answerTo({ client_assertion_type: assertionType, client_assertion: none })).toMatchObject(
      failed,
    );
    const shared = await new SignJWT(claims)
      .setProtectedHeader({ alg: 'HS256', kid: 'client-key' })
      .sign(new TextEncoder().encode(JSON.stringify(clientKeys.keys[0])));
    expect(await answerTo({ client_assertion_type: assertionType, client_assertion: shared })).toMatchObject(
      failed,
    );
  });

  it('is refused with a key that it brings along', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    const form = await assertionParameters('key', {
      key: await exportJWK(privateKey),
      header: { jwk: await exportJWK(publicKey) },
    });
    expect(await answerTo(form)).toMatchObject(failed);
  });

  it.each([
    ['no assertion', { client_assertion_type: assertionType }],
    ['garbage', { client_assertion_type: assertionType, client_assertion: 'x' }],
    ['garbage in three parts', { client_assertion_type: assertionType, client_assertion: '!.!.!' }],
    ['a payload that is no object', { client_assertion_type: assertionType, client_assertion: 'e30.W10.x' }],
    [
      'thousands of characters',
      { client_assertion_type: assertionType, client_assertion: `e30.e30.${'x'.repeat(9000)}` },
    ],
  ])('%s', async (_, form) => {
    expect(await answerTo(form as Record<string, string>)).toMatchObject(failed);
  });

  it('is refused under another type, or under none', async () => {
    const assertion = { client_assertion: await clientAssertion('key') };
    const saml = 'urn:ietf:params:oauth:client-assertion-type:saml2-bearer';
    expect(await answerTo({ ...assertion, client_assertion_type: saml })).toMatchObject(failed);
    expect(await answerTo({ ...assertion, client_id: 'key' })).toMatchObject(failed);
    expect(await answerTo({ ...assertion, client_assertion_type: assertionType })).toMatchObject(passed);
  });

  it('may be for the endpoint it is sent to, or for the token endpoint, elsewhere too', async () => {
    for (const aud of [`${issuer}/oauth/revoke`, `${issuer}/oauth/token`, issuer]) {
      const form = await assertionParameters('key', { claims: { aud } });
      expect((await post('/oauth/revoke', { token: 'x', ...form })).status).toBe(200);
    }
    const form = await assertionParameters('key', { claims: { aud: `${issuer}/oauth/introspect` } });
    expect((await post('/oauth/revoke', { token: 'x', ...form })).status).toBe(400);
  });

  it('asks no object before its signature is right', async () => {
    const getByName = vi.spyOn(env.REPLAY, 'getByName');
    const assertion = await clientAssertion('key');
    const forged = `${assertion.slice(0, -8)}AAAAAAAA`;
    expect(await answerTo({ client_assertion_type: assertionType, client_assertion: forged })).toMatchObject(
      failed,
    );
    expect(getByName).not.toHaveBeenCalled();
    expect(await answerTo(await assertionParameters('key'))).toMatchObject(passed);
    expect(getByName).toHaveBeenCalledTimes(1);
    getByName.mockRestore();
  });
});

it('is asked of a revocation as well', async () => {
  const response = await post('/oauth/revoke', { client_id: 'basic', token: 'x' });
  expect(await response.json()).toMatchObject({ error: 'invalid_client' });
  expect((await post('/oauth/revoke', { token: 'x' }, basic('basic', clientSecret))).status).toBe(200);
});

it('is told in the metadata', async () => {
  const metadata = await (await SELF.fetch(`${issuer}/.well-known/openid-configuration`)).json();
  expect(metadata).toMatchObject({
    token_endpoint_auth_methods_supported: [
      'none',
      'client_secret_basic',
      'client_secret_post',
      'private_key_jwt',
    ],
    token_endpoint_auth_signing_alg_values_supported: expect.arrayContaining(['ES256', 'PS256', 'EdDSA']),
    dpop_signing_alg_values_supported: ['ES256', 'Ed25519', 'EdDSA'],
  });
});
