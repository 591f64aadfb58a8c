import { hostMatcher } from '../core/gate/route.ts';
import { addressFault, developmentAddressFault } from './address.ts';
import type { Config } from './schema.ts';

/** What is wrong with a gate alone, whose people sign in elsewhere. */
export function* identityProviderFaults(config: Config): Generator<string> {
  const { identityProvider, environment, issuer: own, routes } = config;
  if (!identityProvider) return;
  const { issuer } = identityProvider;
  const fault = (environment === 'development' ? developmentAddressFault : addressFault)(issuer);
  if (fault) {
    yield `identityProvider.issuer: ${issuer} ${fault}`;
  } else if (issuer === own) {
    yield `identityProvider.issuer: ${issuer} is our own issuer; leave identityProvider out, and this Worker signs people in itself`;
  } else if (routes.some(({ host }) => hostMatcher(host)(new URL(issuer).host))) {
    yield `identityProvider.issuer: ${issuer} is on a host that the gate guards; people could never sign in`;
  }
  for (const member of ['clients', 'resources', 'webhooks', 'securityEventReceivers'] as const) {
    if (config[member].length > 0) yield `${member}: ${notHere(member)}`;
  }
  for (const member of ['registration', 'clientIdMetadataDocuments'] as const) {
    if (config[member].kind !== 'closed') yield `${member}: ${notHere(member)}`;
  }
  if (Object.keys(config.providers).length > 0) yield `providers: ${notHere('providers')}`;
  if (config.auth0Paths) yield `auth0Paths: ${notHere('auth0Paths')}`;
}

const notHere = (member: string): string =>
  `take ${member} out: with an identityProvider this Worker is a gate alone, has no sign-in pages and issues no tokens`;
