import { OAuthProvider } from '@cloudflare/workers-oauth-provider';

// The library as its README sets it up, except that whoever comes is signed in: a new user each time.
const clientId = 'bench';

let provider;
const providerFor = (origin) =>
  new OAuthProvider({
    apiRoute: '/api',
    apiHandler: { fetch: () => new Response('api') },
    authorizeEndpoint: '/authorize',
    tokenEndpoint: '/token',
    clientRegistrationEndpoint: '/register',
    scopesSupported: ['openid', 'profile', 'email', 'demo:read'],
    resourceMetadata: { resource: `${origin}/api`, authorization_servers: [origin] },
    defaultHandler: {
      async fetch(request, { OAUTH_PROVIDER }) {
        const authorization = await OAUTH_PROVIDER.parseAuthRequest(request);
        const { redirectTo } = await OAUTH_PROVIDER.completeAuthorization({
          request: authorization,
          userId: crypto.randomUUID(),
          scope: authorization.scope,
          metadata: {},
          props: { name: 'Ada Lovelace', email: 'ada@example.com', clientId },
        });
        return Response.redirect(redirectTo, 302);
      },
    },
  });

export default {
  fetch(request, environment, context) {
    provider ??= providerFor(new URL(request.url).origin);
    return provider.fetch(request, environment, context);
  },
};
