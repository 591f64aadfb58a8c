import { env, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { afterEach, describe, expect, it, vi } from 'vitest';
import '../../src/worker.ts';
import { createIdentifiers } from '../../src/identifier/identifiers.ts';
import { MailboxObject, readMailbox } from '../../src/mail/mailbox.ts';
import { MAIL_RETRIES } from '../../src/user/mails.ts';
import { Person } from '../workerd/person.ts';

afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const identifiers = createIdentifiers(env.IDENTIFIER);

/** Somebody whose welcome cannot be sent. */
async function unwelcomed(failure: Error) {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const mailbox = vi.spyOn(MailboxObject.prototype, 'deliver').mockImplementation(() => {
    throw failure;
  });
  const person = new Person();
  await person.signUp();
  const stub = env.USER.getByName((await identifiers.lookup(person.email)) ?? '');
  const waiting = () =>
    runInDurableObject(stub, async (_, state) => ({
      mails: state.storage.sql
        .exec<{ sealed: string; attempts: number; next_at: number }>('SELECT * FROM outgoing_mail')
        .toArray(),
      undelivered: state.storage.sql
        .exec('SELECT * FROM event WHERE sequence > (SELECT MIN(sequence) FROM event_receiver)')
        .toArray(),
      gaveUp: state.storage.sql.exec("SELECT * FROM event WHERE type = 'mail_undelivered'").toArray(),
      alarm: await state.storage.getAlarm(),
    }));
  const received = async () => (await readMailbox(env.MAILBOX)).filter(({ to }) => to === person.email);
  return { person, stub, mailbox, waiting, received };
}

describe('a mail that cannot be sent', () => {
  it('waits, sealed, while everything else is delivered, and is sent once it can be', async () => {
    const { person, stub, mailbox, waiting, received } = await unwelcomed(new Error('out of order'));
    await runDurableObjectAlarm(stub);
    await vi.waitFor(async () => expect((await waiting()).mails[0]?.attempts).toBe(1));
    const { mails, undelivered, alarm } = await waiting();
    expect(undelivered).toEqual([]);
    expect(mails[0]?.sealed).toMatch(/^[\w-]+\.\.[\w-]+\.[\w-]+\.[\w-]+$/);
    expect(JSON.stringify(mails)).not.toContain(person.email);
    const wait = (mails[0]?.next_at ?? 0) - Date.now();
    expect(wait).toBeGreaterThan((MAIL_RETRIES[0] ?? 0) - 2_000);
    expect(wait).toBeLessThanOrEqual(MAIL_RETRIES[0] ?? 0);
    expect(alarm).toBeLessThanOrEqual(mails[0]?.next_at ?? 0);
    expect(await received()).toEqual([]);

    mailbox.mockRestore();
    vi.setSystemTime(Date.now() + (MAIL_RETRIES[0] ?? 0));
    await runDurableObjectAlarm(stub);
    expect(await received()).toHaveLength(1);
    expect((await waiting()).mails).toEqual([]);
  });

  it('is given up at last, and the trail says so', async () => {
    const { stub, waiting } = await unwelcomed(new Error('out of order'));
    await runDurableObjectAlarm(stub);
    for (let tries = 0; tries < MAIL_RETRIES.length + 2; tries += 1) {
      await runDurableObjectAlarm(stub);
      vi.setSystemTime(((await waiting()).mails[0]?.next_at ?? Date.now()) + 1);
    }
    const { mails, gaveUp } = await waiting();
    expect(mails).toEqual([]);
    expect(gaveUp).toHaveLength(1);
  });

  it('is not sent any more when nobody needs it', async () => {
    const { stub, mailbox, waiting, received } = await unwelcomed(new Error('out of order'));
    await runDurableObjectAlarm(stub);
    await vi.waitFor(async () => expect((await waiting()).mails).toHaveLength(1));
    await runInDurableObject(stub, (_, state) => {
      state.storage.sql.exec('UPDATE outgoing_mail SET expires_at = ?, next_at = 0', Date.now() - 1);
      return state.storage.setAlarm(Date.now() + 60_000);
    });
    mailbox.mockRestore();
    await runDurableObjectAlarm(stub);
    expect((await waiting()).mails).toEqual([]);
    expect(await received()).toEqual([]);
  });
});
