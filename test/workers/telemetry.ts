import { defineConfig } from '../../src/config/define.ts';
import { portcullis } from '../../src/index.ts';

interface TelemetryEnvironment extends Cloudflare.Env {
  ORIGIN_URL: string;
  /** Where nobody listens. */
  NOBODY_URL: string;
  COLLECTOR_URL: string;
  /** '1': origins are told which trace they are part of. */
  PROPAGATE?: string;
}

/** A Worker that says all that it can of itself: a line for each request, a trace of each. */
export default portcullis(
  defineConfig((environment) => {
    const {
      PORTCULLIS_ISSUER: issuer,
      ORIGIN_URL,
      NOBODY_URL,
      COLLECTOR_URL,
      PROPAGATE,
    } = environment as TelemetryEnvironment;
    return {
      issuer,
      clients: [
        {
          clientId: 'demo',
          clientName: 'An app',
          firstParty: true,
          redirectUris: [`${issuer}/demo/`],
          scope: ['openid', 'profile', 'email', 'demo:read'],
          resources: [`${issuer}/strict`],
        },
      ],
      routes: [
        { path: '/strict/*', origin: ORIGIN_URL, allow: 'session', freshness: 'strict' },
        { path: '/public/*', origin: ORIGIN_URL, allow: 'public' },
        { path: '/nobody/*', origin: NOBODY_URL, allow: 'public' },
      ],
      telemetry: {
        accessLog: true,
        otlp: { url: `${COLLECTOR_URL}/v1/traces`, sampleRatio: 1, propagate: PROPAGATE === '1' },
      },
    };
  }),
);

export * from '../../src/index.ts';
