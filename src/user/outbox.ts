import { appendToTrail } from '../audit/trail.ts';
import { clientsOf } from '../clients/clients.ts';
import { configOf } from '../config/configured.ts';
import type { Environment } from '../environment.ts';
import type { Mailer } from '../mail/mail.ts';
import { mailboxMailer } from '../mail/mailbox.ts';
import { familyReuse, welcome } from '../mail/messages.ts';
import { english } from '../texts/language.ts';
import { deviceName } from './device.ts';
import type { EventRow } from './tables/event.ts';
import type { Profile } from './types.ts';

/** Production has no way to send mail yet; the audit trail has every event all the same. */
const mailerOf = (environment: Environment): Mailer | undefined =>
  configOf(environment).environment === 'development' ? mailboxMailer(environment.MAILBOX) : undefined;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** What people call a client. A warning does not wait for the name of what it is about. */
async function clientName(environment: Environment, clientId: string): Promise<string> {
  const clients = await clientsOf(environment);
  const client = await clients.find(clientId).catch(() => undefined);
  return client?.clientName ?? english.texts.common.anApp;
}

/** What the person is told of an event, or nothing. */
async function notification(
  environment: Environment,
  event: EventRow,
): Promise<{ subject: string; text: string } | undefined> {
  const { name, issuer } = configOf(environment);
  switch (event.type) {
    case 'user_created':
      return welcome({ name, issuer });
    case 'family_reuse':
      return familyReuse({
        name,
        issuer,
        clientName: await clientName(environment, text(event.detail.clientId)),
        deviceName: deviceName(text(event.detail.userAgent), english.texts),
        place: text(event.detail.place),
        at: event.at,
      });
    default:
      return undefined;
  }
}

/**
 * Hands a batch of events to the audit trail and to the person's mailbox. May be repeated after a failure: both
 * ends recognise an event by its id.
 */
export async function deliver(
  environment: Environment,
  profile: Profile,
  events: readonly EventRow[],
): Promise<void> {
  await appendToTrail(
    environment.AUDIT,
    events.map((event) => ({ ...event, userId: profile.userId })),
  );
  const mailer = mailerOf(environment);
  for (const event of mailer ? events : []) {
    const message = await notification(environment, event);
    if (message) {
      await mailer?.send({
        ...message,
        to: profile.email,
        sentAt: event.at,
        id: `${profile.userId}.${event.eventId}`,
      });
    }
  }
}
