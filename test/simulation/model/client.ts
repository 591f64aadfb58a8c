import { send } from './network.ts';
import type { Token } from './secrets.ts';
import type { TokenResponse } from './worker.ts';
import { clientOf, grantedResource, grantedScope, keyOf, type World } from './world.ts';

const TRIES = 4;
const FIRST_WAIT = 250;
const RENEW_AHEAD = 10_000;
/** A clock that is an hour ahead makes every token look expired; even so nobody asks more often than this. */
const MINIMUM_PERIODS = 24;

/** An honest client: tabs that share one token store and each renew when their own timer says so. */
export class Client {
  /** Everything its store ever held; the last one is what it holds. Thieves find it as well. */
  readonly tokens: Token[];
  signedOut = false;
  readonly #world: World;
  readonly #family: number;

  constructor(world: World, first: Token) {
    this.#world = world;
    this.#family = first.family;
    this.tokens = [first];
    for (let tab = 0; tab < world.profile.tabs; tab += 1) this.#setTimer(tab);
  }

  get token(): Token {
    const token = this.tokens.at(-1);
    if (!token) throw new Error('a client without a token');
    return token;
  }

  get #dpopJkt(): string | null {
    return this.#world.profile.bound ? keyOf(this.#family) : null;
  }

  #setTimer(tab: number): void {
    const { timeline, random, profile, end } = this.#world;
    const period = profile.accessSeconds * 1000 - RENEW_AHEAD - profile.skew;
    // A laptop that was closed sleeps through its timer.
    const sleep = random.chance(0.03) ? random.between(0, profile.horizon / 2) : 0;
    const wait =
      Math.max(period, profile.horizon / MINIMUM_PERIODS) + sleep + random.between(0, profile.spread);
    const remembered = this.token;
    if (timeline.now + wait > end) return;
    timeline.after(wait, () => this.#present(tab, profile.remembering ? remembered : this.token, 1));
  }

  #present(tab: number, token: Token, tries: number): void {
    if (this.signedOut) return;
    const { timeline, random, profile, count } = this.#world;
    let answered = false;
    const done = (response: TokenResponse): void => {
      // A late answer to a request that was given up still counts when it brings a newer token.
      if (response.kind === 'granted') this.#store(response.token);
      if (answered) return;
      answered = true;
      if (response.kind === 'unavailable') this.#again(tab, token, tries);
      else if (response.kind === 'refused' && response.error === 'invalid_grant') this.#refused(tab, token);
      else this.#setTimer(tab);
    };
    send(
      this.#world,
      {
        token,
        clientId: clientOf(this.#family),
        dpopJkt: this.#dpopJkt,
        scope: random.chance(0.8) ? null : random.pick([['read'], grantedScope, ['read', 'write']]),
        resource: random.chance(0.9) ? null : random.pick([grantedResource, [], ['https://other.example']]),
        cookie: profile.cookies ? this.#world.cookieOf(this.#family) : null,
        role: 'owner',
        name: `tab ${tab}`,
      },
      done,
    );
    // A laptop that is closed in the middle of a refresh asks again when it is opened, maybe much later.
    const sleep = random.chance(0.03) ? random.between(0, profile.horizon / 2) : 0;
    timeline.after(profile.timeout + sleep, () => {
      if (answered) return;
      count('a client gives up waiting');
      done({ kind: 'unavailable' });
    });
  }

  #again(tab: number, token: Token, tries: number): void {
    const { timeline, profile } = this.#world;
    // Another tab may have got it meanwhile.
    const next = (): void => this.#present(tab, profile.remembering ? token : this.token, tries + 1);
    if (tries === TRIES) this.#setTimer(tab);
    else timeline.after(FIRST_WAIT * 2 ** (tries - 1), next);
  }

  #store(token: Token): void {
    if (token.generation > this.token.generation) this.tokens.push(token);
  }

  #refused(tab: number, token: Token): void {
    // Another tab was faster: the store has what comes after.
    if (token !== this.token) this.#setTimer(tab);
    else if (!this.signedOut) {
      this.signedOut = true;
      this.#world.trace?.(`the client of family ${this.#family} is signed out`);
      this.#world.count('a client is signed out');
      this.#world.witness.signedOut(this.#family);
    }
  }
}
