import { env } from 'cloudflare:test';
import { expect, it } from 'vitest';
import '../../src/worker.ts';
import { createRegistrations } from '../../src/clients/registrations.ts';
import { configOf, configure } from '../../src/config/configured.ts';
import { defineConfig } from '../../src/config/define.ts';
import { rootSecrets } from '../../src/crypto/root-secret.ts';
import { newRecordId, newUserId } from '../../src/crypto/token.ts';
import { readMailbox } from '../../src/mail/mailbox.ts';
import { sendMail } from '../../src/mail/send.ts';
import { mailReceiver } from '../../src/outbox/mail.ts';
import type { EventType } from '../../src/user/security-events.ts';

configure(
  defineConfig(({ PORTCULLIS_ISSUER }) => ({
    issuer: PORTCULLIS_ISSUER,
    clients: [],
    registration: { kind: 'open' },
  })),
);

/** What a person is mailed when a token of theirs for this client was reused. */
async function warningAbout(clientId: string): Promise<string | undefined> {
  const userId = newUserId();
  const email = `${userId.toLowerCase()}@people.test`;
  const event = {
    eventId: newRecordId(),
    userId,
    sequence: 1,
    type: 'family_reuse' as const,
    at: Date.now(),
    detail: { clientId },
  };
  const person = { userId, email, emailVerified: false, name: 'Ada' };
  const answer = await mailReceiver(env).deliver([event], person);
  if (answer.kind !== 'taken') throw new Error(answer.reason);
  for (const mail of answer.mails ?? []) {
    expect(mail.sealed).not.toContain(email);
    expect(await sendMail(env, mail, userId)).toBe('sent');
  }
  return (await readMailbox(env.MAILBOX)).find((message) => message.to === email)?.text;
}

it('names a client that registered itself in the warning about its token', async () => {
  const registrations = createRegistrations({
    config: configOf(env),
    secrets: await rootSecrets(env),
    namespace: env.CLIENT,
  });
  const registered = await registrations.register({
    client_name: 'Notes on the road',
    redirect_uris: ['https://notes.test/callback'],
    token_endpoint_auth_method: 'none',
  });
  if (registered.kind === 'refused') throw new Error(registered.description);
  expect(await warningAbout(registered.client.clientId)).toContain('App: Notes on the road\n');
});

it('warns all the same when the client is gone', async () => {
  expect(await warningAbout('gone')).toContain('App: An app\n');
});

it('is handed nothing that nobody is mailed about, and seals no link for it', () => {
  const { wants } = mailReceiver(env);
  expect(
    ['family_reuse', 'session_opened', 'account_deleted'].filter((type) => !wants(type as EventType)),
  ).toEqual([]);
  expect(
    ['session_ended', 'family_revoked', 'delivery_given_up'].filter((type) => wants(type as EventType)),
  ).toEqual([]);
});
