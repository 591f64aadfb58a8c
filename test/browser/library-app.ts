import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { root } from '../../src/cli/wrangler.ts';
import { startIssuer } from '../runtime/issuer.ts';
import { freePort } from '../runtime/runtime.ts';
import { type Stage, setStage, type Visit } from './stage.ts';

// An app around a library that we did not write, on an origin of its own: 127.0.0.1 is another site than the issuer's
// localhost. It is at /<client id>/, of each of its clients in test/issuer/libraries.ts.

export interface LibraryStage extends Stage {
  /** The address of the app as one of its clients, also its redirect URI. */
  at(clientId: string): string;
}

/** @param entry the app's script: test/browser/apps/<entry>.ts */
export async function setLibraryStage(entry: string): Promise<LibraryStage> {
  const port = await freePort();
  const issuer = `https://localhost:${port}`;
  const { outputFiles } = await build({
    entryPoints: [join(root, 'test/browser/apps', `${entry}.ts`)],
    bundle: true,
    write: false,
    format: 'esm',
    define: { ISSUER: JSON.stringify(issuer) },
    absWorkingDir: root,
    logLevel: 'silent',
  });
  const script = outputFiles[0]?.text ?? '';
  const page = `<!doctype html><link rel="icon" href="data:,"><script type="module" src="/app.js"></script>`;
  const server = createServer((request, response) => {
    const isScript = request.url === '/app.js';
    response.setHeader('Content-Type', `${isScript ? 'text/javascript' : 'text/html'}; charset=utf-8`);
    response.end(isScript ? script : page);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () => {
    server.closeAllConnections();
    server.close();
  };
  const worker = join(root, 'test/issuer/libraries.ts');
  try {
    const stage = await setStage(() =>
      startIssuer({ port, https: true, worker, bindings: { RELYING_PARTY: origin } }),
    );
    return {
      ...stage,
      at: (clientId) => `${origin}/${clientId}/`,
      async close() {
        close();
        await stage.close();
      },
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** Waits until the app at an address has done what its address brought: it says so in its title. */
export async function arrived(page: Page, address: string): Promise<void> {
  await page.waitForURL((url) => url.href.startsWith(address));
  await page.waitForFunction(() => document.title === 'ready');
}

/** Leaves the app for the issuer, which sends the browser back without a question. */
export async function away(page: Page, address: string, leave: (page: Page) => Promise<void>): Promise<void> {
  // Redirects load nothing: the next page that loads is the app.
  await Promise.all([page.waitForEvent('load'), leave(page)]);
  await arrived(page, address);
}

/** A visitor who has opened the app. */
export async function openApp(stage: LibraryStage, clientId: string): Promise<Visit> {
  const visit = await stage.visit();
  await visit.page.goto(stage.at(clientId));
  await arrived(visit.page, stage.at(clientId));
  return visit;
}

/** What an error says that came out of a library. */
export interface Told {
  message: string;
  /** The error code of OAuth. */
  error: string | undefined;
}

/** Ends the family of a refresh token, as a thief's replay or a sign-out of everything elsewhere would. */
export async function endFamily(stage: Stage, clientId: string, refreshToken: string): Promise<void> {
  const response = await fetch(`${stage.runtime.url}/oauth/revoke`, {
    method: 'POST',
    body: new URLSearchParams({ client_id: clientId, token: refreshToken }),
  });
  if (!response.ok) throw new Error(`the token was not revoked: ${response.status}`);
}

/** The claims of a JWT, unverified. */
export const claimsOf = (jwt: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
