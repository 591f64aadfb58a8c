import { defineConfig } from '../../src/config/define.ts';
import type { Environment } from '../../src/environment.ts';
import { portcullis } from '../../src/index.ts';
import { pseudoTexts } from '../texts/pseudo.ts';

interface PagesEnvironment extends Cloudflare.Env {
  /** Where nobody listens. */
  NOBODY_URL: string;
  /** Anything, for an operator with a look of their own. */
  OWN_LOOK?: string;
  /** Where people also sign in. */
  PROVIDER?: string;
}

const client = 'https://client.test';
const api = 'https://api.test/';
const notes = 'https://notes.test/';
const scope = ['openid', 'profile', 'email', 'address', 'phone', 'offline_access', 'api:read', 'notes:read'];
const usual = { redirectUris: [`${client}/callback`], resources: [api, notes], scope };

const logo = (colour: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 90 30"><rect width="90" height="30" rx="6" fill="${colour}"/></svg>`;

const look = {
  logo: logo('#7a1fa2'),
  logoDark: logo('#d9a8f0'),
  colours: {
    light: { accent: '#7a1fa2', sky: '#f3ecf6', wall: '#e6d9ec' },
    dark: { accent: '#d9a8f0', sky: '#150f18' },
  },
  links: { privacy: `${client}/privacy`, terms: `${client}/terms`, support: 'mailto:help@client.test' },
};

/** An issuer and a gate that together show every page there is: test/browser/every-page.ts. */
const config = defineConfig((environment: Environment) => {
  const {
    PORTCULLIS_ISSUER: issuer,
    NOBODY_URL: origin,
    OWN_LOOK,
    PROVIDER,
  } = environment as PagesEnvironment;
  return {
    issuer,
    name: 'Portcullis',
    // All pages take longer to look at than a sign-in is fresh.
    session: { freshSeconds: 24 * 60 * 60 },
    ...(PROVIDER && {
      providers: {
        local: {
          issuer: PROVIDER,
          clientId: 'portcullis',
          public: true,
          label: 'The directory of the Ministry of Silly Walks',
        },
      },
    }),
    languages: { texts: { he: pseudoTexts } },
    ...(OWN_LOOK && { look }),
    resources: [
      { resource: notes, name: 'Notes', scope: { 'notes:read': 'Read your notes' } },
      { resource: api, name: 'The API', scope: { 'api:read': 'Read from the API' } },
    ],
    clients: [
      {
        ...usual,
        clientId: 'own',
        clientName: 'Single-page app',
        firstParty: true,
        postLogoutRedirectUris: [`${client}/signed-out`],
        frontchannelLogoutUri: `${client}/logout`,
      },
      {
        ...usual,
        clientId: 'stranger',
        clientName: 'Somebody else’s app for planning, reporting and keeping in touch',
        clientUri: `${client}/`,
        policyUri: `${client}/privacy`,
        tosUri: `${client}/terms`,
      },
      {
        clientId: 'device',
        clientName: 'Television',
        grantTypes: ['urn:ietf:params:oauth:grant-type:device_code', 'refresh_token'],
        resources: [api],
        scope,
      },
    ],
    routes: [
      { path: '/staff/*', origin, allow: { groups: ['staff'] } },
      { path: '/gone/*', origin, allow: 'public' },
      { host: `app.${new URL(issuer).host}`, path: '/*', origin, allow: 'session', signOut: 'host' },
    ],
  };
});

const whole = portcullis(config);
/** Shows what faults of our own look like to a person. */
const broken = portcullis(config);
const breaking = {
  /** No mailbox answers. */
  MAILBOX: undefined,
  get DEMO_ORIGIN(): never {
    throw new Error('broken on purpose');
  },
};

export default {
  fetch: (request, environment, context) =>
    request.url.endsWith('?broken')
      ? broken.fetch?.(
          request,
          Object.create(environment, Object.getOwnPropertyDescriptors(breaking)),
          context,
        )
      : whole.fetch?.(request, environment, context),
} as ExportedHandler<Environment>;
export * from '../../src/index.ts';
