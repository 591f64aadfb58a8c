import '../../issuer/inside.ts';
import { env } from 'cloudflare:test';
import { afterEach, expect, it, vi } from 'vitest';
import { api, notes } from '../../issuer/config.ts';
import { basic, granted, userinfo } from '../../issuer/granted.ts';
import { post, refresh, type Tokens } from '../../workerd/person.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const scope = 'openid api:read notes:read';
const forApi = () => granted({ scope, resource: [api] });
const forNotes = () => granted({ scope, resource: [notes] });
const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange';
const accessToken = 'urn:ietf:params:oauth:token-type:access_token';
const introspect =
  (token: string, clientId = 'notes-server') =>
  () =>
    post('/oauth/introspect', { token }, basic(clientId));
const revoke = (token: string) => () => post('/oauth/revoke', { client_id: 'spa', token });
const credentials = () => post('/oauth/token', { grant_type: 'client_credentials' }, basic('machine'));
const clientsOwn = async () => ((await (await credentials()).json()) as Tokens).access_token;

type Action = () => Promise<Response>;

/** What each request may cost: calls of users' objects, calls of others', signatures, seals. */
const costs: [
  name: string,
  prepare: () => Promise<Action>,
  calls: number,
  others: number,
  made: [number, number],
][] = [
  [
    'a refresh into a JWT',
    async () => {
      const { refresh_token } = (await forApi()).tokens;
      return () => refresh(refresh_token, { client_id: 'spa' });
    },
    1,
    0,
    [1, 0],
  ],
  [
    'a refresh into an opaque token',
    async () => {
      const { refresh_token } = (await forNotes()).tokens;
      return () => refresh(refresh_token, { client_id: 'spa' });
    },
    1,
    0,
    [0, 1],
  ],
  ['client credentials', async () => credentials, 0, 0, [1, 0]],
  [
    'a token exchange',
    async () => {
      const { access_token } = (await forApi()).tokens;
      const form = { grant_type: exchange, subject_token: access_token, subject_token_type: accessToken };
      return () => post('/oauth/token', form, basic('exchanger'));
    },
    1,
    0,
    [0, 1],
  ],
  ['the introspection of a JWT', async () => introspect((await forApi()).tokens.access_token), 1, 0, [0, 0]],
  [
    'the introspection of an opaque token',
    async () => introspect((await forNotes()).tokens.access_token),
    1,
    0,
    [0, 0],
  ],
  ['the introspection of a client’s own token', async () => introspect(await clientsOwn()), 0, 1, [0, 0]],
  ['the introspection of garbage', async () => introspect('pc_at_AAAA'), 0, 0, [0, 0]],
  ['the revocation of a JWT', async () => revoke((await forApi()).tokens.access_token), 1, 0, [0, 0]],
  [
    'the revocation of an opaque token',
    async () => revoke((await forNotes()).tokens.access_token),
    1,
    0,
    [0, 0],
  ],
  [
    'the revocation of a refresh token',
    async () => revoke((await forApi()).tokens.refresh_token),
    1,
    0,
    [0, 0],
  ],
  ['the revocation of garbage', async () => revoke('pc_at_AAAA'), 0, 0, [0, 0]],
  [
    'UserInfo',
    async () => {
      const { access_token } = (await forNotes()).tokens;
      return () => userinfo(`Bearer ${access_token}`);
    },
    1,
    0,
    [0, 0],
  ],
];

it.each(costs)('%s costs what it should', async (_, prepare, calls, others, [signatures, seals]) => {
  const act = await prepare();
  // The keys are in memory from here on, as in an isolate that serves.
  await credentials();
  const users = vi.spyOn(env.USER, 'getByName');
  const elsewhere = [env.REPLAY, env.KEY_RING, env.CLIENT, env.TRANSACTION].map((namespace) =>
    vi.spyOn(namespace, 'getByName'),
  );
  const signed = vi.spyOn(crypto.subtle, 'sign');
  const sealed = vi.spyOn(crypto.subtle, 'encrypt');
  expect((await act()).status).toBe(200);
  expect(users).toHaveBeenCalledTimes(calls);
  expect(elsewhere.reduce((sum, spy) => sum + spy.mock.calls.length, 0)).toBe(others);
  const nameOf = (algorithm: string | { name: string }) =>
    typeof algorithm === 'string' ? algorithm : algorithm.name;
  expect(signed.mock.calls.filter(([algorithm]) => nameOf(algorithm) !== 'HMAC')).toHaveLength(signatures);
  expect(sealed).toHaveBeenCalledTimes(seals);
});
