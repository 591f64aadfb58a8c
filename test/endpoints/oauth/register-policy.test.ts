import '../../../src/worker.ts';
import { SELF } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { configure } from '../../../src/config/configured.ts';
import { clientSecret, secretHashes } from '../../issuer/credentials.ts';
import { issuer } from '../../workerd/person.ts';

configure((env) => ({
  issuer: env.PORTCULLIS_ISSUER,
  clients: [],
  registration: { kind: 'initial-access-token', tokenHashes: ['A'.repeat(43), ...secretHashes] },
}));

const register = (authorization?: string) =>
  SELF.fetch(`${issuer}/oauth/register`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...(authorization && { Authorization: authorization }) },
    body: JSON.stringify({ redirect_uris: ['https://app.test/cb'] }),
  });

describe('with initial access tokens', () => {
  it('registers whoever has one, as often as they like', async () => {
    expect((await register(`Bearer ${clientSecret}`)).status).toBe(201);
    expect((await register(`bearer ${clientSecret}`)).status).toBe(201);
  });

  it.each([
    undefined,
    '',
    'Bearer',
    'Bearer ',
    `Bearer ${clientSecret}x`,
    `Bearer ${secretHashes[0]}`,
    `Basic ${clientSecret}`,
  ])('refuses %j with a challenge', async (authorization) => {
    const response = await register(authorization);
    expect(response.status).toBe(401);
    expect(response.headers.get('WWW-Authenticate')).toBe('Bearer error="invalid_token"');
    expect(await response.json()).toMatchObject({ error: 'invalid_token' });
  });
});
