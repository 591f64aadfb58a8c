import { ConfigError } from '../config/error.ts';
import type { Config } from '../config/schema.ts';
import type { Environment } from '../environment.ts';
import { cloudflareMailer } from './cloudflare.ts';
import { httpMailer } from './http.ts';
import type { Mailer } from './mail.ts';
import { mailboxMailer } from './mailbox.ts';
import { resendMailer } from './resend.ts';

type MailConfig = Pick<Config, 'environment' | 'mail' | 'name'>;

/** Whether people can be written to. */
export const canMail = ({ environment, mail }: Omit<MailConfig, 'name'>): boolean =>
  environment === 'development' || mail !== undefined;

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
  if (mail.kind === 'cloudflare') {
    if (!environment.EMAIL) {
      throw new ConfigError(
        'mail.kind: cloudflare needs the binding EMAIL; add "send_email": [{ "name": "EMAIL" }] to wrangler.jsonc',
      );
    }
    return cloudflareMailer({ binding: environment.EMAIL, from });
  }
  const token = environment.PORTCULLIS_MAIL_TOKEN;
  if (!token) {
    throw new ConfigError(
      'PORTCULLIS_MAIL_TOKEN: is not set, and mail needs it; `wrangler secret put PORTCULLIS_MAIL_TOKEN`',
    );
  }
  return mail.kind === 'resend' ? resendMailer({ token, from }) : httpMailer({ url: mail.url, token, from });
}
