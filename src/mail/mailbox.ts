import { DurableObject } from 'cloudflare:workers';
import { callObject } from '../durable/call.ts';
import type { Mailer, MailMessage } from './mail.ts';

/** A development mailbox is for looking at, not for keeping. */
const KEPT = 100;

/** Development only: the mail that would have been sent, in one object. */
export class MailboxObject extends DurableObject {
  constructor(state: DurableObjectState, environment: Cloudflare.Env) {
    super(state, environment);
    state.storage.sql.exec(
      `CREATE TABLE IF NOT EXISTS message (
        id TEXT PRIMARY KEY, recipient TEXT NOT NULL, subject TEXT NOT NULL, text TEXT NOT NULL, sent_at INTEGER NOT NULL
      ) STRICT`,
    );
  }

  /** Keeps a message. A second delivery of the same id changes nothing: an outbox delivers at least once. */
  deliver(message: MailMessage): void {
    const { sql } = this.ctx.storage;
    sql.exec(
      'INSERT INTO message (id, recipient, subject, text, sent_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
      message.id,
      message.to,
      message.subject,
      message.text,
      message.sentAt,
    );
    sql.exec(
      'DELETE FROM message WHERE id NOT IN (SELECT id FROM message ORDER BY sent_at DESC, rowid DESC LIMIT ?)',
      KEPT,
    );
  }

  /** The newest first. */
  list(): MailMessage[] {
    return this.ctx.storage.sql
      .exec<{ id: string; to: string; subject: string; text: string; sentAt: number }>(
        `SELECT id, recipient AS "to", subject, text, sent_at AS sentAt FROM message ORDER BY sent_at DESC, rowid DESC`,
      )
      .toArray();
  }
}

const stubOf = (namespace: DurableObjectNamespace<MailboxObject>) => namespace.getByName('mailbox');

/** A mailer whose mail goes no further than the mailbox. */
export const mailboxMailer = (namespace: DurableObjectNamespace<MailboxObject>): Mailer => ({
  send: async (message) => {
    await callObject(
      'MailboxObject',
      () => stubOf(namespace),
      (mailbox) => mailbox.deliver(message),
    );
  },
});

/** What is in the mailbox, the newest first. */
export const readMailbox = (namespace: DurableObjectNamespace<MailboxObject>): Promise<MailMessage[]> =>
  callObject(
    'MailboxObject',
    () => stubOf(namespace),
    (mailbox) => mailbox.list(),
  );
