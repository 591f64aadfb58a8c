import { refresh, revokeFamily } from '../../../src/user/families.ts';
import { endEverythingBut, endSession } from '../../../src/user/sessions.ts';
import type { RefreshAnswer } from '../../../src/user/types.ts';
import { hashOf, type Token } from './secrets.ts';
import type { Presentation, Testimony } from './witness.ts';
import type { World } from './world.ts';

/** How a call may go wrong. Whoever waits for the object then gets an error, except after the response. */
const dooms = [
  'crash before the transaction',
  'crash before the commit',
  'storage full at the commit',
  'crash after the commit',
  'crash after the response',
] as const;
type Doom = (typeof dooms)[number];

/** What a caller of the object gets: its answer, or an error from the stub. */
export type Reply =
  | { kind: 'answered'; answer: RefreshAnswer; testimony: Testimony }
  | { kind: 'failed'; retryable: boolean };

/** What ends families without a refresh. */
export type Ending =
  | { kind: 'sign-out'; sessionId: string }
  | { kind: 'sign-out everywhere' }
  | { kind: 'revocation'; token: Token; clientId: string };

/** An answer behind the output gate. */
interface Held {
  open(): void;
  fail(retryable: boolean): void;
}

/** How long a commit takes, in milliseconds. Others may come in before it is done. */
const COMMIT = 4;

/**
 * The user's object: the real transactions of src/user/families.ts and sessions.ts, which run the real rule, over
 * modelled storage and behind the platform's output gate.
 */
export class UserObject {
  readonly #world: World;
  #held: Held[] = [];
  #doom: Doom | undefined;

  constructor(world: World) {
    this.#world = world;
  }

  refresh(presentation: Presentation, reply: (reply: Reply) => void): void {
    const { storage, witness, timeline } = this.#world;
    if (this.#diesAtOnce()) {
      reply({ kind: 'failed', retryable: true });
      return;
    }
    const before = storage.memory;
    let answer: RefreshAnswer | undefined;
    try {
      answer = storage.transaction((user) => refresh(user, presentation.refresh, timeline.now));
    } catch {
      // A bug, to the caller an error that no retry mends: 500.
    }
    const testimony = witness.processed(presentation, before, answer);
    this.#hold(
      () => {
        if (answer) witness.released(testimony, answer);
        reply(answer ? { kind: 'answered', answer, testimony } : { kind: 'failed', retryable: false });
      },
      (retryable) => reply({ kind: 'failed', retryable }),
    );
  }

  end(ending: Ending, acknowledged: () => void): void {
    if (this.#diesAtOnce()) return;
    const { storage, witness, timeline } = this.#world;
    const { now } = timeline;
    const before = storage.memory;
    storage.transaction((user) => {
      switch (ending.kind) {
        case 'sign-out':
          return endSession(user, ending.sessionId, 'sign_out', now);
        case 'sign-out everywhere':
          return endEverythingBut(user, null, 'sign_out_everywhere', now);
        case 'revocation':
          return revokeFamily(
            user,
            asKnownToTheObject(ending.token),
            ending.clientId,
            'revoked_by_client',
            now,
          );
      }
    });
    const ended = witness.ended(ending, before);
    this.#hold(
      () => {
        witness.endAcknowledged(ended);
        acknowledged();
      },
      () => {},
    );
  }

  /** The object is moved, deployed or evicted: its memory is gone. */
  restart(): void {
    this.#lose();
    this.#world.trace?.('the object restarts');
  }

  /** Draws whether and where this call goes wrong. */
  #diesAtOnce(): boolean {
    const { random, profile, trace, count } = this.#world;
    if (!random.chance(profile.crashRate)) return false;
    const doom = random.pick(dooms);
    trace?.(`${doom}, from here on`);
    count(doom);
    if (doom === 'crash before the transaction') this.#lose();
    else this.#doom = doom;
    return doom === 'crash before the transaction';
  }

  #hold(open: Held['open'], fail: Held['fail']): void {
    this.#held.push({ open, fail });
    this.#world.timeline.after(COMMIT, () => this.#commit());
  }

  #commit(): void {
    const { storage, witness } = this.#world;
    const doom = this.#doom;
    if (doom === 'crash before the commit' || doom === 'storage full at the commit') {
      this.#lose(doom === 'crash before the commit');
      return;
    }
    storage.commit();
    witness.committed();
    if (doom !== 'crash after the commit') this.#open();
    if (doom) this.#lose();
  }

  #open(): void {
    for (const { open } of this.#held.splice(0)) open();
  }

  #lose(retryable = true): void {
    this.#doom = undefined;
    this.#world.storage.lose();
    for (const { fail } of this.#held.splice(0)) fail(retryable);
    this.#world.witness.restarted();
  }
}

export const familyIdOf = (token: Token): string => `family ${token.family}`;

const asKnownToTheObject = (token: Token) => ({
  familyId: familyIdOf(token),
  generation: token.generation,
  secretHash: hashOf(token.secret),
});
