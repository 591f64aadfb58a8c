import { defineConfig } from '../../src/config/define.ts';
import { portcullis } from '../../src/index.ts';

/** Beside those of every Portcullis. */
interface Bindings {
  PROVIDER: string;
  ORIGIN: string;
}

// A gate alone: people sign in at PROVIDER.
export default portcullis(
  defineConfig((env) => {
    const { PROVIDER, ORIGIN: origin } = env as unknown as Bindings;
    return {
      issuer: env.PORTCULLIS_ISSUER,
      identityProvider: { issuer: PROVIDER, clientId: 'edge-gate' },
      routes: [
        { path: '/strict/*', origin, allow: 'session', freshness: 'strict' },
        { path: '/within/*', origin, allow: 'session', freshness: { within: 3 } },
        { path: '/minute/*', origin, allow: 'session', freshness: { within: 60 } },
        { path: '/token/*', origin, allow: 'session', freshness: 'token' },
        { path: '/mfa/*', origin, allow: { acrValues: ['urn:portcullis:acr:mfa'] } },
        { path: '/recent/*', origin, allow: { maxAgeSeconds: 30 } },
        { path: '/*', origin, allow: 'public' },
      ],
    };
  }),
);
export * from '../../src/index.ts';
