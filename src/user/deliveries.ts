import { inTime } from '../http/in-time.ts';
import type { DeliveryAnswer, OutgoingEvent, Receiver } from '../outbox/receiver.ts';
import { receiverKinds } from '../telemetry/catalogue.ts';
import { log } from '../telemetry/log.ts';
import { count } from '../telemetry/recording.ts';
import type { UserRecord } from './record.ts';
import type { Cursor } from './tables/event-receiver.ts';
import type { Profile } from './types.ts';

// The events of a user go to each receiver in order, and to all of them side by side: whoever fails waits by itself.

const FIRST_RETRY = 5_000;
const LAST_RETRY = 60 * 60 * 1000;
/** A receiver that took nothing for so long is handed nothing older any more. */
const GIVEN_UP_AFTER = 3 * 24 * 60 * 60 * 1000;
/** Longer than a receiver's own patience with whoever it asks. */
const ANSWERS_WITHIN = 15_000;
/** Rows that are read for one turn: most receivers want few of the events. */
const LOOKED_AT = 200;
/** Turns that one receiver has with one alarm. */
const TURNS = 20;

interface Turn {
  profile: Profile;
  cursor: Cursor;
  events: OutgoingEvent[];
  /** The receiver is done with all up to this one when it has taken them. */
  through: number;
  /** These were given up before. */
  isReplay: boolean;
}

export interface Deliverer {
  transaction: <T>(use: (user: UserRecord, now: number) => T) => T;
  /** Names the object in the log. */
  objectId: string;
}

/** What is handed to a receiver next, if it is time. */
function turnOf(user: UserRecord, receiver: Receiver, now: number): Turn | undefined {
  const profile = user.person();
  const cursor = user.eventReceivers.get(receiver.name);
  if (!profile || cursor.nextAt > now) return undefined;
  const turn = { profile, cursor };
  const replayed = user.deadLetters.replayed(receiver.name, receiver.batch);
  if (replayed.length > 0) return { ...turn, events: replayed, through: cursor.sequence, isReplay: true };
  const rows = user.events.after(cursor.sequence, LOOKED_AT);
  const newest = rows.at(-1);
  if (!newest) return undefined;
  const wanted = rows.filter(({ type }) => receiver.wants(type)).slice(0, receiver.batch);
  const isFull = wanted.length === receiver.batch;
  const through = (isFull ? wanted.at(-1) : newest)?.sequence ?? newest.sequence;
  const events = wanted.map((row) => ({ ...row, userId: profile.userId }));
  return { ...turn, events, through, isReplay: false };
}

/** Asks a receiver, which may hang or fail. */
async function ask(receiver: Receiver, { events, profile }: Turn): Promise<DeliveryAnswer> {
  if (events.length === 0) return { kind: 'taken' };
  try {
    const answer = await inTime(receiver.deliver(events, profile), ANSWERS_WITHIN);
    return answer ?? { kind: 'later', reason: 'no_answer' };
  } catch (error) {
    return { kind: 'later', reason: error instanceof Error ? error.name : 'unknown' };
  }
}

/** Keeps an event aside. The trail tells of it, but not of an event that only tells of another one. */
function giveUp(
  user: UserRecord,
  receiver: Receiver,
  event: OutgoingEvent,
  { reason, attempts }: { reason: string; attempts: number },
  now: number,
): void {
  const letter = { receiver: receiver.name, event, reason, attempts, givenUpAt: now };
  const dropped = user.deadLetters.insert(letter);
  if (event.type === 'delivery_given_up') return;
  user.note('delivery_given_up', now, {
    receiver: receiver.name,
    eventId: event.eventId,
    reason,
    attempts,
    ...(dropped > 0 && { dropped }),
  });
}

function taken(user: UserRecord, receiver: Receiver, { events, through, isReplay, cursor }: Turn): void {
  if (isReplay) for (const { sequence } of events) user.deadLetters.remove(receiver.name, sequence);
  if (isReplay && cursor.failingSince === null) return;
  user.eventReceivers.set(receiver.name, { sequence: through, attempts: 0, failingSince: null, nextAt: 0 });
}

function refused(user: UserRecord, receiver: Receiver, turn: Turn, reason: string, now: number): void {
  const attempts = turn.cursor.attempts + 1;
  for (const event of turn.events) giveUp(user, receiver, event, { reason, attempts }, now);
  // It did answer, so it is there.
  user.eventReceivers.set(receiver.name, {
    sequence: turn.through,
    attempts: 0,
    failingSince: null,
    nextAt: 0,
  });
}

function postponed(user: UserRecord, receiver: Receiver, turn: Turn, reason: string, now: number): void {
  const { cursor, events, isReplay } = turn;
  const attempts = cursor.attempts + 1;
  const failingSince = cursor.failingSince ?? now;
  const hasLostPatience = !receiver.isPatient && now - failingSince >= GIVEN_UP_AFTER;
  const old = hasLostPatience ? events.filter(({ at }) => now - at >= GIVEN_UP_AFTER) : [];
  for (const event of old) giveUp(user, receiver, event, { reason, attempts }, now);
  const last = old.at(-1);
  user.eventReceivers.set(receiver.name, {
    sequence: last && !isReplay ? last.sequence : cursor.sequence,
    attempts,
    failingSince,
    // Where an event was given up the next one has its turn soon.
    nextAt: now + (last ? FIRST_RETRY : Math.min(FIRST_RETRY * 2 ** cursor.attempts, LAST_RETRY)),
  });
}

const kindOf = ({ name }: Receiver): (typeof receiverKinds)[number] =>
  receiverKinds.find((kind) => name.split(':')[0] === kind) ?? 'other';

/** One receiver's turns. */
async function serve(
  { transaction, objectId }: Deliverer,
  receiver: Receiver,
  posted: () => Promise<void>,
): Promise<void> {
  for (let turns = 0; turns < TURNS; turns += 1) {
    const turn = transaction((user, now) => turnOf(user, receiver, now));
    if (!turn) return;
    const answer = await ask(receiver, turn);
    count(
      'portcullis_outbox_events_total',
      { receiver: kindOf(receiver), outcome: answer.kind },
      turn.events.length,
    );
    transaction((user, now) => {
      switch (answer.kind) {
        case 'taken':
          taken(user, receiver, turn);
          for (const mail of answer.mails ?? []) user.mails.insert(mail, now);
          return;
        case 'never':
          return refused(user, receiver, turn, answer.reason, now);
        case 'later':
          return postponed(user, receiver, turn, answer.reason, now);
        default:
          return answer satisfies never;
      }
    });
    if (answer.kind !== 'taken')
      log('error', 'user.delivery_failed', { objectId, receiver: receiver.name, reason: answer.reason });
    else if (answer.mails?.length) await posted();
  }
}

/** @param posted is called when there is new mail to send */
export async function deliver(
  deliverer: Deliverer,
  receivers: readonly Receiver[],
  posted: () => Promise<void>,
): Promise<void> {
  // Before any of them is ahead: whoever is new begins where the furthest of the others is.
  deliverer.transaction((user) => {
    if (user.events.head()) user.eventReceivers.begin(receivers.map(({ name }) => name));
  });
  await Promise.all(receivers.map((receiver) => serve(deliverer, receiver, posted)));
}

const hasPending = (user: UserRecord, { name }: Receiver): boolean =>
  user.events.after(user.eventReceivers.get(name).sequence, 1).length > 0 ||
  user.deadLetters.replayed(name, 1).length > 0;

/** Whether every receiver has all, or gave it up. */
export const allDelivered = (user: UserRecord, receivers: readonly Receiver[]): boolean =>
  !receivers.some((receiver) => hasPending(user, receiver));

/** The last event that every receiver is done with. */
export const deliveredThrough = (user: UserRecord, receivers: readonly Receiver[]): number =>
  Math.min(...receivers.map(({ name }) => user.eventReceivers.get(name).sequence));

/** Asks for the alarm that the next turn needs. */
export function wakeForDeliveries(user: UserRecord, receivers: readonly Receiver[], now: number): void {
  for (const receiver of receivers)
    if (hasPending(user, receiver)) user.wakeBy(Math.max(now, user.eventReceivers.get(receiver.name).nextAt));
}

/** Has what was given up tried again, at once. @returns how many events that is */
export function replayDeliveries(user: UserRecord, receiver: string | undefined, now: number): number {
  const count = user.deadLetters.replay(receiver, now);
  // Whoever asks for it knows that the receiver is there again.
  user.eventReceivers.hurry(receiver);
  if (count > 0) user.wakeBy(now);
  return count;
}
