import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { BrowserContextOptions } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { root } from '../../src/cli/wrangler.ts';
import { startIssuer } from '../runtime/issuer.ts';
import { newPerson, type Stage, setStage, type Visit } from './stage.ts';

// Front-channel logout in a real browser: clients are signed out by frames, then the person is brought back.

/** The clients: each path is one of theirs. That of `silent` never answers a frame. */
let requests: URL[] = [];
const clients = createServer((request, response) => {
  const url = new URL(request.url ?? '/', site);
  requests.push(url);
  if (url.pathname === '/silent/logout') return;
  response.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><title>client</title>');
});
let site: string;
let stage: Stage;

beforeAll(async () => {
  clients.listen(0, '127.0.0.1');
  await once(clients, 'listening');
  site = `http://localhost:${(clients.address() as AddressInfo).port}`;
  const worker = join(root, 'test/issuer/relying-party.ts');
  stage = await setStage(() => startIssuer({ worker, bindings: { RELYING_PARTY: site } }));
});
afterAll(async () => {
  await stage?.close();
  clients.closeAllConnections();
  clients.close();
});
beforeEach(() => {
  requests = [];
});

/** Signs a person up, and in to clients. @returns an ID token for each */
async function signIn({ page }: Visit, clientIds: string[]): Promise<string[]> {
  const person = newPerson();
  await page.goto('/signup');
  await page.fill('input[name=name]', person.name);
  await page.fill('input[name=email]', person.email);
  await page.fill('input[name=password]', person.password);
  await page.click('button[type=submit]');
  const idTokens: string[] = [];
  for (const clientId of clientIds) {
    const codeVerifier = randomBytes(32).toString('base64url');
    const redirectUri = `${site}/${clientId}/callback`;
    const request = new URLSearchParams({
      response_type: 'code',
      client_id: clientId,
      redirect_uri: redirectUri,
      scope: 'openid',
      code_challenge: createHash('sha256').update(codeVerifier).digest('base64url'),
      code_challenge_method: 'S256',
    });
    await page.goto(`/oauth/authorize?${request}`);
    const response = await fetch(`${stage.runtime.url}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: clientId,
        redirect_uri: redirectUri,
        code: new URL(page.url()).searchParams.get('code') ?? '',
        code_verifier: codeVerifier,
      }),
    });
    idTokens.push(((await response.json()) as { id_token: string }).id_token);
  }
  return idTokens;
}

const logoutUrl = (idToken = '', state = 'bye') =>
  `/oauth/logout?${new URLSearchParams({
    id_token_hint: idToken,
    post_logout_redirect_uri: `${site}/quick/signed-out`,
    state,
  })}`;
const paths = () => requests.map(({ pathname }) => pathname).filter((path) => /logout|signed-out/.test(path));

test.each<[string, BrowserContextOptions]>([
  ['a browser', {}],
  ['a browser without scripts', { javaScriptEnabled: false }],
])('%s signs out of the client in a frame, then goes on', async (_, options) => {
  const visit = await stage.visit(options);
  const [idToken] = await signIn(visit, ['quick']);
  await visit.page.goto(logoutUrl(idToken));
  await visit.page.waitForURL(`${site}/quick/signed-out?state=bye`);
  expect(paths()).toEqual(['/quick/logout', '/quick/signed-out']);
  const frame = requests.find(({ pathname }) => pathname === '/quick/logout');
  const { sid } = JSON.parse(Buffer.from(idToken?.split('.')[1] ?? '', 'base64url').toString());
  expect(Object.fromEntries(frame?.searchParams ?? [])).toEqual({ iss: stage.runtime.url, sid });
  expect(visit.faults).toEqual([]);
  await visit.context.close();
});

test('a client whose page never loads holds nobody up for long', async () => {
  const visit = await stage.visit();
  const [idToken] = await signIn(visit, ['quick', 'silent']);
  const started = Date.now();
  await visit.page.goto(logoutUrl(idToken), { waitUntil: 'commit' });
  await visit.page.waitForURL(`${site}/quick/signed-out?state=bye`);
  expect(Date.now() - started).toBeLessThan(10_000);
  expect(paths().sort()).toEqual(['/quick/logout', '/quick/signed-out', '/silent/logout']);
  expect(visit.faults).toEqual([]);
  await visit.context.close();
});

test('without scripts there is a link to go on by, whatever does not load', async () => {
  const visit = await stage.visit({ javaScriptEnabled: false });
  const [idToken] = await signIn(visit, ['quick', 'silent']);
  await visit.page.goto(logoutUrl(idToken), { waitUntil: 'commit' });
  await visit.page.getByRole('link', { name: 'Go on to The quick app' }).click();
  await visit.page.waitForURL(`${site}/quick/signed-out?state=bye`);
  await visit.context.close();
});
