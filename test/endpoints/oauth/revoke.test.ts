import { SELF } from 'cloudflare:test';
import { afterEach, expect, it, vi } from 'vitest';
import { issuer, personWithTokens, post, refresh, type Tokens } from '../../workerd/person.ts';

afterEach(() => {
  vi.useRealTimers();
});

const causeOf = async (response: Promise<Response>) =>
  ((await (await response).json()) as { cause?: string }).cause;

it('ends the family before it answers', async () => {
  const { tokens } = await personWithTokens();
  const response = await post('/oauth/revoke', {
    client_id: 'demo',
    token: tokens.refresh_token,
    token_type_hint: 'refresh_token',
  });
  expect(response.status).toBe(200);
  expect(await response.text()).toBe('');
  expect(await causeOf(refresh(tokens.refresh_token))).toBe('revoked_by_client');
});

it('takes an older token of the chain as well', async () => {
  const { tokens } = await personWithTokens();
  const next = (await (await refresh(tokens.refresh_token)).json()) as Tokens;
  await post('/oauth/revoke', { client_id: 'demo', token: tokens.refresh_token });
  expect(await causeOf(refresh(next.refresh_token))).toBe('revoked_by_client');
});

it('leaves the family of another client alone', async () => {
  const { tokens } = await personWithTokens();
  expect(
    (await post('/oauth/revoke', { client_id: 'example-react', token: tokens.refresh_token })).status,
  ).toBe(200);
  expect((await refresh(tokens.refresh_token)).status).toBe(200);
});

it('answers an unknown token like a known one', async () => {
  expect((await post('/oauth/revoke', { client_id: 'demo', token: 'garbage' })).status).toBe(200);
});

it('refuses an access token at the gate and at UserInfo from then on, and leaves its family alone', async () => {
  const { tokens } = await personWithTokens();
  const next = (await (await refresh(tokens.refresh_token)).json()) as Tokens;
  const statuses = async ({ access_token }: Tokens) => {
    const headers = { Authorization: `Bearer ${access_token}` };
    const answers = ['/demo/api/me', '/oauth/userinfo'].map((path) => SELF.fetch(issuer + path, { headers }));
    return (await Promise.all(answers)).map(({ status }) => status);
  };
  expect(await statuses(tokens)).toEqual([200, 200]);
  const response = await post('/oauth/revoke', { client_id: 'demo', token: tokens.access_token });
  expect(response.status).toBe(200);
  expect(response.headers.get('Cache-Control')).toBe('no-store');
  // The gate's route may trust an answer for 30 seconds.
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 31_000 });
  expect(await statuses(tokens)).toEqual([401, 401]);
  expect(await statuses(next)).toEqual([200, 200]);
});

it.each([
  [{ token: 'x' }, 'invalid_request'],
  [{ client_id: 'nobody', token: 'x' }, 'invalid_client'],
  [{ client_id: 'demo' }, 'invalid_request'],
])('refuses %j', async (form, error) => {
  const response = await post('/oauth/revoke', form as Record<string, string>);
  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ error });
});
