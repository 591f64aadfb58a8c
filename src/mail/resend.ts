import type { Mailer, Sender } from './mail.ts';
import { mailbox, postMail, wireAddress } from './post.ts';

const ADDRESS = 'https://api.resend.com/emails';

/**
 * Resend (https://resend.com/docs/api-reference/emails/send-email). It remembers an Idempotency-Key for 24 hours, and for
 * as long a message that is delivered again is not sent again.
 */
export const resendMailer = ({ token, from }: { token: string; from: Sender }): Mailer => ({
  send: ({ id, to, subject, text }) =>
    postMail(
      ADDRESS,
      { Authorization: `Bearer ${token}`, 'Idempotency-Key': id },
      { from: mailbox(from), to: [wireAddress(to)], subject, text },
    ),
});
