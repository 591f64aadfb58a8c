import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { defineConfig } from '../../src/config/define.ts';
import { loadConfig } from '../../src/config/load.ts';
import { rootSecrets } from '../../src/crypto/root-secret.ts';
import { gateCookies } from '../../src/gate/cookies.ts';
import type { Identity, SessionHandle } from '../../src/gate/identity/identity.ts';
import { createSignIn } from '../../src/gate/sign-in.ts';

const host = 'app.test';
const issuer = 'https://auth.test';
const target = (query: string) => ({ kind: 'target' as const, host, path: '/.portcullis/callback', query });

/** Signs in again in a browser that holds a handle of `previousSession`. */
async function replacedBy(previousSession: string): Promise<SessionHandle[]> {
  const replaced: SessionHandle[] = [];
  const identity = {
    authorizationUrl: async ({ state }) => `https://provider.test/?state=${encodeURIComponent(state)}`,
    redeem: async () => ({
      kind: 'signed_in',
      userId: 'ada',
      sessionId: 'new',
      acr: [],
      authTime: undefined,
    }),
    replaced: async (handle) => {
      replaced.push(handle);
    },
  } satisfies Partial<Identity> as unknown as Identity;
  const config = loadConfig(
    defineConfig(() => ({ issuer })),
    { ...env, PORTCULLIS_ENVIRONMENT: 'production' },
  );
  const signIn = createSignIn(
    { config, secrets: await rootSecrets(env) },
    identity,
    gateCookies(issuer),
    (name) => `https://${name}`,
  );
  const begun = await signIn.begin(new Headers(), { ...target(''), path: '/' }, {});
  const state = new URL(begun.headers.get('Location') ?? '').searchParams.get('state') ?? '';
  const Cookie = begun.headers.get('Set-Cookie')?.split(';', 1)[0] ?? '';
  const previous = { userId: 'ada', sessionId: previousSession, handleId: 'old', host };
  const query = `?code=c&state=${encodeURIComponent(state)}`;
  const answer = await signIn.callback(new Headers({ Cookie }), target(query), previous);
  expect(answer).toMatchObject({ status: 303 });
  return replaced;
}

it('whoever signs in again leaves no older session of the same browser behind', async () => {
  expect(await replacedBy('old')).toMatchObject([{ sessionId: 'old', handleId: 'old' }]);
});

it('a sign-in in the same session ends nothing', async () => {
  expect(await replacedBy('new')).toEqual([]);
});
