import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { expect, vi } from 'vitest';

/** What one response costs. */
interface Response {
  url: string;
  type: string;
  loader: string;
  /** With its headers, as it went over the wire. */
  bytes: number;
  /** Its body, as a server that compresses would send it. */
  gzip: number;
}

export interface Weight {
  document: number;
  stylesheet: number;
  /** Of the two: browsers without a window do not always ask for the icon. */
  sum: number;
  /** Their bodies compressed, without headers. */
  gzip: number;
}

/** Weighs what a tab loads from now on, with nothing in its cache. */
export async function weigh(page: Page): Promise<() => Promise<Weight>> {
  const session = await page.context().newCDPSession(page);
  await session.send('Network.enable');
  await session.send('Network.setCacheDisabled', { cacheDisabled: true });
  const responses = new Map<string, Response>();
  const loaded: Promise<void>[] = [];
  session.on('Network.responseReceived', ({ requestId, loaderId, type, response: { url } }) => {
    responses.set(requestId, { url, type, loader: loaderId, bytes: 0, gzip: 0 });
  });
  session.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
    const response = responses.get(requestId);
    if (!response) return;
    response.bytes = encodedDataLength;
    const body = session
      .send('Network.getResponseBody', { requestId })
      .then(({ body, base64Encoded }) => {
        response.gzip = gzipSync(Buffer.from(body, base64Encoded ? 'base64' : 'utf8')).length;
      })
      // A page that was only passed through: its body is gone, and it does not count.
      .catch(() => undefined);
    loaded.push(body);
  });
  const shownBy = (all: Response[]) =>
    all.findLast(({ type, url, bytes }) => type === 'Document' && url === page.url() && bytes > 0)?.loader;
  return async () => {
    // The debugger may be a little behind the page.
    await vi.waitFor(() => expect(shownBy([...responses.values()])).toBeDefined());
    await Promise.all(loaded);
    const all = [...responses.values()];
    const shown = shownBy(all);
    const own = all.filter(({ loader }) => loader === shown);
    const sum = (type: string, part: 'bytes' | 'gzip') =>
      own.filter((response) => response.type === type).reduce((total, response) => total + response[part], 0);
    const document = sum('Document', 'bytes');
    const stylesheet = sum('Stylesheet', 'bytes');
    const gzip = sum('Document', 'gzip') + sum('Stylesheet', 'gzip');
    return { document, stylesheet, sum: document + stylesheet, gzip };
  };
}
