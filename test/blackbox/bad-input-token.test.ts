import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jsonOf, locationOf } from './http.ts';
import { demo, type Person, type Tokens } from './person.ts';
import { logFault, type Stand, setUp } from './stand.ts';

// What OAuth and OpenID Connect say of each bad request. `expectConduct` has judged every answer as well.

let stand: Stand;
let { url, ask, post }: Pick<Stand, 'url' | 'ask' | 'post'> = {} as Stand;
let person: Person;
let tokens: Tokens;
beforeAll(async () => {
  stand = await setUp();
  ({ url, ask, post, person, tokens } = stand);
});
afterAll(() => stand?.runtime.stop());

type Parameters = Record<string, string | undefined>;
const defined = (parameters: Parameters): Record<string, string> =>
  Object.fromEntries(
    Object.entries(parameters).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );

describe('the token endpoint', () => {
  const verifier = 'v'.repeat(50);
  const code = async () => {
    const challenge = createHash('sha256').update(verifier).digest('base64url');
    const answer = await ask(demo(url).authorization('', { code_challenge: challenge }), {}, person);
    const issued = new URL(locationOf(answer)).searchParams.get('code') ?? '';
    stand.secrets.add(issued);
    return issued;
  };
  const redemption = async (changes: Parameters = {}) =>
    defined({
      grant_type: 'authorization_code',
      client_id: 'demo',
      redirect_uri: `${url}/demo/`,
      code_verifier: verifier,
      ...changes,
      code: 'code' in changes ? changes.code : await code(),
    });
  async function refused(parameters: Parameters, error: string, status = 400): Promise<void> {
    const answer = await post('/oauth/token', defined(parameters));
    expect([answer.status, jsonOf(answer).error]).toEqual([status, error]);
  }

  test.each<[string, Parameters]>([
    ['invalid_request', { grant_type: undefined }],
    ['unsupported_grant_type', { grant_type: 'password' }],
    ['unsupported_grant_type', { grant_type: '__proto__' }],
    ['unsupported_grant_type', { grant_type: 'toString' }],
    ['invalid_request', { client_id: undefined }],
    ['invalid_client', { client_id: 'stranger' }],
    ['invalid_client', { client_secret: 'secret' }],
    ['invalid_client', { client_assertion: 'x' }],
    ['invalid_request', { code: undefined }],
    ['invalid_grant', { code: 'garbage' }],
    ['invalid_grant', { code: `pc_ac_${'A'.repeat(104)}` }],
    ['invalid_grant', { code: '\0'.repeat(110) }],
    ['invalid_grant', { code: 'ä'.repeat(110) }],
    ['invalid_grant', { code: 'x'.repeat(20_000) }],
    ['invalid_grant', { redirect_uri: 'https://evil.example/' }],
    ['invalid_request', { code_verifier: undefined }],
    ['invalid_request', { code_verifier: 'short' }],
    ['invalid_request', { code_verifier: `${'v'.repeat(49)}ä` }],
    ['invalid_request', { code_verifier: 'v'.repeat(129) }],
    ['invalid_grant', { code_verifier: 'w'.repeat(50) }],
    ['invalid_target', { resource: 'https://elsewhere.example/' }],
    // The gate redeems its codes in process: over HTTP nobody is that client.
    ['invalid_client', { client_id: 'portcullis-gate' }],
  ])('answers %s to a code with %j', async (error, changes) => {
    await refused(await redemption(changes), error);
  });

  test.each<[string, Parameters]>([
    ['invalid_request', { refresh_token: undefined }],
    ['invalid_grant', { refresh_token: 'garbage' }],
    ['invalid_grant', { refresh_token: `pc_rt_${'A'.repeat(104)}` }],
    ['invalid_grant', { refresh_token: 'x'.repeat(20_000) }],
    ['invalid_grant', { refresh_token: 'pc_rt_\0' }],
    ['invalid_client', { client_id: 'stranger' }],
    ['invalid_client', { client_id: 'portcullis-gate' }],
    ['invalid_scope', { scope: 'openid admin' }],
    ['invalid_scope', { scope: 'offline_access' }],
    ['invalid_target', { resource: 'https://elsewhere.example/' }],
  ])('answers %s to a refresh with %j, and the family lives', async (error, changes) => {
    const { refreshToken } = await person.tokens();
    stand.secrets.add(refreshToken);
    await refused(
      { grant_type: 'refresh_token', client_id: 'demo', refresh_token: refreshToken, ...changes },
      error,
    );
    expect((await demo(url).refresh(refreshToken)).status).toBe(200);
  });

  test('a tampered refresh token is garbage, wherever it was touched, and the family lives', async () => {
    const { refreshToken } = await person.tokens();
    const prefix = 'pc_rt_'.length;
    // Version, home, user, family, generation, secret, tag: one character in each, then both ends.
    for (const at of [
      prefix,
      prefix + 2,
      prefix + 10,
      prefix + 30,
      prefix + 39,
      prefix + 60,
      prefix + 90,
      4,
    ]) {
      const other = refreshToken[at] === 'B' ? 'C' : 'B';
      await refused(
        {
          grant_type: 'refresh_token',
          client_id: 'demo',
          refresh_token: refreshToken.slice(0, at) + other + refreshToken.slice(at + 1),
        },
        'invalid_grant',
      );
    }
    for (const spelling of [
      ` ${refreshToken}`,
      `${refreshToken}=`,
      `${refreshToken}\n`,
      refreshToken.slice(0, -1),
    ]) {
      await refused(
        { grant_type: 'refresh_token', client_id: 'demo', refresh_token: spelling },
        'invalid_grant',
      );
    }
    expect((await demo(url).refresh(refreshToken)).status).toBe(200);
  });

  test('one kind of token is no other kind', async () => {
    const issued = await code();
    const session = person.browser.cookies.get('portcullis-session');
    for (const refreshToken of [issued, issued.replace('pc_ac_', 'pc_rt_'), session, tokens.accessToken]) {
      await refused(
        { grant_type: 'refresh_token', client_id: 'demo', refresh_token: refreshToken },
        'invalid_grant',
      );
    }
    for (const other of [
      tokens.refreshToken,
      tokens.refreshToken.replace('pc_rt_', 'pc_ac_'),
      tokens.idToken,
    ]) {
      await refused(await redemption({ code: other }), 'invalid_grant');
    }
    expect((await demo(url).redeem(issued, verifier)).status).toBe(200);
  });

  test('a client that authenticates although it is public is refused, with a challenge', async () => {
    for (const Authorization of ['Basic ZGVtbzpzZWNyZXQ=', 'Basic', 'Bearer x', '\u00ff']) {
      const answer = await post('/oauth/token', await redemption(), { headers: { Authorization } });
      expect(answer.status).toBe(401);
      expect(jsonOf(answer).error).toBe('invalid_client');
      expect(answer.headers.get('WWW-Authenticate')).toMatch(/^Basic realm="/);
    }
  });
});

describe('the revocation endpoint', () => {
  test.each<[number, string | undefined, Parameters]>([
    [200, undefined, { token: 'garbage' }],
    [200, undefined, { token: `pc_rt_${'A'.repeat(104)}` }],
    [200, undefined, { token: '\0' }],
    [200, undefined, { token: 'x'.repeat(20_000), token_type_hint: 'nonsense' }],
    [400, 'invalid_request', {}],
    [400, 'invalid_client', { token: 'x', client_id: 'stranger' }],
    [400, 'invalid_request', { token: 'x', client_id: undefined }],
  ])('answers %i %s to %j', async (status, error, changes) => {
    const answer = await post('/oauth/revoke', defined({ client_id: 'demo', ...changes }));
    expect(answer.status).toBe(status);
    if (error) expect(jsonOf(answer).error).toBe(error);
    else expect(answer.text).toBe('');
  });

  test('nobody revokes a token that is not theirs, or not one', async () => {
    const { refreshToken } = await person.tokens();
    const last = refreshToken.at(-2) === 'A' ? 'B' : 'A';
    const tampered = refreshToken.slice(0, -2) + last + refreshToken.slice(-1);
    await post('/oauth/revoke', { client_id: 'portcullis-gate', token: refreshToken });
    await post('/oauth/revoke', { client_id: 'demo', token: tampered });
    expect((await demo(url).refresh(refreshToken)).status).toBe(200);
  });
});

test('nothing secret and nothing unforeseen is in the log of all this', () => {
  expect(logFault(stand)).toBeUndefined();
});
