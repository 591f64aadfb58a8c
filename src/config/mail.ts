import * as v from 'valibot';
import { normalEmail } from '../core/account/email.ts';
import type { Environment } from '../environment.ts';
import { absoluteUri } from './values.ts';

const sender = {
  /** The address that mail comes from; your provider must let you send as it. */
  from: v.pipe(
    v.string(),
    v.check((text) => normalEmail(text) !== undefined, 'must be an email address, like auth@example.com'),
  ),
  /** The name beside it. Default `name`. */
  fromName: v.optional(v.pipe(v.string(), v.nonEmpty(), v.maxLength(100))),
};

/**
 * How mail is sent. In development it never is: it is at /dev/mailbox. Without it nothing is mailed in production, and
 * whatever needs mail (email codes, resetting a password) is not offered.
 */
export const mail = v.optional(
  v.variant('kind', [
    /** Cloudflare's Email Service, by the binding EMAIL: `"send_email": [{ "name": "EMAIL" }]` in wrangler.jsonc. */
    v.strictObject({ kind: v.literal('cloudflare'), ...sender }),
    /** Resend; its API key is the secret PORTCULLIS_MAIL_TOKEN. */
    v.strictObject({ kind: v.literal('resend'), ...sender }),
    /** Anything that takes JSON by POST, as src/mail/http.ts describes; its token is the secret PORTCULLIS_MAIL_TOKEN. */
    v.strictObject({
      kind: v.literal('http'),
      /** Where to, https. */
      url: v.pipe(
        absoluteUri,
        v.check((text) => text.startsWith('https://'), 'must be https: mail holds sign-in codes'),
      ),
      ...sender,
    }),
  ]),
);

interface MailConfig {
  environment: 'development' | 'production';
  mail?: v.InferOutput<typeof mail>;
}

/** Whether people can be written to. */
export const canMail = ({ environment, mail }: MailConfig): boolean =>
  environment === 'development' || mail !== undefined;

/** What is not there that `mail` needs: a secret, or a binding. */
export function mailFault(
  { environment, mail }: MailConfig,
  { EMAIL, PORTCULLIS_MAIL_TOKEN }: Pick<Environment, 'EMAIL' | 'PORTCULLIS_MAIL_TOKEN'>,
): string | undefined {
  if (environment === 'development' || !mail) return undefined;
  if (mail.kind === 'cloudflare') {
    return EMAIL
      ? undefined
      : 'mail.kind: cloudflare needs the binding EMAIL; add "send_email": [{ "name": "EMAIL" }] to wrangler.jsonc';
  }
  return PORTCULLIS_MAIL_TOKEN
    ? undefined
    : 'PORTCULLIS_MAIL_TOKEN: is not set, and mail needs it; `wrangler secret put PORTCULLIS_MAIL_TOKEN`';
}
