import { defineConfig } from 'portcullis/config';

// What an operator edits: who may sign in where, and what the gate protects.
export default defineConfig((env) => ({
  issuer: env.PORTCULLIS_ISSUER,
  name: 'Portcullis',

  clients: env.DEMO_ORIGIN
    ? [
        {
          clientId: 'demo',
          clientName: 'The demo',
          firstParty: true,
          redirectUris: [`${env.PORTCULLIS_ISSUER}/demo/`],
          postLogoutRedirectUris: [`${env.PORTCULLIS_ISSUER}/demo/`],
          scope: ['openid', 'profile', 'email', 'offline_access', 'demo:read'],
          sessionOrigins: [env.PORTCULLIS_ISSUER],
          resources: [`${env.PORTCULLIS_ISSUER}/demo/api`],
        },
        {
          clientId: 'demo-key-bound',
          clientName: 'The demo, bound to a key',
          firstParty: true,
          redirectUris: [`${env.PORTCULLIS_ISSUER}/demo/key-bound/`],
          postLogoutRedirectUris: [`${env.PORTCULLIS_ISSUER}/demo/key-bound/`],
          scope: ['openid', 'profile', 'email', 'offline_access', 'demo:read'],
          dpopBoundAccessTokens: true,
          resources: [`${env.PORTCULLIS_ISSUER}/demo/api`],
        },
      ]
    : [],

  // The first route that matches decides; a path without a route is refused.
  routes: env.DEMO_ORIGIN
    ? [
        { path: '/demo/api/*', origin: env.DEMO_ORIGIN, allow: 'session', freshness: { within: 30 } },
        { path: '/demo/private/*', origin: env.DEMO_ORIGIN, allow: 'session', freshness: 'strict' },
        { path: '/demo/*', origin: env.DEMO_ORIGIN, allow: 'public' },
      ]
    : [],
}));
