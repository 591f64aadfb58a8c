import { defineConfig } from '../../src/config/define.ts';
import type { Environment } from '../../src/environment.ts';
import { portcullis } from '../../src/index.ts';

interface GateEnvironment extends Cloudflare.Env {
  /** An HTTP server. */
  ORIGIN_URL: string;
  /** A Worker. */
  ORIGIN: NonNullable<Environment['DEMO_ORIGIN']>;
  /** Where nobody listens. */
  NOBODY_URL: string;
}

/** The issuer with routes of every freshness, for tests of what goes through the gate: `startGate()`. */
export default portcullis(
  defineConfig((environment) => {
    const { PORTCULLIS_ISSUER: issuer, ORIGIN_URL, ORIGIN, NOBODY_URL } = environment as GateEnvironment;
    const session = { origin: ORIGIN_URL, allow: 'session' } as const;
    return {
      issuer,
      clients: [
        {
          clientId: 'short',
          clientName: 'An app whose tokens live as short as they may',
          firstParty: true,
          redirectUris: [`${issuer}/callback`],
          scope: ['openid'],
          accessTokenSeconds: 30,
          resources: ['strict', 'within', 'token'].map((name) => `${issuer}/${name}`),
        },
      ],
      routes: [
        { path: '/public/*', origin: ORIGIN_URL, allow: 'public' },
        { ...session, path: '/strict/*', freshness: 'strict' },
        { ...session, path: '/within/*', freshness: { within: 2 } },
        { ...session, path: '/token/*', freshness: 'token' },
        { ...session, path: '/impatient/*', timeoutSeconds: 1 },
        { ...session, path: '/worker/*', origin: ORIGIN, freshness: { within: 2 } },
        { ...session, path: '/nobody/*', origin: NOBODY_URL },
      ],
    };
  }),
);

export * from '../../src/index.ts';
