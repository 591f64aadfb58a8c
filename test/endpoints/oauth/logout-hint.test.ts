import { afterEach, expect, it, vi } from 'vitest';
import { personWithTokens, redirectUri } from '../../workerd/person.ts';

afterEach(() => {
  vi.useRealTimers();
});

it('takes an ID token that has expired for a hint', async () => {
  const { person, tokens } = await personWithTokens();
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 });
  const parameters = new URLSearchParams({
    id_token_hint: tokens.id_token,
    post_logout_redirect_uri: redirectUri,
  });
  const response = await person.get(`/oauth/logout?${parameters}`);
  expect([response.status, response.headers.get('Location')]).toEqual([303, redirectUri]);
  expect((await person.get('/account')).status).toBe(303);
});
