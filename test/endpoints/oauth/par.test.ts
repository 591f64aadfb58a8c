import '../../issuer/inside.ts';
import { SELF } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  answered,
  type Changes,
  codeVerifier,
  leadsTo,
  parametersOf,
  requestObject,
} from '../../issuer/authorization.ts';
import { callback } from '../../issuer/config.ts';
import { clientSecret } from '../../issuer/credentials.ts';
import { basic, signedUp } from '../../issuer/granted.ts';
import { assertionParameters } from '../../workerd/client-assertion.ts';
import { issuer, Person, post } from '../../workerd/person.ts';
import { ProofKey } from '../../workerd/proof-key.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const later = (seconds: number) => vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + seconds * 1000 });

const send = (body: URLSearchParams, headers: Record<string, string> = {}): Promise<Response> =>
  SELF.fetch(`${issuer}/oauth/par`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers },
    body: body.toString(),
  });

/** Pushes a request of the client `fapi`, which must push. */
async function push(changes: Changes = {}, headers: Record<string, string> = {}): Promise<Response> {
  const assertion = await assertionParameters('fapi');
  return send(parametersOf('fapi', { ...assertion, ...changes }), headers);
}

const pushed = async (changes: Changes = {}): Promise<string> =>
  ((await (await push(changes)).json()) as { request_uri: string }).request_uri;

const errorOf = async (response: Response) => ((await response.json()) as { error: string }).error;

const authorize = (
  person: Person,
  request_uri: string,
  beside: Record<string, string> = {},
): Promise<Response> =>
  person.get(`/oauth/authorize?${new URLSearchParams({ client_id: 'fapi', request_uri, ...beside })}`);

const isShown = (response: Response) => {
  expect(response.status).toBe(400);
  expect(response.headers.get('Location')).toBeNull();
};

/** Redeems a code of `fapi` with a proof of `key`. */
const redeem = async (code: string, key: ProofKey, form: Record<string, string> = {}): Promise<Response> =>
  key.send(async (headers) =>
    post(
      '/oauth/token',
      {
        grant_type: 'authorization_code',
        redirect_uri: callback,
        code,
        code_verifier: codeVerifier,
        ...form,
        ...(await assertionParameters('fapi')),
      },
      headers,
    ),
  );

describe('a pushed request', () => {
  it('is answered with 201, an address nobody can guess and how long it is good for', async () => {
    const response = await push();
    expect(response.status).toBe(201);
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    expect(response.headers.get('Content-Type')).toMatch(/^application\/json/);
    const { request_uri, expires_in } = (await response.json()) as {
      request_uri: string;
      expires_in: number;
    };
    expect(request_uri).toMatch(/^urn:ietf:params:oauth:request_uri:[\w-]{43}$/);
    expect(expires_in).toBe(90);
    expect(await pushed()).not.toBe(request_uri);
  });

  it('is all that the authorization endpoint needs, and all that it takes', async () => {
    const person = await signedUp();
    const response = await authorize(person, await pushed(), {
      redirect_uri: 'https://evil.example/',
      scope: 'admin',
      state: 'beside',
      prompt: 'login',
    });
    expect(leadsTo(response).href).toContain(`${callback}?`);
    expect(answered(response)).toMatchObject({
      code: expect.stringMatching(/^pc_ac_/),
      state: 's',
      iss: issuer,
    });
  });

  it('outlasts a sign-in that takes its time', async () => {
    const person = await signedUp();
    await person.submit('/account/sign-out-everywhere', {});
    const asked = await authorize(person, await pushed());
    later(20 * 60);
    const back = await person.signIn({ flow: leadsTo(asked).searchParams.get('flow') ?? '' });
    expect(answered(back).code).toMatch(/^pc_ac_/);
  });

  it('holds no credential of the client', async () => {
    const spy = vi.spyOn(env.TRANSACTION, 'getByName');
    const secret = { client_id: 'post', client_secret: clientSecret };
    expect((await send(parametersOf('post', secret))).status).toBe(201);
    const [name = ''] = spy.mock.calls[0] ?? [];
    const kept = await env.TRANSACTION.getByName(name).read('pushed_request');
    expect(kept).toContain('code_challenge');
    expect(kept).not.toContain('client_secret');
  });

  it('keeps several resources', async () => {
    const [api, notes] = ['https://api.test/', 'https://notes.test/'];
    const [person, key] = [await signedUp(), await ProofKey.make()];
    const redeemFor = async (resource: string[]) => {
      const { code = '' } = answered(await authorize(person, await pushed({ resource })));
      return redeem(code, key, { resource: notes });
    };
    expect((await redeemFor([api, notes])).status).toBe(200);
    expect(await errorOf(await redeemFor([api]))).toBe('invalid_target');
  });
});

describe('its request_uri', () => {
  it('is used up by the code that is granted, and not by a page that was loaded before', async () => {
    const uri = await pushed();
    const stranger = new Person();
    expect(leadsTo(await authorize(stranger, uri)).pathname).toBe('/signin');
    expect(leadsTo(await authorize(stranger, uri)).pathname).toBe('/signin');
    const person = await signedUp();
    expect(answered(await authorize(person, uri)).code).toMatch(/^pc_ac_/);
    isShown(await authorize(person, uri));
  });

  it('is worth one code, however many ask at once, or signed in for it before', async () => {
    const uri = await pushed();
    const [one, two] = [await signedUp(), await signedUp()];
    await two.submit('/account/sign-out-everywhere', {});
    const flow = leadsTo(await authorize(two, uri)).searchParams.get('flow') ?? '';
    const answers = await Promise.all([1, 2, 3].map(() => authorize(one, uri)));
    expect(answers.filter((answer) => answer.headers.has('Location') && answered(answer).code)).toHaveLength(
      1,
    );
    expect(answered(await two.signIn({ flow }))).toMatchObject({ error: 'invalid_request_uri', state: 's' });
  });

  it('is over after its time', async () => {
    const uri = await pushed();
    later(91);
    isShown(await authorize(await signedUp(), uri));
  });

  it('is no other client’s', async () => {
    const uri = await pushed();
    const person = await signedUp();
    isShown(await authorize(person, uri, { client_id: 'key' }));
    expect(answered(await authorize(person, uri)).code).toMatch(/^pc_ac_/);
  });

  it('that nobody was given wakes no object', async () => {
    const uri = await pushed();
    const spy = vi.spyOn(env.TRANSACTION, 'getByName');
    for (const end of ['', 'x', uri.slice(-42), `${uri.slice(-43, -3)}AAA`]) {
      isShown(await authorize(new Person(), `urn:ietf:params:oauth:request_uri:${end}`));
    }
    expect(spy).not.toHaveBeenCalled();
  });

  it('that is no good is told to the client where the way back is certain', async () => {
    const uri = 'urn:ietf:params:oauth:request_uri:x';
    const response = await authorize(new Person(), uri, { redirect_uri: callback, state: 'beside' });
    expect(answered(response)).toMatchObject({ error: 'invalid_request_uri', state: 'beside', iss: issuer });
  });
});

describe('a client that must push', () => {
  it('is not answered otherwise', async () => {
    const person = await signedUp();
    const response = await person.get(`/oauth/authorize?${parametersOf('fapi')}`);
    expect(answered(response)).toMatchObject({ error: 'invalid_request', iss: issuer });
  });
});

describe('the endpoint', () => {
  it.each([
    ['basic', basic('basic'), {}],
    ['post', {}, { client_secret: clientSecret }],
    ['spa', {}, {}],
  ])('takes the client %s as it is registered', async (clientId, headers, credentials) => {
    expect((await send(parametersOf(clientId, credentials), headers)).status).toBe(201);
  });

  it('takes an assertion for itself', async () => {
    const claims = { aud: `${issuer}/oauth/par` };
    const response = await push(await assertionParameters('fapi', { claims }));
    expect(response.status).toBe(201);
  });

  it('refuses a client that does not prove who it is', async () => {
    expect(await errorOf(await send(parametersOf('fapi')))).toBe('invalid_client');
    const wrong = await send(parametersOf('basic'), { Authorization: `Basic ${btoa('basic:wrong')}` });
    expect(wrong.status).toBe(401);
  });

  it.each([
    ['a request_uri', { request_uri: 'urn:ietf:params:oauth:request_uri:x' }, 'invalid_request'],
    ['an unregistered redirect URI', { redirect_uri: 'https://evil.example/' }, 'invalid_request'],
    ['no redirect URI', { redirect_uri: undefined }, 'invalid_request'],
    ['an unregistered scope', { scope: 'admin' }, 'invalid_scope'],
    ['an unregistered resource', { resource: 'https://other.test/' }, 'invalid_target'],
    ['the implicit flow', { response_type: 'token' }, 'unsupported_response_type'],
    ['no PKCE', { code_challenge: undefined, code_challenge_method: undefined }, 'invalid_request'],
    ['plain PKCE', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['a broken request object', { request: 'nonsense' }, 'invalid_request_object'],
    ['a broken id_token_hint', { id_token_hint: 'nonsense' }, 'invalid_request'],
    ['broken claims', { claims: '{' }, 'invalid_request'],
    ['a broken dpop_jkt', { dpop_jkt: 'short' }, 'invalid_request'],
    [
      'an essential acr that there is not',
      { claims: '{"id_token":{"acr":{"essential":true,"value":"x"}}}' },
      'unmet_authentication_requirements',
    ],
    ['more than can be kept', { state: 'x'.repeat(3000) }, 'invalid_request'],
  ])('refuses %s, as the authorization endpoint would', async (_, changes, error) => {
    const response = await push(changes as Changes);
    expect(response.status).toBe(400);
    expect(response.headers.get('Content-Type')).toMatch(/^application\/json/);
    expect(response.headers.get('Cache-Control')).toBe('no-store');
    expect(await errorOf(response)).toBe(error);
  });

  it('refuses a client_id of another than who authenticated', async () => {
    const response = await send(parametersOf('spa'), basic('basic'));
    expect([response.status, await errorOf(response)]).toEqual([400, 'invalid_request']);
  });

  it('refuses a repeated parameter, another method and a body that is too long', async () => {
    const assertion = new URLSearchParams(await assertionParameters('fapi'));
    const repeated = await send(new URLSearchParams(`${parametersOf('fapi')}&${assertion}&scope=openid`));
    expect([repeated.status, await errorOf(repeated)]).toEqual([400, 'invalid_request']);
    const get = await SELF.fetch(`${issuer}/oauth/par?${parametersOf('spa')}`);
    expect([get.status, get.headers.get('Allow')]).toEqual([405, 'POST']);
    expect((await send(new URLSearchParams({ x: 'x'.repeat(40_000) }))).status).toBe(413);
  });

  it('is none of a page’s business', async () => {
    const response = await send(parametersOf('spa'), { Origin: 'https://client.test' });
    expect(response.headers.get('Access-Control-Allow-Origin')).toBeNull();
  });
});

describe('a request object', () => {
  const sendObject = async (claims: Record<string, unknown>, beside: Record<string, string> = {}) =>
    send(
      new URLSearchParams({
        ...(await assertionParameters('fapi')),
        client_id: 'fapi',
        request: await requestObject('fapi', claims),
        ...beside,
      }),
    );

  it('can be pushed, and is the whole request', async () => {
    const response = await sendObject({ state: 'inside' }, { state: 'beside', scope: 'admin' });
    expect(response.status).toBe(201);
    const { request_uri } = (await response.json()) as { request_uri: string };
    expect(answered(await authorize(await signedUp(), request_uri)).state).toBe('inside');
  });

  it('must be of the client that pushes it', async () => {
    const request = await requestObject('key');
    const response = await sendObject({}, { request });
    expect(await errorOf(response)).toBe('invalid_request_object');
  });

  it('must be pushed where a client must sign its requests', async () => {
    const unsigned = await send(parametersOf('signed'));
    expect([unsigned.status, await errorOf(unsigned)]).toEqual([400, 'invalid_request']);
    const request = await requestObject('signed');
    const response = await send(new URLSearchParams({ client_id: 'signed', request }));
    expect(response.status).toBe(201);
    const { request_uri } = (await response.json()) as { request_uri: string };
    expect(answered(await authorize(await signedUp(), request_uri, { client_id: 'signed' })).code).toMatch(
      /^pc_ac_/,
    );
  });
});

describe('a DPoP proof', () => {
  const pushWith = (key: ProofKey, changes: Changes = {}) =>
    key.send((headers) => push(changes, headers), { path: '/oauth/par' });

  it('binds the code to its key, as dpop_jkt does', async () => {
    const [key, other] = [await ProofKey.make(), await ProofKey.make()];
    const person = await signedUp();
    const { request_uri } = (await (await pushWith(key)).json()) as { request_uri: string };
    const byProof = answered(await authorize(person, request_uri)).code ?? '';
    const byParameter = answered(await authorize(person, await pushed({ dpop_jkt: key.jkt }))).code ?? '';
    for (const code of [byProof, byParameter]) {
      expect(await errorOf(await redeem(code, other))).toBe('invalid_grant');
      expect((await redeem(code, key)).status).toBe(200);
    }
  });

  it('may stand beside a dpop_jkt of the same key only', async () => {
    const [key, other] = [await ProofKey.make(), await ProofKey.make()];
    expect((await pushWith(key, { dpop_jkt: key.jkt })).status).toBe(201);
    const response = await pushWith(key, { dpop_jkt: other.jkt });
    expect([response.status, await errorOf(response)]).toEqual([400, 'invalid_dpop_proof']);
  });

  it('that is wrong is refused', async () => {
    const key = await ProofKey.make();
    const response = await key.send((headers) => push({}, headers), { path: '/oauth/token' });
    expect([response.status, await errorOf(response)]).toEqual([400, 'invalid_dpop_proof']);
  });
});

it('takes no request that is too long to be begun', async () => {
  const person = await signedUp();
  const statusOf = async (length: number) => {
    const response = await push({ state: 's'.repeat(length) });
    const { request_uri } = (await response.json()) as { request_uri?: string };
    return { taken: response.status, request_uri };
  };
  let [fits, tooLong] = [1000, 2300];
  let longest = '';
  while (tooLong - fits > 1) {
    const middle = (fits + tooLong) >> 1;
    const { taken, request_uri } = await statusOf(middle);
    if (taken === 201) [fits, longest] = [middle, request_uri ?? ''];
    else tooLong = middle;
  }
  expect(answered(await authorize(person, longest)).code).toMatch(/^pc_ac_/);
});
