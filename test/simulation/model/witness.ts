import { sameBytes } from '../../../src/core/bytes.ts';
import type { Refresh, RefreshAnswer } from '../../../src/user/types.ts';
import { Answers } from './answers.ts';
import { type Check, Violation } from './checks.ts';
import { endedBy, isInSession, mayEnd, placeOf, required } from './history.ts';
import type { Ending } from './object.ts';
import { nameOf } from './secrets.ts';
import type { State } from './storage.ts';
import type { TokenRequest, TokenResponse } from './worker.ts';
import type { World } from './world.ts';

/** A call of the object, with what only the Worker and the witness know of it. A retry is the same presentation. */
export interface Presentation {
  request: TokenRequest;
  refresh: Refresh;
  /** The candidate's secret. */
  successor: Uint8Array;
}

/** What the witness saw in the transaction, to be compared with what leaves later. */
export interface Testimony {
  family: number;
  generation: number;
  /** Of the presented secret. */
  name: number;
  /** Of the one successor that it may be answered with. */
  successor: number | undefined;
  hash: Uint8Array | undefined;
  order: number;
  at: number;
  epoch: number;
  /** Whether the same request made the successor before. */
  repeated: boolean;
  /** Whether this browser made the successor before: both requests had the cookie of the session. */
  inBrowser: boolean;
}

/**
 * Sees everything: each transaction, each commit, each answer that leaves, and the secrets behind the hashes. It
 * takes no part and draws nothing. A check that fails throws, and the schedule is over.
 */
export class Witness {
  readonly #world: World;
  readonly #answers: Answers;
  #order = 0;
  #epoch = 0;
  #committed: State;
  /** By family: the newest generation, and whether an end, that left the object. */
  #acknowledged: { generation: number; ended: boolean }[];
  /** Families whose client has a reason to be signed out. */
  readonly #excused = new Set<number>();

  constructor(world: World) {
    this.#world = world;
    this.#answers = new Answers(world.profile);
    this.#committed = world.storage.durable;
    this.#acknowledged = this.#committed.families.map(() => ({ generation: 0, ended: false }));
  }

  #require(condition: boolean, check: Check, detail: string): asserts condition {
    if (!condition) throw new Violation(check, detail);
  }

  /** The object ran a transaction; undefined for one that threw. It may still be lost. */
  processed(presentation: Presentation, before: State, answer: RefreshAnswer | undefined): Testimony {
    const { request, successor } = presentation;
    const { storage, timeline, profile, count, trace } = this.#world;
    const { family, generation, secret } = request.token;
    const row = before.families[family];
    const history = before.histories[family];
    const after = storage.memory.families[family];
    if (!row || !history || !after) throw new Error('no such family');
    this.#require(
      request.token.tag >= 0,
      'garbage wakes no object',
      `${request.name} had no key for the tag`,
    );

    const inSession = isInSession(presentation, before, timeline.now);
    const place = placeOf(presentation, before, profile, timeline.now);
    const said = answer ? ('cause' in answer ? `${answer.kind} (${answer.cause})` : answer.kind) : 'a throw';
    trace?.(
      `${request.name} presents generation ${generation} of family ${family} at ${row.generation}: ${place}; ${said}`,
    );
    count(place);
    count(`answer ${said}`);
    if (place === 'stale' && request.role === 'thief') count('a theft is caught by the thief');
    if (place === 'stale' && history.rotatedBy?.request.role === 'thief' && request.role === 'owner') {
      count('a theft is caught by the owner');
    }
    required(place, { row, after, answer, history, profile, now: timeline.now });

    const granted = answer?.kind === 'rotated' || answer?.kind === 'replayed';
    if (answer?.kind === 'rotated') {
      storage.remember(family, {
        ...history,
        secrets: [...history.secrets, nameOf(successor)],
        rotatedAt: timeline.now,
        rotatedBy: presentation,
        rotatedInSession: inSession,
      });
    } else if (answer?.kind === 'ended' || place === 'session over') {
      this.#end(family);
    }
    if (mayEnd(place)) this.excuse(family);
    this.#order += 1;
    return {
      family,
      generation,
      name: nameOf(secret),
      successor: granted ? storage.memory.histories[family]?.secrets[generation + 1] : undefined,
      hash: granted ? after.currentHash : undefined,
      order: this.#order,
      at: timeline.now,
      epoch: this.#epoch,
      repeated: history.rotatedBy === presentation,
      inBrowser: history.rotatedInSession && inSession,
    };
  }

  /** A sign-out or revocation ran its transaction. @returns the families that it had to end */
  ended(ending: Ending, before: State): number[] {
    const { storage, timeline, trace, count } = this.#world;
    const families = before.families.flatMap((row, family) =>
      endedBy(ending, row, family, before, timeline.now) ? [family] : [],
    );
    count(ending.kind);
    trace?.(`${ending.kind}: family ${families.join(' and ') || 'none'} ends`);
    before.families.forEach((row, family) => {
      const after = storage.memory.families[family];
      const meant = families.includes(family);
      this.#require(
        meant ? after?.endedAt !== null : after === row,
        'a sign-out ends exactly its own',
        `a ${ending.kind} ${meant ? 'left family' : 'touched family'} ${family}`,
      );
      if (!meant) return;
      this.#end(family);
      this.excuse(family);
    });
    return families;
  }

  /** It was told to be done. */
  endAcknowledged(families: number[]): void {
    for (const family of families) this.#acknowledgeEnd(family);
  }

  #end(family: number): void {
    const { storage } = this.#world;
    const history = storage.memory.histories[family];
    if (history) storage.remember(family, { ...history, ended: true });
  }

  #acknowledgeEnd(family: number): void {
    const acknowledged = this.#acknowledged[family];
    if (acknowledged) acknowledged.ended = true;
    this.#requireDurable(family);
  }

  /** From now on this client may be signed out. */
  excuse(family: number): void {
    this.#excused.add(family);
  }

  /** An answer passes the output gate. */
  released(testimony: Testimony, answer: RefreshAnswer): void {
    const { family, generation, hash } = testimony;
    const row = this.#world.storage.durable.families[family];
    const acknowledged = this.#acknowledged[family];
    if (!row || !acknowledged) throw new Error('no such family');
    if (answer.kind === 'ended') this.#acknowledgeEnd(family);
    if (!hash) return;
    const successor = generation + 1;
    const stored =
      row.generation > successor || (row.generation === successor && sameBytes(row.currentHash, hash));
    this.#require(
      stored,
      'no success without a durable row',
      `generation ${successor} was answered before it was stored`,
    );
    acknowledged.generation = Math.max(acknowledged.generation, successor);
  }

  committed(): void {
    const { families } = this.#world.storage.durable;
    families.forEach((row, family) => {
      const last = this.#committed.families[family];
      if (!last || last === row) return;
      this.#require(
        row.idleExpiresAt <= row.absoluteExpiresAt,
        'nothing outlives its expiry',
        `idle expiry ${row.idleExpiresAt} is after the absolute one, ${row.absoluteExpiresAt}`,
      );
      this.#require(
        last.endedAt === null || (row.endedAt === last.endedAt && row.endCause === last.endCause),
        'ended is for ever',
        `the end of family ${family} was changed`,
      );
      this.#require(
        row.generation >= last.generation,
        'one successor',
        `family ${family} went back from generation ${last.generation} to ${row.generation}`,
      );
    });
    this.#committed = this.#world.storage.durable;
  }

  /** The object lost its memory. */
  restarted(): void {
    this.#acknowledged.forEach((_, family) => {
      this.#requireDurable(family);
    });
  }

  #requireDurable(family: number): void {
    const row = this.#world.storage.durable.families[family];
    const acknowledged = this.#acknowledged[family];
    if (!row || !acknowledged) throw new Error('no such family');
    this.#require(
      row.generation >= acknowledged.generation,
      'no success without a durable row',
      `generation ${acknowledged.generation} was answered, storage has ${row.generation}`,
    );
    this.#require(
      !acknowledged.ended || row.endedAt !== null,
      'ended is for ever',
      `the end of family ${family} was answered and is not in storage`,
    );
  }

  /** Storage was replaced by a backup: nobody can know what came after it, and the rule must not pretend to. */
  restored(): void {
    this.#epoch += 1;
    this.#answers.restored();
    this.#committed = this.#world.storage.durable;
    this.#acknowledged = this.#committed.families.map((row) => ({
      generation: row.generation,
      ended: row.endedAt !== null,
    }));
  }

  /** The Worker answers. */
  left(testimony: Testimony, answer: RefreshAnswer, request: TokenRequest, response: TokenResponse): void {
    if (response.kind === 'granted') {
      this.#require(
        nameOf(response.token.secret) === testimony.successor,
        'one successor',
        `generation ${testimony.generation} was answered with a successor that storage does not have`,
      );
    }
    this.#answers.left(testimony, answer, request, response);
  }

  /** A client forgets its token, for it was told that its sign-in is over. */
  signedOut(family: number): void {
    this.#require(
      this.#excused.has(family),
      'a retry in the grace signs nobody out',
      `the client of family ${family} was signed out for no reason`,
    );
  }
}
