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
        // `npm run example vanilla`: on a site of its own, tokens bound to a key of the browser.
        {
          clientId: 'example-vanilla',
          clientName: 'The vanilla example',
          firstParty: true,
          redirectUris: ['http://localhost:5173/'],
          postLogoutRedirectUris: ['http://localhost:5173/'],
          dpopBoundAccessTokens: true,
          resources: [`${env.PORTCULLIS_ISSUER}/demo/api`],
        },
        // `npm run example react`: on the issuer's site (to a browser a port is none), the refresh token in a cookie.
        {
          clientId: 'example-react',
          clientName: 'The React example',
          firstParty: true,
          redirectUris: ['http://localhost:5174/'],
          postLogoutRedirectUris: ['http://localhost:5174/'],
          sessionOrigins: ['http://localhost:5174'],
          resources: [`${env.PORTCULLIS_ISSUER}/demo/api`],
        },
      ]
    : [],

  // Who else people may sign in with. In development: the stand-in that `npm run provider` runs, if it ran before `npm start`.
  providers: env.LOCAL_PROVIDER
    ? { local: { issuer: env.LOCAL_PROVIDER, clientId: 'portcullis', label: 'the stand-in', public: true } }
    : {},

  // The first route that matches decides; a path without a route is refused.
  routes: env.DEMO_ORIGIN
    ? [
        // Called from the examples' origins as well: the origin itself answers the browser's question whether that is fine.
        {
          path: '/demo/api/*',
          origin: env.DEMO_ORIGIN,
          allow: 'session',
          freshness: { within: 30 },
          forwardPreflight: true,
        },
        { path: '/demo/private/*', origin: env.DEMO_ORIGIN, allow: 'session', freshness: 'strict' },
        { path: '/demo/*', origin: env.DEMO_ORIGIN, allow: 'public' },
      ]
    : [],
}));
