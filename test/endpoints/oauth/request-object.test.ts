import '../../issuer/inside.ts';
import { CompactSign, exportJWK, generateKeyPair, importJWK, SignJWT, UnsecuredJWT } from 'jose';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  answered,
  ask,
  type Changes,
  leadsTo,
  parametersOf,
  requestObject,
} from '../../issuer/authorization.ts';
import { callback } from '../../issuer/config.ts';
import { clientPrivateKey } from '../../issuer/credentials.ts';
import { signedUp } from '../../issuer/granted.ts';
import { clientAssertion } from '../../workerd/client-assertion.ts';
import { issuer, Person } from '../../workerd/person.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** A request with an object, and beside it nothing but what must be. */
const send = (person: Person, clientId: string, request: string, beside: Changes = {}): Promise<Response> =>
  person.get(
    `/oauth/authorize?${new URLSearchParams({ client_id: clientId, request, ...(beside as Record<string, string>) })}`,
  );

/** The error that goes back to the redirect URI beside an object that cannot be used. */
const refusalOf = async (request: string, clientId = 'key') => {
  const response = await send(new Person(), clientId, request, { redirect_uri: callback, state: 'beside' });
  expect(leadsTo(response).href).toContain(`${callback}?`);
  const { error, state, iss } = answered(response);
  expect({ state, iss }).toEqual({ state: 'beside', iss: issuer });
  return error;
};

const now = () => Math.floor(Date.now() / 1000);

describe('a signed request object', () => {
  it('is the whole request', async () => {
    const response = await send(await signedUp(), 'key', await requestObject('key'));
    expect(leadsTo(response).href).toContain(`${callback}?`);
    expect(answered(response)).toMatchObject({
      code: expect.stringMatching(/^pc_ac_/),
      state: 's',
      iss: issuer,
    });
  });

  it('makes all that stands beside it count for nothing', async () => {
    const beside = {
      redirect_uri: 'https://evil.example/',
      scope: 'admin',
      state: 'beside',
      prompt: 'login',
      response_mode: 'form_post',
      nonce: 'beside',
    };
    const response = await send(await signedUp(), 'key', await requestObject('key'), beside);
    expect(answered(response)).toMatchObject({ code: expect.stringMatching(/^pc_ac_/), state: 's' });
    const lacking = await requestObject('key', { scope: undefined });
    const missing = await send(await signedUp(), 'key', lacking, { scope: 'openid' });
    expect(answered(missing).error).toBe('invalid_scope');
  });

  it('may hold numbers, lists and JSON', async () => {
    const person = await signedUp();
    const object = await requestObject('key', {
      max_age: 600,
      resource: ['https://api.test/', 'https://notes.test/'],
      claims: { id_token: { acr: { essential: true, values: ['unknown'] } } },
    });
    expect(answered(await send(person, 'key', object)).error).toBe('unmet_authentication_requirements');
    const wrong = await requestObject('key', { resource: ['https://api.test/', 'https://other.test/'] });
    expect(answered(await send(person, 'key', wrong)).error).toBe('invalid_target');
    const right = await requestObject('key', { max_age: 600, resource: 'https://api.test/' });
    expect(answered(await send(person, 'key', right)).code).toMatch(/^pc_ac_/);
  });

  it.each([
    ['its media type in full', { typ: 'application/oauth-authz-req+jwt' }],
    ['a mere JWT, as OpenID Connect has it', { typ: 'JWT' }],
    ['of no type, as OpenID Connect has it', { typ: undefined }],
    ['without the name of a key, where there is one only', { kid: undefined }],
  ])('may be %s', async (_, header) => {
    const object = await requestObject('key', {}, { header });
    expect(answered(await send(await signedUp(), 'key', object)).code).toMatch(/^pc_ac_/);
  });

  it('may be sent by a POST', async () => {
    const person = await signedUp();
    const body = new URLSearchParams({ client_id: 'key', request: await requestObject('key') });
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
    const response = await person.send('/oauth/authorize', {
      method: 'POST',
      headers,
      body: body.toString(),
    });
    expect(answered(response).code).toMatch(/^pc_ac_/);
  });
});

describe('a request object is invalid', () => {
  it.each([
    ['for another client', { client_id: 'basic' }],
    ['for no client', { client_id: undefined }],
    ['from another issuer', { iss: 'basic' }],
    ['from nobody', { iss: undefined }],
    ['for another audience', { aud: 'https://other.example' }],
    ['for no audience', { aud: undefined }],
    ['over', { exp: now() - 1 }],
    ['for ever', { exp: undefined }],
    ['whose exp is no date', { exp: '9999999999' as never }],
    ['not yet valid', { nbf: now() + 3600 }],
    ['made in the future', { iat: now() + 3600 }],
    ['around another one', { request: 'eyJ' }],
    ['around a request_uri', { request_uri: 'urn:ietf:params:oauth:request_uri:x' }],
    ['that could authenticate its client', { sub: 'key' }],
  ])('%s', async (_, claims) => {
    expect(await refusalOf(await requestObject('key', claims))).toBe('invalid_request_object');
  });

  it.each([
    ['of another type', { typ: 'dpop+jwt' }],
    ['of the type of an access token', { typ: 'at+jwt' }],
    ['with the name of a key that is not the client’s', { kid: 'other' }],
  ])('%s', async (_, header) => {
    expect(await refusalOf(await requestObject('key', {}, { header }))).toBe('invalid_request_object');
  });

  it('signed with a key that is not the client’s', async () => {
    const { privateKey } = await generateKeyPair('ES256', { extractable: true });
    const key = { ...(await exportJWK(privateKey)), alg: 'ES256' };
    expect(await refusalOf(await requestObject('key', {}, { key }))).toBe('invalid_request_object');
  });

  it('whose exp is never', async () => {
    const claims = { ...Object.fromEntries(parametersOf('key')), iss: 'key', aud: issuer, exp: 1 };
    const payload = new TextEncoder().encode(JSON.stringify(claims).replace('"exp":1', '"exp":1e999'));
    const object = await new CompactSign(payload)
      .setProtectedHeader({ alg: 'ES256', kid: 'client-key' })
      .sign(await importJWK(clientPrivateKey, 'ES256'));
    expect(await refusalOf(object)).toBe('invalid_request_object');
  });

  it('signed with a secret', async () => {
    const claims = { ...Object.fromEntries(parametersOf('key')), iss: 'key', aud: issuer, exp: now() + 60 };
    const secret = new TextEncoder().encode('x'.repeat(32));
    const object = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(secret);
    expect(await refusalOf(object)).toBe('invalid_request_object');
  });

  it('when a bit of it was changed', async () => {
    const [header, , signature] = (await requestObject('key')).split('.');
    const [, payload] = (await requestObject('key', { scope: 'openid email' })).split('.');
    expect(await refusalOf(`${header}.${payload}.${signature}`)).toBe('invalid_request_object');
  });

  it.each(['nonsense', 'a.b', 'a.b.c', '..', `${'x'.repeat(9000)}.x.x`])(
    'when it is no JWT: %.10s',
    async (text) => {
      expect(await refusalOf(text)).toBe('invalid_request_object');
    },
  );

  it('when it is an assertion of the same client', async () => {
    expect(await refusalOf(await clientAssertion('key'))).toBe('invalid_request_object');
  });
});

describe('request objects', () => {
  it('that nobody signed are not supported', async () => {
    const claims = { ...Object.fromEntries(parametersOf('key')), iss: 'key', aud: issuer, exp: now() + 60 };
    expect(await refusalOf(new UnsecuredJWT(claims).encode())).toBe('request_not_supported');
  });

  it('of a client without a key are not supported', async () => {
    expect(await refusalOf(await requestObject('spa'), 'spa')).toBe('request_not_supported');
  });

  it('that cannot be used are told to the person where the way back is not certain', async () => {
    for (const beside of [{}, { redirect_uri: 'https://evil.example/' }]) {
      const response = await send(new Person(), 'key', 'nonsense', beside);
      expect(response.status).toBe(400);
      expect(response.headers.get('Location')).toBeNull();
    }
    const elsewhere = await requestObject('key', { redirect_uri: 'https://evil.example/' });
    const response = await send(new Person(), 'key', elsewhere, { redirect_uri: callback });
    expect(response.status).toBe(400);
    expect(response.headers.get('Location')).toBeNull();
  });

  it('need the client_id beside them', async () => {
    const request = await requestObject('key');
    const response = await new Person().get(`/oauth/authorize?${new URLSearchParams({ request })}`);
    expect(response.status).toBe(400);
  });

  it('do not come together with a request_uri', async () => {
    const request_uri = 'urn:ietf:params:oauth:request_uri:x';
    const response = await send(new Person(), 'key', await requestObject('key'), {
      request_uri,
      redirect_uri: callback,
    });
    expect(answered(response).error).toBe('invalid_request');
  });

  it('are all that some clients may send', async () => {
    const person = await signedUp();
    expect(answered(await ask(person, 'signed')).error).toBe('invalid_request');
    expect(answered(await send(person, 'signed', await requestObject('signed'))).code).toMatch(/^pc_ac_/);
  });
});

it.each([[[{ toString: 1, valueOf: 1 }]], [{}], [[1]], [[['https://api.test/']]]])(
  'a resource that is no text makes an object that cannot be used: %j',
  async (resource) => {
    expect(await refusalOf(await requestObject('key', { resource }))).toBe('invalid_request_object');
  },
);

describe('a request_uri that was not pushed', () => {
  it.each(['https://client.test/request', 'http://169.254.169.254/', 'urn:other', 'x'])(
    'is not supported, and nothing is fetched: %s',
    async (request_uri) => {
      const fetch = vi.spyOn(globalThis, 'fetch');
      expect(answered(await ask(new Person(), 'spa', { request_uri })).error).toBe(
        'request_uri_not_supported',
      );
      expect(fetch).not.toHaveBeenCalled();
    },
  );
});

describe('keys that the client publishes', () => {
  it('are fetched from where it registered them, again when one is new', async () => {
    const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
    const published = { keys: [{ ...(await exportJWK(publicKey)), kid: 'remote', alg: 'ES256' }] };
    const key = { ...(await exportJWK(privateKey)), alg: 'ES256' };
    const fetched: string[] = [];
    vi.spyOn(globalThis, 'fetch').mockImplementation(async (url) => {
      fetched.push(String(url));
      return Response.json(published);
    });
    const redirect_uri = `${callback}?tenant=a%20b`;
    const person = await signedUp();
    const object = await requestObject('remote-key', { redirect_uri }, { key, header: { kid: 'remote' } });
    expect(answered(await send(person, 'remote-key', object)).code).toMatch(/^pc_ac_/);
    const other = await requestObject('remote-key', { redirect_uri }, { header: { kid: 'client-key' } });
    expect(answered(await send(person, 'remote-key', other, { redirect_uri })).error).toBe(
      'invalid_request_object',
    );
    expect(new Set(fetched)).toEqual(new Set(['https://client.test/jwks.json']));
  });
});
