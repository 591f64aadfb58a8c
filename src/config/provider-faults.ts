import { microsoftIssuer, presets } from '../core/federation/presets.ts';
import type { Environment } from '../environment.ts';
import { addressFault, developmentAddressFault } from './address.ts';
import { providerSecretName } from './provider-secret.ts';
import type { Config, Provider } from './schema.ts';

/** Whose people sign in by it. */
function issuerOf(provider: Provider): string {
  if (provider.preset === 'openid') return provider.issuer;
  const origin = provider.standIn ?? presets[provider.preset].origin;
  return provider.preset === 'microsoft' ? microsoftIssuer(origin, provider.tenant) : origin;
}

/** What is wrong with the providers, and which secret of theirs is missing. */
export function* providerFaults(
  { providers, environment, issuer: own }: Config,
  secrets: Environment,
): Generator<string> {
  const faultOf = environment === 'development' ? developmentAddressFault : addressFault;
  const seen = new Map<string, string>();
  for (const [name, provider] of Object.entries(providers)) {
    const place = `providers.${name}`;
    const issuer = issuerOf(provider);
    const twin = seen.get(issuer);
    if (twin !== undefined)
      yield `${place}: is the same provider as providers.${twin}; its people would be two people each`;
    seen.set(issuer, name);
    if (issuer === own) yield `${place}.issuer: ${issuer} is our own issuer`;
    if (provider.preset === 'openid') {
      const fault = faultOf(issuer);
      if (fault) yield `${place}.issuer: ${issuer} ${fault}`;
      if (provider.scope && !provider.scope.includes('openid')) yield `${place}.scope: must have openid`;
    } else if (provider.standIn !== undefined && environment !== 'development') {
      yield `${place}.standIn: is for development only; nobody but ${presets[provider.preset].label} may take its place`;
    }
    const secretName = providerSecretName(name);
    const secret = secrets[secretName];
    if (provider.preset === 'openid' && provider.public) {
      if (secret) yield `${place}.public: is true, and yet there is a secret ${secretName}`;
    } else if (!secret) {
      yield `${place}: the secret ${secretName} is not set; give it to \`wrangler secret put ${secretName}\`, or write it into .dev.vars`;
    } else if (provider.preset === 'apple' && !secret.includes('-----BEGIN PRIVATE KEY-----')) {
      yield `${place}: the secret ${secretName} must be the private key from Apple, the whole .p8 file`;
    }
  }
}
