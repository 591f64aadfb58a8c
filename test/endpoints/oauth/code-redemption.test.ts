import '../../issuer/inside.ts';
import { describe, expect, it } from 'vitest';
import { callback } from '../../issuer/config.ts';
import { clientSecret } from '../../issuer/credentials.ts';
import { codeFor, Person, post, randomText } from '../../workerd/person.ts';

const secret = { client_id: 'post', client_secret: clientSecret };
const withoutPkce = { code_challenge: undefined, code_challenge_method: undefined };

/** A code for `clientId`, and what answers to its redemption with these parameters. */
async function codeOf(clientId: string, changes: Record<string, string | undefined> = {}) {
  const person = new Person();
  await person.signUp();
  const asked = { client_id: clientId, redirect_uri: callback, scope: 'openid', ...changes };
  const { code, codeVerifier } = await codeFor(person, asked);
  expect(code).not.toBe('');
  const redeem = async (form: Record<string, string>) => {
    const response = await post('/oauth/token', { grant_type: 'authorization_code', code, ...form });
    const { error, error_description } = (await response.json()) as Record<string, string>;
    return response.status === 200 ? 'granted' : `${response.status} ${error}: ${error_description}`;
  };
  return { redeem, codeVerifier };
}

describe('a code with a challenge', () => {
  it('needs no redirect_uri, and none but its own', async () => {
    const { redeem, codeVerifier } = await codeOf('spa');
    const form = { client_id: 'spa', code_verifier: codeVerifier };
    expect(await redeem({ ...form, redirect_uri: `${callback}/` })).toBe(
      '400 invalid_grant: redirect_uri is not the one of the authorization request',
    );
    expect(await redeem(form)).toBe('granted');
  });

  it('needs its verifier, also of a client that may do without PKCE', async () => {
    const { redeem, codeVerifier } = await codeOf('post');
    const wrong = '400 invalid_grant: code_verifier does not belong to the code_challenge of the request';
    expect(await redeem({ ...secret, redirect_uri: callback })).toBe(wrong);
    expect(await redeem({ ...secret, code_verifier: randomText() })).toBe(wrong);
    expect(await redeem({ ...secret, code_verifier: codeVerifier })).toBe('granted');
  });

  it('is refused without a verifier of a client that must use PKCE', async () => {
    const { redeem, codeVerifier } = await codeOf('spa');
    expect(await redeem({ client_id: 'spa' })).toBe('400 invalid_request: code_verifier is missing');
    expect(await redeem({ client_id: 'spa', code_verifier: codeVerifier })).toBe('granted');
  });
});

describe('a code without a challenge', () => {
  it('is redeemed with its redirect_uri', async () => {
    const { redeem } = await codeOf('post', withoutPkce);
    const wrong = '400 invalid_grant: redirect_uri is not the one of the authorization request';
    expect(await redeem(secret)).toBe(wrong);
    expect(await redeem({ ...secret, redirect_uri: 'https://client.test/other' })).toBe(wrong);
    expect(await redeem({ ...secret, redirect_uri: callback })).toBe('granted');
  });

  it('is refused with a verifier: somebody took the challenge away', async () => {
    const { redeem } = await codeOf('post', withoutPkce);
    expect(await redeem({ ...secret, redirect_uri: callback, code_verifier: randomText() })).toBe(
      '400 invalid_grant: code_verifier does not belong to the code_challenge of the request',
    );
  });
});

it('is given to its own client alone', async () => {
  const { redeem, codeVerifier } = await codeOf('spa');
  const form = { ...secret, redirect_uri: callback, code_verifier: codeVerifier };
  expect(await redeem(form)).toMatch(/^400 invalid_grant: the code is not valid/);
  expect(await redeem({ client_id: 'spa', code_verifier: codeVerifier })).toBe('granted');
});
