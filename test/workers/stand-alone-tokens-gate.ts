import { defineConfig } from '../../src/config/define.ts';
import { portcullis } from '../../src/index.ts';
import { api, notes } from '../issuer/addresses.ts';

/** Beside those of every Portcullis. */
interface Bindings {
  PROVIDER: string;
  ORIGIN: string;
}

// A gate alone that takes the access tokens of PROVIDER: under /api JWTs, under /notes opaque ones.
export default portcullis(
  defineConfig((env) => {
    const { PROVIDER, ORIGIN: origin } = env as unknown as Bindings;
    const places = [
      { at: '/api', resource: api },
      { at: '/notes', resource: notes },
    ];
    return {
      issuer: env.PORTCULLIS_ISSUER,
      identityProvider: { issuer: PROVIDER, clientId: 'edge-gate' },
      routes: places.flatMap(({ at, resource }) => {
        const route = { origin, resource, allow: 'session' as const };
        return [
          { ...route, path: `${at}/strict/*`, freshness: 'strict' as const },
          { ...route, path: `${at}/within/*`, freshness: { within: 2 } },
          { ...route, path: `${at}/token/*`, freshness: 'token' as const },
          { ...route, path: `${at}/robots/*`, allow: { clients: ['robot'] }, freshness: 'strict' as const },
        ];
      }),
    };
  }),
);
export * from '../../src/index.ts';
