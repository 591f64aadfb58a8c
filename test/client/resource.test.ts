import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { SignedOutError, UnavailableError } from '../../src/client/errors.ts';
import { resourceFetch as fetchBy, isCovered, stepUpChallenge } from '../../src/client/resource.ts';
import type { Session, Tokens } from '../../src/client/session.ts';
import { type Reply, startStandIn } from './stand-in.ts';

describe('the token may go to', () => {
  const resources = ['https://api.example/v1', 'https://files.example'];
  test.each([
    ['https://api.example/v1', true],
    ['https://api.example/v1/', true],
    ['https://api.example/v1/notes?x=1#y', true],
    ['https://api.example:443/v1/notes', true],
    ['https://files.example/any/thing', true],
    ['https://api.example/v10', false],
    ['https://api.example/V1/notes', false],
    ['https://api.example/', false],
    ['https://api.example/v1/../admin', false],
    ['https://api.example/v1/%2e%2e/admin', false],
    ['https://api.example/v1\\..\\admin', false],
    ['http://api.example/v1/notes', false],
    ['https://api.example:8443/v1/notes', false],
    ['https://api.example@evil.example/v1/notes', false],
    ['https://api.example.evil.example/v1/notes', false],
    ['https://evil.example/https://api.example/v1/notes', false],
  ])('%s: %s', (url, covered) => {
    expect(isCovered(url, resources)).toBe(covered);
  });

  test('nowhere without a resource', () => {
    expect(isCovered('https://api.example/', [])).toBe(false);
  });
});

describe('fetch', () => {
  let api: Awaited<ReturnType<typeof startStandIn>>;
  let reply: (authorization: string | undefined) => Reply;
  beforeEach(async () => {
    api = await startStandIn((request) => reply(request.headers.authorization));
  });
  afterEach(() => api.stop());

  /** A session whose tokens count up with each renewal; `fault` is what a renewal then meets. */
  function session(fault?: Error): Pick<Session, 'tokens' | 'accessToken'> {
    let generation = 1;
    return {
      tokens: () => ({ accessToken: `access-${generation}` }) as Tokens,
      async accessToken(renew) {
        if (renew && fault) throw fault;
        if (renew) generation++;
        return `access-${generation}`;
      },
    };
  }
  const bearer = {
    async authorize({ headers }: Request, token: string) {
      headers.set('Authorization', `Bearer ${token}`);
    },
  };
  const resourceFetch = (resources: string[], by: Pick<Session, 'tokens' | 'accessToken'>) =>
    fetchBy(
      resources,
      by,
      async () => bearer,
      async ({ acrValues, maxAge }) => new Response(`${acrValues} ${maxAge}`),
    );
  const sent = () => api.received.map((request) => request.headers.authorization);
  const refusing = (token: string) => (authorization: string | undefined) =>
    authorization === `Bearer ${token}` ? { status: 401 } : { body: { well: true } };

  test('the token goes with the request, beside its own headers and body', async () => {
    reply = () => ({ body: { well: true } });
    const fetchResource = resourceFetch([`${api.origin}/api`], session());
    const response = await fetchResource(`${api.origin}/api/notes`, {
      method: 'POST',
      headers: { 'X-Mine': 'kept' },
      body: 'a note',
    });
    expect(await response.json()).toEqual({ well: true });
    expect(api.received).toMatchObject([
      { headers: { authorization: 'Bearer access-1', 'x-mine': 'kept' }, body: 'a note' },
    ]);
  });

  test('other addresses of the same origin are fetched without the token', async () => {
    reply = () => ({});
    const fetchResource = resourceFetch([`${api.origin}/api`], session());
    await fetchResource(`${api.origin}/elsewhere`);
    await fetchResource(new Request(`${api.origin}/api/../elsewhere`));
    expect(sent()).toEqual([undefined, undefined]);
  });

  test('after a 401 it is tried once more with a new token and the same body', async () => {
    reply = refusing('access-1');
    const fetchResource = resourceFetch([api.origin], session());
    const request = new Request(`${api.origin}/notes`, { method: 'PUT', body: 'the body' });
    expect((await fetchResource(request)).status).toBe(200);
    expect(sent()).toEqual(['Bearer access-1', 'Bearer access-2']);
    expect(api.received.map(({ body }) => body)).toEqual(['the body', 'the body']);
  });

  test('a second 401 is the answer', async () => {
    reply = () => ({ status: 401 });
    expect((await resourceFetch([api.origin], session())(api.origin)).status).toBe(401);
    expect(sent()).toEqual(['Bearer access-1', 'Bearer access-2']);
  });

  test('callers that met a 401 together renew the token once', async () => {
    reply = refusing('access-1');
    const fetchResource = resourceFetch([api.origin], session());
    const answers = await Promise.all([fetchResource(api.origin), fetchResource(api.origin)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(sent().sort()).toEqual([
      'Bearer access-1',
      'Bearer access-1',
      'Bearer access-2',
      'Bearer access-2',
    ]);
  });

  test.each([new UnavailableError(0), new SignedOutError('sign_out')])(
    'when no new token can be had (%s) the 401 is the answer',
    async (fault) => {
      reply = () => ({ status: 401, body: { error: 'invalid_token' } });
      const response = await resourceFetch([api.origin], session(fault))(api.origin);
      expect(response.status).toBe(401);
      expect(await response.json()).toEqual({ error: 'invalid_token' });
      expect(sent()).toEqual(['Bearer access-1']);
    },
  );

  test('nobody signed in: no request is made', async () => {
    reply = () => ({});
    const nobody = {
      tokens: () => undefined,
      accessToken: () => Promise.reject(new SignedOutError()),
    };
    await expect(resourceFetch([api.origin], nobody)(api.origin)).rejects.toMatchObject({
      code: 'signed_out',
    });
    expect(api.received).toEqual([]);
  });

  test('a challenge to step up is handed on, and no new token asked for: it would be no better', async () => {
    const challenge =
      'Bearer error="insufficient_user_authentication", acr_values="gold silver", max_age="900"';
    reply = () => ({ status: 401, headers: { 'www-authenticate': challenge } });
    const response = await resourceFetch([api.origin], session())(api.origin);
    expect(await response.text()).toBe('gold silver 900');
    expect(sent()).toEqual(['Bearer access-1']);
  });

  test('a transport that wants to say more gets the same request once more, and only once', async () => {
    reply = () => ({ status: 401 });
    const again = { ...bearer, wantsAgain: () => true };
    const noStepUp = async (_: unknown, response: Response) => response;
    const response = await fetchBy([api.origin], session(), async () => again, noStepUp)(api.origin);
    expect(response.status).toBe(401);
    expect(sent()).toEqual(Array(2).fill('Bearer access-1').concat(Array(2).fill('Bearer access-2')));
  });
});

describe('a challenge to step up (RFC 9470)', () => {
  const read = (challenge: string, status = 401) =>
    stepUpChallenge(new Response(null, { status, headers: { 'WWW-Authenticate': challenge } }));

  test.each([
    ['Bearer error="insufficient_user_authentication"', { acrValues: undefined, maxAge: undefined }],
    ['DPoP error="insufficient_user_authentication", max_age=0', { acrValues: undefined, maxAge: 0 }],
    [
      'Bearer realm="a", DPoP error="insufficient_user_authentication", acr_values="a b", algs="ES256"',
      { acrValues: 'a b', maxAge: undefined },
    ],
    ['Bearer error="invalid_token"', undefined],
    ['Bearer error="invalid_token", max_age="5"', undefined],
  ])('%s', (challenge, expected) => {
    expect(read(challenge)).toEqual(expected);
  });

  test('is one with 401 only', () => {
    expect(read('Bearer error="insufficient_user_authentication"', 403)).toBeUndefined();
  });
});
