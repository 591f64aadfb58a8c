import type { BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { turnableClock } from './later.ts';
import { type Network, startNetwork } from './network.ts';
import { refreshesOf, ways } from './refreshes.ts';
import { enterDemo, isOutside, isWelcome, newPerson, type Stage, setStage } from './stage.ts';

// A thief with a copy of what this browser holds, and a script that was injected into the page.

let stage: Stage;
let network: Network;
beforeAll(async () => {
  stage = await setStage();
});
beforeEach(async () => {
  network = await startNetwork();
});
afterEach(() => network.stop());
afterAll(() => stage.close());

const refreshNow = async (page: Page, times: number) => {
  for (let done = 1; done <= times; done++) {
    await page.getByRole('button', { name: 'Refresh now' }).click();
    await page.getByText(done === 1 ? 'once' : `${done} times`, { exact: true }).waitFor();
  }
};

/** Somebody elsewhere presents a refresh token to the token endpoint, without a browser. */
const present = (clientId: string, refreshToken: string, headers: Record<string, string> = {}) =>
  fetch(`${stage.runtime.url}/oauth/token`, {
    method: 'POST',
    headers,
    body: new URLSearchParams({
      grant_type: 'refresh_token',
      client_id: clientId,
      refresh_token: refreshToken,
    }),
  });

describe('a copied refresh token that is used from elsewhere', () => {
  /** As whoever can read the browser's files has it. */
  async function refreshCookie(context: BrowserContext): Promise<string> {
    const found = (await context.cookies()).find(({ name }) => name.includes('-refresh'));
    expect(found).toMatchObject({ httpOnly: true, sameSite: 'Strict' });
    return found?.value ?? '';
  }

  test('an old one ends the family, and the app shows why, in every tab', async () => {
    const { context, page } = await stage.visit();
    const person = newPerson();
    await enterDemo(page, person);
    const copied = await refreshCookie(context);
    await refreshNow(page, 2);
    const other = await context.newPage();
    await other.goto('/demo/');
    await isWelcome(other, person);

    const thief = await present('demo', copied);
    expect(thief.status).toBe(400);
    expect(await thief.json()).toMatchObject({ error: 'invalid_grant', cause: 'reuse' });

    await page.getByRole('button', { name: 'Refresh now' }).click();
    for (const tab of [page, other]) {
      await isOutside(tab);
      await tab.getByText('A copy of your refresh token was used.').waitFor();
    }
    // A reload does not go round and forget the reason: the person is asked to act.
    await page.reload();
    await isOutside(page);
    await context.close();
  });

  test('one that the thief uses first ends the family when its owner comes with the same one, later', async () => {
    const { context, page } = await stage.visit();
    await turnableClock(context);
    await enterDemo(page, newPerson());
    const copied = await refreshCookie(context);
    const first = (await (await present('demo', copied)).json()) as { refresh_token: string };
    const second = await present('demo', first.refresh_token);
    expect(second.status).toBe(200);

    await page.getByRole('button', { name: 'Refresh now' }).click();
    await isOutside(page);
    await page.getByText('A copy of your refresh token was used.').waitFor();
    const { refresh_token: third } = (await second.json()) as { refresh_token: string };
    expect((await present('demo', third)).status).toBe(400);
    await context.close();
  });

  test('one that is bound to a key is worthless, and its owner notices nothing', async () => {
    const { context, page } = await stage.visit({ proxy: network.proxy });
    const person = newPerson();
    await enterDemo(page, person, '/demo/key-bound/');
    await refreshNow(page, 2);
    const refreshes = refreshesOf(network);
    const [, last] = refreshes;
    const newest = last?.successor?.text ?? '';
    const proof = String(last?.exchange.headers.dpop);

    // Without a proof, with one of the owner's that went over the network, and with a key of the thief's own.
    expect((await present('demo-key-bound', newest)).status).toBe(400);
    expect((await present('demo-key-bound', newest, { DPoP: proof })).status).toBe(400);
    const elsewhere = await stage.visit();
    await elsewhere.page.goto('/demo/key-bound/');
    const own = await elsewhere.page.evaluate(
      async ([token, endpoint]) => {
        const encode = (bytes: Uint8Array) =>
          btoa(String.fromCharCode(...bytes))
            .replaceAll('+', '-')
            .replaceAll('/', '_')
            .replaceAll('=', '');
        const text = (value: unknown) => encode(new TextEncoder().encode(JSON.stringify(value)));
        const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
        const keys = await crypto.subtle.generateKey(algorithm, false, ['sign', 'verify']);
        const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', keys.publicKey);
        let nonce: string | null = null;
        let answer: Response;
        do {
          const header = text({ typ: 'dpop+jwt', alg: 'ES256', jwk: { kty, crv, x, y } });
          const claims = {
            jti: crypto.randomUUID(),
            htm: 'POST',
            htu: endpoint,
            iat: Date.now() / 1000,
            nonce,
          };
          const signed = `${header}.${text(claims)}`;
          const signature = await crypto.subtle.sign(
            algorithm,
            keys.privateKey,
            new TextEncoder().encode(signed),
          );
          answer = await fetch(String(endpoint), {
            method: 'POST',
            headers: { DPoP: `${signed}.${encode(new Uint8Array(signature))}` },
            body: new URLSearchParams({
              grant_type: 'refresh_token',
              client_id: 'demo-key-bound',
              refresh_token: String(token),
            }),
          });
          const before: string | null = nonce;
          nonce = answer.headers.get('DPoP-Nonce') ?? before;
          if (nonce === before) break;
        } while (answer.status === 400);
        return { status: answer.status, body: await answer.json() };
      },
      [newest, `${stage.runtime.url}/oauth/token`] as const,
    );
    expect(own).toMatchObject({ status: 400, body: { error: 'invalid_grant' } });

    await refreshNow(page, 0);
    await page.getByRole('button', { name: 'Refresh now' }).click();
    await page.getByText('3 times', { exact: true }).waitFor();
    await isWelcome(page, person);
    await Promise.all([context.close(), elsewhere.context.close()]);
  });

  test('an access token that is bound to a key opens nothing without it', async () => {
    const { context, page } = await stage.visit({ proxy: network.proxy });
    await enterDemo(page, newPerson(), '/demo/key-bound/');
    await page.getByRole('button', { name: 'Call the API' }).click();
    await page.getByRole('status').filter({ hasText: 'The API answered 200' }).waitFor();
    const { authorization = '', dpop = '' } =
      network.exchanges.findLast(({ url }) => url.pathname === '/demo/api/me')?.headers ?? {};
    expect(authorization).toMatch(/^DPoP eyJ/);
    const token = authorization.slice('DPoP '.length);
    const api = `${stage.runtime.url}/demo/api/me`;
    for (const headers of [
      { Authorization: `Bearer ${token}` },
      { Authorization: `DPoP ${token}` },
      { Authorization: `DPoP ${token}`, DPoP: String(dpop) },
    ])
      expect((await fetch(api, { headers })).status).toBe(401);
    await context.close();
  });
});

/** What an injected script can read: runs in the page, and looks wherever a page can look. */
async function everythingReadable(): Promise<string[]> {
  const found: string[] = [];
  const seen = new Set<unknown>();
  const asText = (bytes: ArrayBuffer | ArrayBufferView) =>
    new TextDecoder('latin1').decode(bytes instanceof ArrayBuffer ? bytes : bytes.buffer);
  /** Walks whatever can be reached from a value, getters and prototypes included. */
  const walk = (value: unknown, path: string, depth: number): void => {
    if (typeof value === 'string') found.push(`${path}: ${value}`);
    if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return;
    if (seen.has(value) || depth > 7) return;
    seen.add(value);
    if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) found.push(`${path}: ${asText(value)}`);
    if (typeof value === 'function') found.push(`${path}: ${Function.prototype.toString.call(value)}`);
    for (const key of Reflect.ownKeys(value)) {
      try {
        walk(Reflect.get(value, key), `${path}.${String(key)}`, depth + 1);
      } catch {
        // Not to be read.
      }
    }
  };
  found.push(`cookie: ${document.cookie}`, `address: ${location.href}`, `referrer: ${document.referrer}`);
  walk({ ...localStorage }, 'localStorage', 0);
  walk({ ...sessionStorage }, 'sessionStorage', 0);
  walk(history.state, 'history', 0);
  for (const { name = '' } of await indexedDB.databases()) {
    const database = await new Promise<IDBDatabase>((resolve, reject) => {
      const request = indexedDB.open(name);
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => reject(request.error);
    });
    for (const store of database.objectStoreNames) {
      const records = await new Promise<unknown[]>((resolve) => {
        const request = database.transaction(store).objectStore(store).getAll();
        request.onsuccess = () => resolve(request.result);
      });
      walk(records, `indexedDB ${name} ${store}`, 0);
      for (const record of records as { proofKeys: CryptoKeyPair; sealKey: CryptoKey }[]) {
        for (const key of [record.proofKeys.privateKey, record.sealKey]) {
          for (const format of ['jwk', 'raw', 'pkcs8'] as const)
            await crypto.subtle.exportKey(format, key).then(
              () => found.push(`${format} of a private key: pc_rt_exported`),
              () => undefined,
            );
        }
      }
    }
    database.close();
  }
  for (const name of await caches.keys()) {
    for (const request of await (await caches.open(name)).keys()) found.push(`cache: ${request.url}`);
  }
  for (const entry of performance.getEntries()) found.push(`performance: ${entry.name}`);
  found.push(`markup: ${document.documentElement.outerHTML}`);
  walk(window, 'window', 0);
  return found;
}

describe.each(Object.entries(ways))(
  'a script injected into an app that is kept signed in by: %s',
  (_, way) => {
    test('finds no refresh token in any storage, cookie, address or variable', {
      timeout: 120_000,
    }, async () => {
      const { context, page } = await stage.visit();
      const person = newPerson();
      await enterDemo(page, person, way.path);
      if (way.endpoint) await refreshNow(page, 2);
      await page.getByRole('button', { name: 'Call the API' }).click();
      await page.getByRole('status').filter({ hasText: 'The API answered 200' }).waitFor();
      // The search finds what is there: planted by hand, at each of the places.
      await page.evaluate(async () => {
        localStorage.setItem('planted', 'pc_rt_in_localStorage');
        Object.assign(window, { planted: { deeper: [() => 0, new TextEncoder().encode('pc_rt_in_bytes')] } });
        await new Promise((resolve) => {
          const request = indexedDB.open('planted');
          request.onupgradeneeded = () =>
            request.result.createObjectStore('s').put({ proofKeys: {}, deep: ['pc_rt_in_database'] }, 1);
          request.onsuccess = () => resolve(request.result.close());
        });
      });
      const planted = (await page.evaluate(everythingReadable).catch(() => [])).join('\n');
      for (const place of ['localStorage', 'bytes', 'database'])
        expect(planted).toContain(`pc_rt_in_${place}`);
      await page.evaluate(() => {
        localStorage.removeItem('planted');
        Reflect.deleteProperty(window, 'planted');
        indexedDB.deleteDatabase('planted');
      });

      const readable = await page.evaluate(everythingReadable);
      // The app's own sources and the names of its requests are read as well.
      expect(readable.length).toBeGreaterThan(1000);
      expect(readable.filter((text) => /pc_(rt|st)_\w/.test(text))).toEqual([]);
      // The browser itself lists the address that it came back by; its code has been used, and was good with a verifier only.
      expect(readable.filter((text) => /pc_ac_/.test(text) && !text.startsWith('performance: '))).toEqual([]);
      // Nor an access token; under a key the ID token, which opens nothing, is stored for the sign-out.
      const tokens = readable.filter((text) => /eyJ[\w-]+\.eyJ/.test(text));
      expect(tokens.every((text) => /\.idToken: /.test(text))).toBe(true);
      expect(tokens.length > 0).toBe(way.path === '/demo/key-bound/');

      // It may act as the person while it is there, which no transport can change.
      await isWelcome(page, person);
      await context.close();
    });
  },
);
