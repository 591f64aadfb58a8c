import { type Mailer, MailRefused, type Sender } from './mail.ts';
import { wireAddress } from './post.ts';

/** What Cloudflare's binding says of a message that it will never take (Email Service, error codes). */
const final = new Set([
  'E_VALIDATION_ERROR',
  'E_FIELD_MISSING',
  'E_TOO_MANY_RECIPIENTS',
  'E_RECIPIENT_NOT_ALLOWED',
  'E_RECIPIENT_SUPPRESSED',
  'E_CONTENT_TOO_LARGE',
  'E_HEADER_VALUE_INVALID',
]);

const codeOf = (error: unknown): string =>
  typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';

/**
 * Cloudflare's `send_email` binding: no token, no request that leaves the platform. It knows no idempotency key; a message
 * whose delivery could not be written down is sent twice.
 */
export const cloudflareMailer = ({
  binding,
  from,
}: {
  binding: Pick<SendEmail, 'send'>;
  from: Sender;
}): Mailer => ({
  async send({ to, subject, text }) {
    try {
      await binding.send({
        from: { email: from.address, name: from.name },
        to: wireAddress(to),
        subject,
        text,
      });
    } catch (error) {
      const code = /^E_[A-Z_]+$/.exec(codeOf(error))?.[0];
      // Its code alone: the message quotes addresses.
      if (code && final.has(code)) throw new MailRefused(`the mail binding refuses: ${code}`);
      throw new Error(`the mail binding fails${code ? `: ${code}` : ''}`);
    }
  },
});
