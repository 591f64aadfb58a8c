import { issuer } from '@openauthjs/openauth';
import { CloudflareStorage } from '@openauthjs/openauth/storage/cloudflare';

// The library as its README sets it up, except that whoever comes is signed in: a new user each time.
const anyone = {
  type: 'bench',
  init(routes, context) {
    routes.get('/authorize', (c) => context.success(c, { email: `${crypto.randomUUID()}@example.com` }));
  },
};

/** What `createSubjects` makes, for a schema that takes everything. */
const subjects = {
  user: { '~standard': { version: 1, vendor: 'bench', validate: (value) => ({ value }) } },
};

// It logs every request to the console, and the console of a local workerd is a pipe: not its fault.
console.log = () => {};

let app;
export default {
  fetch(request, environment, context) {
    app ??= issuer({
      providers: { bench: anyone },
      storage: CloudflareStorage({ namespace: environment.STORAGE }),
      subjects,
      allow: async () => true,
      success: (response, { email }) => response.subject('user', { email }),
      // KV takes no lifetime below 60 s; the default reuse of 60 s falls below it when the clock ticks in between.
      ttl: { access: 300, reuse: 61 },
    });
    return app.fetch(request, environment, context);
  },
};
