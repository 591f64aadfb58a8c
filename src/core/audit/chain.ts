// Each user's events form a chain: the hash of an event covers the hash of the one before it, so that a row that is changed,
// taken out or put elsewhere does not fit any more. The detail is covered by a salted hash of its own: once a deleted
// account's details and salts are erased, the chain still verifies, and nobody can find out by guessing what they were.

/** What an event of the chain is, but for its detail. */
export interface ChainedEvent {
  /** Counts the user's events from 1, without gaps. */
  sequence: number;
  eventId: string;
  userId: string;
  type: string;
  /** Milliseconds since the epoch. */
  at: number;
}

/** An event's place in the chain. */
export interface ChainLink {
  /** `hash` of the event before; empty where the chain begins. */
  previousHash: string;
  /** Null once the detail is erased. */
  salt: string | null;
  detailHash: string;
  hash: string;
}

/** SHA-256 of UTF-8 text, base64url. */
export type Digest = (text: string) => string;

/** Before the first event. */
export const CHAIN_BEGINS = '';

// JSON separates the members so that no two different events have the same text, whatever somebody wrote into them.
const canonicalEvent = (event: ChainedEvent, previousHash: string, detailHash: string): string =>
  JSON.stringify([
    'portcullis-event-1',
    previousHash,
    event.sequence,
    event.eventId,
    event.userId,
    event.type,
    event.at,
    detailHash,
  ]);

const canonicalDetail = (salt: string, detail: string): string => JSON.stringify([salt, detail]);

export const detailHashOf = (digest: Digest, salt: string, detail: string): string =>
  digest(canonicalDetail(salt, detail));

export const hashOf = (
  digest: Digest,
  event: ChainedEvent,
  { previousHash, detailHash }: Pick<ChainLink, 'previousHash' | 'detailHash'>,
): string => digest(canonicalEvent(event, previousHash, detailHash));

/** Joins an event to the chain. @param detail the JSON text of it, as it is kept */
export function linkOf(
  digest: Digest,
  event: ChainedEvent,
  detail: string,
  { previousHash, salt }: { previousHash: string; salt: string },
): ChainLink & { salt: string } {
  const detailHash = detailHashOf(digest, salt, detail);
  return {
    previousHash,
    salt,
    detailHash,
    hash: hashOf(digest, event, { previousHash, detailHash }),
  };
}
