import { defineConfig } from '../../../src/config/define.ts';
import type { ConfigInput } from '../../../src/config/schema.ts';
import { portcullis } from '../../../src/index.ts';

// Portcullis with a route for each freshness, before an origin at a URL and before one behind a service binding.
type Freshness = NonNullable<NonNullable<ConfigInput['routes']>[number]['freshness']>;
const freshnesses: Record<string, Freshness> = { token: 'token', within: { within: 30 }, strict: 'strict' };

export default portcullis(
  defineConfig((environment) => {
    const { PORTCULLIS_ISSUER: issuer, ...env } = environment as Cloudflare.Env & {
      ORIGIN: Fetcher;
      ORIGIN_URL: string;
    };
    const origins = { url: env.ORIGIN_URL, binding: env.ORIGIN };
    const routes = Object.entries(origins).flatMap(([kind, origin]) =>
      Object.entries(freshnesses).map(([name, freshness]) => ({
        path: `/${kind}/${name}/*`,
        origin,
        allow: 'session' as const,
        freshness,
      })),
    );
    return {
      issuer,
      clients: [
        {
          clientId: 'demo',
          clientName: 'The bench',
          firstParty: true,
          redirectUris: [`${issuer}/demo/`],
          scope: ['openid', 'profile', 'email', 'offline_access'],
          resources: routes.map(({ path }) => issuer + path.replace('/*', '')),
        },
      ],
      routes,
    };
  }),
);

export * from '../../../src/index.ts';
