import { webhookKeys } from '../crypto/webhook-secret.ts';
import type { Environment } from '../environment.ts';
import { isOwnMachine } from './address.ts';
import type { Config } from './schema.ts';
import { securityEventsTokenName, webhookSecretName } from './webhooks.ts';

/** The operator says where to, so it may be anywhere; but what is sent is about people, and signed for nobody else to see. */
function urlFault(text: string, environment: Config['environment']): string | undefined {
  const { protocol, hostname, username, password } = new URL(text);
  if (username || password) return 'must not hold a user or a password';
  if (protocol === 'https:') return undefined;
  const isHere = protocol === 'http:' && environment === 'development' && isOwnMachine(hostname);
  return isHere ? undefined : 'must be https; in development http on this machine will do';
}

const howToSet = (secretName: string): string =>
  `give it to \`wrangler secret put ${secretName}\`, or write it into .dev.vars`;

function* twins(member: string, receivers: readonly { name: string }[]): Generator<string> {
  const names = receivers.map(({ name }) => name);
  for (const [index, name] of names.entries()) {
    if (names.indexOf(name) < index) yield `${member}[${index}].name: "${name}" is there already`;
  }
}

/** What is wrong with the receivers of events, and which secret of theirs is missing. Never what is in it. */
export function* webhookFaults(
  { webhooks, securityEventReceivers, environment }: Config,
  secrets: Environment,
): Generator<string> {
  yield* twins('webhooks', webhooks);
  yield* twins('securityEventReceivers', securityEventReceivers);
  for (const [index, { name, url }] of webhooks.entries()) {
    const place = `webhooks[${index}]`;
    const fault = urlFault(url, environment);
    if (fault) yield `${place}.url: ${fault}`;
    const secretName = webhookSecretName(name);
    const secret = secrets[secretName];
    if (!secret) {
      yield `${place}: the secret ${secretName} is not set; make one with \`echo whsec_$(openssl rand -base64 32)\` and ${howToSet(secretName)}`;
    } else if (!webhookKeys(secret)) {
      yield `${place}: the secret ${secretName} must be whsec_ and base64 of 24 to 64 bytes, or two such with a space between them`;
    }
  }
  for (const [index, { name, url, bearerToken }] of securityEventReceivers.entries()) {
    const place = `securityEventReceivers[${index}]`;
    const fault = urlFault(url, environment);
    if (fault) yield `${place}.url: ${fault}`;
    const tokenName = securityEventsTokenName(name);
    const token = secrets[tokenName];
    if (!bearerToken && token) {
      yield `${place}.bearerToken: is not true, and yet there is a secret ${tokenName}`;
    } else if (bearerToken && !token) {
      yield `${place}: the secret ${tokenName} is not set; ${howToSet(tokenName)}`;
      // RFC 6750 §2.1: b64token.
    } else if (token && !/^[A-Za-z0-9\-._~+/]+=*$/.test(token)) {
      yield `${place}: the secret ${tokenName} must be a bearer token: letters, digits and -._~+/ alone`;
    }
  }
}
