import type { RefreshAnswer } from '../../../src/user/types.ts';
import { type Check, Violation } from './checks.ts';
import { nameOf } from './secrets.ts';
import type { Testimony } from './witness.ts';
import type { TokenRequest, TokenResponse } from './worker.ts';
import { bornAt, clientOf, grantedResource, grantedScope, keyOf, type Profile } from './world.ts';

/** A token that was answered with a successor. */
interface HandedOut {
  /** The name of the successor. */
  successor: number;
  /** When it was first granted, and which transaction that was. */
  at: number;
  order: number;
  inBrowser: boolean;
}

/** Judges what leaves the Worker by nothing but what left it before: no storage, no rule, no history. */
export class Answers {
  readonly #profile: Profile;
  /** By family and generation of the presented token. */
  readonly #handedOut = new Map<string, HandedOut>();
  /** By name of a presented secret: the transaction that refused it for good. */
  readonly #final = new Map<number, number>();
  /** Counts the restores: what was said before one binds nobody after it. */
  #epoch = 0;

  constructor(profile: Profile) {
    this.#profile = profile;
  }

  restored(): void {
    this.#epoch += 1;
    this.#handedOut.clear();
    this.#final.clear();
  }

  left(testimony: Testimony, answer: RefreshAnswer, request: TokenRequest, response: TokenResponse): void {
    const { name, order, epoch } = testimony;
    if (epoch !== this.#epoch) return;
    if (response.kind === 'granted') this.#granted(testimony, answer.kind, request, response);
    const forGood = answer.kind === 'ended' || (answer.kind === 'refused' && answer.reason === 'ended');
    if (forGood) this.#final.set(name, Math.min(order, this.#final.get(name) ?? order));
  }

  #granted(
    { family, generation, name, order, at, repeated, inBrowser }: Testimony,
    kind: RefreshAnswer['kind'],
    request: TokenRequest,
    response: Extract<TokenResponse, { kind: 'granted' }>,
  ): void {
    const demand = (condition: boolean, check: Check, detail: string): void => {
      if (!condition) throw new Violation(check, `generation ${generation} of family ${family} ${detail}`);
    };
    const { bound, graceSeconds, idleSeconds, absoluteSeconds } = this.#profile;

    demand(
      order < (this.#final.get(name) ?? Number.POSITIVE_INFINITY),
      'no refusal becomes a success',
      'was refused for good, then granted',
    );
    demand(request.clientId === clientOf(family), 'only its own client', 'was granted to another client');
    demand(
      !bound || request.dpopJkt === keyOf(family),
      'a stolen bound token is useless',
      'was granted without its key',
    );
    demand(
      response.scope.every((item) => grantedScope.includes(item) || item === 'offline_access') &&
        response.resource.every((item) => grantedResource.includes(item)),
      'never wider',
      'was granted more than the grant has',
    );

    const successor = nameOf(response.token.secret);
    const before = this.#handedOut.get(`${family} ${generation}`);
    if (!before || order < before.order)
      this.#handedOut.set(`${family} ${generation}`, { successor, at, order, inBrowser });
    demand(!before || before.successor === successor, 'one successor', 'has two successors');

    // Two uses of one token: by tabs and retries, or by an owner and a thief. The grace tells them apart.
    // Answers overtake each other: it is the later transaction that needs an excuse.
    const sameBrowser = before && order < before.order ? before.inBrowser : inBrowser;
    const late = before && Math.abs(at - before.at) >= graceSeconds * 1000;
    demand(
      !late || bound || repeated || sameBrowser,
      'theft is caught',
      'was granted twice, further apart than the grace',
    );
    const next = this.#handedOut.get(`${family} ${generation + 1}`);
    demand(!next || order < next.order, 'theft is caught', 'was granted after its successor was used');

    const parent = this.#handedOut.get(`${family} ${generation - 1}`);
    const idle = (generation === 0 ? bornAt : (parent?.at ?? at)) + idleSeconds * 1000;
    // Of a replay whose first answer never left, nobody out here knows when the successor was made.
    demand(
      before !== undefined || kind === 'replayed' || at < idle,
      'nothing outlives its expiry',
      'was granted after its idle expiry',
    );
    demand(
      at < bornAt + absoluteSeconds * 1000,
      'nothing outlives its expiry',
      'was granted after the absolute expiry',
    );
  }
}
