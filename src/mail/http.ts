import type { Mailer, Sender } from './mail.ts';
import { postMail, wireAddress } from './post.ts';

/**
 * Any provider, or a relay of one's own, that takes JSON: one POST for each message, with
 * `{ id, from: { address, name }, to, subject, text, sentAt }`, where `sentAt` is an RFC 3339 date. `Authorization: Bearer`
 * has the token, `Idempotency-Key` the id. Any status 2xx says that the message was taken; 400, 413, 415 and 422 that it
 * never will be; after any other the same message comes again.
 */
export const httpMailer = ({ url, token, from }: { url: string; token: string; from: Sender }): Mailer => ({
  send: ({ id, to, subject, text, sentAt }) =>
    postMail(
      url,
      { Authorization: `Bearer ${token}`, 'Idempotency-Key': id },
      { id, from, to: wireAddress(to), subject, text, sentAt: new Date(sentAt).toISOString() },
    ),
});
