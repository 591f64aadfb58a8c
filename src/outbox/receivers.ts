import { configOf } from '../config/configured.ts';
import { securityEventsTokenName, webhookSecretName } from '../config/webhooks.ts';
import type { Environment } from '../environment.ts';
import type { Keys } from '../keys/keys.ts';
import { keysOf } from '../keys/keys-of.ts';
import { auditReceiver } from './audit.ts';
import { mailReceiver } from './mail.ts';
import type { Receiver } from './receiver.ts';
import { securityEventReceiver } from './security-event.ts';
import { webhookReceiver } from './webhook.ts';

/** What an isolate has read of its keys, it need not read again for each object that has something to sign. */
const opened = new WeakMap<Environment, Promise<Keys>>();

const signer = (environment: Environment): Pick<Keys, 'sign'> => ({
  async sign(...token) {
    const keys = opened.get(environment) ?? keysOf(environment);
    opened.set(environment, keys);
    return (await keys).sign(...token);
  },
});

/** Everybody who is told of what happens to users. */
export function receiversOf(environment: Environment): readonly Receiver[] {
  const config = configOf(environment);
  const issuer = { config, keys: signer(environment) };
  return [
    auditReceiver(environment),
    mailReceiver(environment),
    ...config.webhooks.map((webhook) =>
      webhookReceiver(webhook, environment[webhookSecretName(webhook.name)] ?? ''),
    ),
    ...config.securityEventReceivers.map((receiver) => {
      const token = receiver.bearerToken ? environment[securityEventsTokenName(receiver.name)] : undefined;
      return securityEventReceiver(receiver, issuer, token);
    }),
  ];
}
