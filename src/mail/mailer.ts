import { ConfigError } from '../config/error.ts';
import { mailFault } from '../config/mail.ts';
import type { Config } from '../config/schema.ts';
import type { Environment } from '../environment.ts';
import { cloudflareMailer } from './cloudflare.ts';
import { httpMailer } from './http.ts';
import type { Mailer } from './mail.ts';
import { mailboxMailer } from './mailbox.ts';
import { resendMailer } from './resend.ts';

type MailConfig = Pick<Config, 'environment' | 'mail' | 'name'>;

/**
 * What sends mail: the mailbox in development, whatever `mail` says, so that nothing leaves a laptop; else what `mail`
 * asks for, or nothing.
 * @throws ConfigError when a secret or a binding that it needs is not there.
 */
export function mailerOf(
  config: MailConfig,
  environment: Pick<Environment, 'MAILBOX' | 'EMAIL' | 'PORTCULLIS_MAIL_TOKEN'>,
): Mailer | undefined {
  const { mail } = config;
  if (config.environment === 'development') return mailboxMailer(environment.MAILBOX);
  if (!mail) return undefined;
  const from = { address: mail.from, name: mail.fromName ?? config.name };
  const { EMAIL: binding, PORTCULLIS_MAIL_TOKEN: token } = environment;
  if (mail.kind === 'cloudflare' && binding) return cloudflareMailer({ binding, from });
  if (mail.kind === 'resend' && token) return resendMailer({ token, from });
  if (mail.kind === 'http' && token) return httpMailer({ url: mail.url, token, from });
  throw new ConfigError(mailFault(config, environment) ?? 'mail: is incomplete');
}
