import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as client from 'openid-client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { root } from '../../src/cli/wrangler.ts';
import { clientSecret } from '../issuer/credentials.ts';
import { startIssuer } from '../runtime/issuer.ts';
import type { Runtime } from '../runtime/runtime.ts';
import { openUntilAway, somebody } from './flows.ts';

// openid-client signs people in and out; the other browser's app hears of it from the issuer itself. The libraries have
// nothing for logout tokens: jose judges them by the rules of Back-Channel Logout §2.6.

const received: URLSearchParams[] = [];
const app = createServer(async (request, response) => {
  if (request.method === 'POST') received.push(new URLSearchParams(await text(request)));
  response.end();
});

let runtime: Runtime;
let site: string;
let configuration: client.Configuration;
beforeAll(async () => {
  app.listen(0, '127.0.0.1');
  await once(app, 'listening');
  site = `http://localhost:${(app.address() as AddressInfo).port}`;
  runtime = await startIssuer({
    worker: join(root, 'test/issuer/relying-party.ts'),
    bindings: { RELYING_PARTY: site },
  });
  configuration = await client.discovery(
    new URL(runtime.url),
    'apache',
    undefined,
    client.ClientSecretBasic(clientSecret),
    { execute: [client.allowInsecureRequests] },
  );
});
afterAll(async () => {
  await runtime.stop();
  app.close();
});

test('a sign-out that the app begins comes back to it, and the app is told by a logout token as well', async () => {
  const person = await somebody(runtime.url);
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const url = client.buildAuthorizationUrl(configuration, {
    redirect_uri: `${site}/protected/callback`,
    scope: 'openid',
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
  });
  const arrived = (await openUntilAway(person, url)) ?? url;
  const tokens = await client.authorizationCodeGrant(configuration, arrived, { pkceCodeVerifier });
  expect(tokens.claims()?.sid).toEqual(expect.any(String));

  const ended = await openUntilAway(
    person,
    client.buildEndSessionUrl(configuration, {
      id_token_hint: tokens.id_token ?? '',
      post_logout_redirect_uri: `${site}/signed-out`,
      state: 'bye',
    }),
  );
  expect(ended?.href).toBe(`${site}/signed-out?state=bye`);

  await expect.poll(() => received.length, { timeout: 10_000 }).toBe(1);
  const { payload, protectedHeader } = await jwtVerify(
    received[0]?.get('logout_token') ?? '',
    createRemoteJWKSet(new URL(configuration.serverMetadata().jwks_uri ?? '')),
    { issuer: runtime.url, audience: 'apache', typ: 'logout+jwt', requiredClaims: ['iat', 'exp', 'jti'] },
  );
  expect(protectedHeader.alg).toBe('RS256');
  expect(payload).toMatchObject({
    sid: tokens.claims()?.sid,
    events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
  });
  expect(payload).not.toHaveProperty('nonce');
});
