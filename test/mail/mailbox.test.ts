import { env } from 'cloudflare:workers';
import { Hono } from 'hono';
import { describe, expect, it } from 'vitest';
import type { Config } from '../../src/config/schema.ts';
import { mailbox } from '../../src/endpoints/dev/mailbox.tsx';
import type { MailMessage } from '../../src/mail/mail.ts';
import { mailboxMailer, readMailbox } from '../../src/mail/mailbox.ts';
import { english } from '../../src/texts/language.ts';
import { plainLook } from '../pages/look.ts';

const message = (index: number): MailMessage => ({
  to: 'ada@example.org',
  subject: `Message ${index}`,
  text: 'Hello',
  sentAt: 1_794_647_100_000 + index,
  id: `event-${index}`,
});
const fresh = () => env.MAILBOX.get(env.MAILBOX.newUniqueId());

describe('the mailbox', () => {
  it('keeps one message however often it is delivered', async () => {
    const box = fresh();
    await box.deliver(message(1));
    await box.deliver({ ...message(1), subject: 'Changed on the way' });
    expect(await box.list()).toEqual([message(1)]);
  });

  it('keeps the newest 100, the newest first', async () => {
    const box = fresh();
    for (let index = 1; index <= 105; index += 1) await box.deliver(message(index));
    const kept = await box.list();
    expect(kept.map(({ id }) => id)).toEqual(
      Array.from({ length: 100 }, (_, index) => `event-${105 - index}`),
    );
  });

  it('does not take an old message back that it has already dropped', async () => {
    const box = fresh();
    for (let index = 1; index <= 101; index += 1) await box.deliver(message(index));
    await box.deliver(message(1));
    expect((await box.list()).at(-1)).toEqual(message(2));
  });

  it('shows what the mailer sent', async () => {
    await mailboxMailer(env.MAILBOX).send(message(7));
    expect(await readMailbox(env.MAILBOX)).toContainEqual(message(7));
  });
});

describe('GET /dev/mailbox', () => {
  const get = (environment: string) => {
    const languages = { offered: [english], fallback: english };
    const config = { name: 'Portcullis', languages, look: plainLook, environment } as unknown as Config;
    return new Hono().get('/dev/mailbox', mailbox({ config, environment: env })).request('/dev/mailbox');
  };

  it('shows the mail in development', async () => {
    await mailboxMailer(env.MAILBOX).send(message(8));
    const response = await get('development');
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('Message 8');
  });

  it.each(['production', 'staging', ''])('does not exist in the environment "%s"', async (environment) => {
    const response = await get(environment);
    expect(response.status).toBe(404);
    expect(await response.text()).not.toContain('Message');
  });
});
