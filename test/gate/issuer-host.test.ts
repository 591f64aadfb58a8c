import { describe, expect, it } from 'vitest';
import { issuerPathsOf } from '../../src/config/issuer-paths.ts';
import { gateUnderTest, issuer, navigation } from './setup.ts';

const issuerHost = new URL(issuer).host;
const { received, send } = gateUnderTest({
  auth0Paths: true,
  routes: (origin) => [
    {
      host: issuerHost,
      path: '/*',
      origin,
      allow: 'public',
      sharesIssuerOrigin: true,
      resource: `${issuer}/everything`,
    },
    { host: 'beside.test', path: '/*', origin, allow: 'public' },
  ],
});

/** What some reader takes for the path. */
const spellings = (path: string): string[] => [
  path,
  `${path}/`,
  path.toUpperCase(),
  `${path.toUpperCase()}/anything`,
  `${path}/more?with=query`,
  path.replace(/[a-z]/, (letter) => `%${letter.charCodeAt(0).toString(16)}`),
  `${path}%20/x`,
  `${path}.`,
  `${path}::$DATA`,
  `${path}%3Bx=1`,
  `${path}%3Fx`,
  `${path}%23x`,
  path.replace(/[a-z]/, (letter) => String.fromCodePoint(0xff41 + letter.charCodeAt(0) - 97)),
  `${path}%E2%80%8B`,
];

describe('on the host of the issuer', () => {
  it.each(issuerPathsOf({ auth0Paths: true, environment: 'production' }))(
    'no origin answers for what could be read as %s',
    async (path) => {
      received.length = 0;
      for (const spelling of spellings(path)) {
        for (const method of ['GET', 'POST']) {
          const answer = await send(`https://${issuerHost}${spelling}`, { method, headers: navigation });
          // What no reading of is safe is refused before.
          expect([404, 400], spelling).toContain(answer.status);
          if (/^[\w./]+$/.test(spelling)) expect(answer.status, spelling).toBe(404);
        }
      }
      expect(received).toEqual([]);
    },
  );

  it('everything else is as its route says', async () => {
    for (const path of ['/', '/signing', '/sign/in', '/app/oauth/token', '/%61pp', '/my.account/x']) {
      expect((await send(`https://${issuerHost}${path}`)).status, path).toBe(200);
    }
  });

  it('and other hosts have such paths of their own', async () => {
    for (const path of ['/signin', '/SIGNIN', '/oauth/token/', '/%73ignin']) {
      expect((await send(`https://beside.test${path}`)).status, path).toBe(200);
    }
  });
});
