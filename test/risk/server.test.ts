import '../issuer/inside.ts';
import { SELF } from 'cloudflare:test';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { basic, granted } from '../issuer/granted.ts';
import { later } from '../workerd/authenticator.ts';
import { issuer, type Tokens } from '../workerd/person.ts';
import { eventsOf } from '../workerd/stored.ts';
import { type From, places } from './traveller.ts';

beforeEach(() => later(0));
afterEach(() => {
  vi.useRealTimers();
});

/** A refresh from somewhere. */
function refreshFrom(
  { userAgent, address: _, ...cf }: From,
  form: Record<string, string>,
  headers: Record<string, string>,
): Promise<Response> {
  return SELF.fetch(`${issuer}/oauth/token`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/x-www-form-urlencoded',
      'User-Agent': userAgent,
      ...headers,
    },
    body: new URLSearchParams({ grant_type: 'refresh_token', ...form }).toString(),
    cf,
  } as RequestInit);
}

it.each([
  ['of a server that proves itself says nothing of its person', 'basic', basic('basic'), 200],
  ['of a public client does', 'spa', {}, 400],
])('the place of a refresh %s', async (_, clientId, headers, status) => {
  const { person, tokens } = await granted({ clientId, scope: 'openid', headers });
  later(60);
  const form = (refreshToken: string): Record<string, string> => ({
    refresh_token: refreshToken,
    ...(clientId === 'spa' && { client_id: clientId }),
  });
  const first = await refreshFrom(places.home, form(tokens.refresh_token), headers);
  expect(first.status).toBe(200);
  later(60);
  const { refresh_token: next = tokens.refresh_token } = (await first.json()) as Partial<Tokens>;
  expect((await refreshFrom(places.thief, form(next), headers)).status).toBe(status);
  expect(await eventsOf(person, 'risk_signals')).toHaveLength(status === 200 ? 0 : 1);
});
