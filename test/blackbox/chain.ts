import { expect } from 'vitest';
import { jsonOf } from './http.ts';
import { demo, tokensOf } from './person.ts';
import type { Life } from './rounds.ts';

/** The grace is 10 s; less, so that a slow machine proves nothing wrong. */
const GRACE_MILLISECONDS = 7_000;

/** What a client knows of its family, and what must therefore be true of it at the server. */
export class Chain {
  /** Acknowledged refresh tokens, the newest last. */
  readonly #tokens: string[];
  readonly #app: ReturnType<typeof demo>;
  /** When the newest answer, or the one that never came, was asked for. */
  #askedAt = Date.now();
  /** What was under way when the process was killed. */
  #pending: 'refresh' | 'revocation' | undefined;
  /** Why it ended, once that was acknowledged. */
  #cause: string | undefined;

  constructor(issuer: string, refreshToken: string) {
    this.#app = demo(issuer);
    this.#tokens = [refreshToken];
  }

  get newest(): string {
    return this.#tokens.at(-1) ?? '';
  }

  get isLive(): boolean {
    return this.#cause === undefined && this.#pending === undefined;
  }

  /** It ended in a way that was acknowledged. */
  end(cause: string): void {
    this.#cause = cause;
  }

  get #inGrace(): boolean {
    return Date.now() - this.#askedAt < GRACE_MILLISECONDS;
  }

  async #successor(refreshToken: string): Promise<string> {
    return tokensOf(await this.#app.refresh(refreshToken)).refreshToken;
  }

  async refresh(life: Life): Promise<void> {
    this.#askedAt = Date.now();
    this.#pending = 'refresh';
    const successor = await life.attempt(() => this.#successor(this.newest));
    if (successor === undefined) return;
    this.#pending = undefined;
    this.#tokens.push(successor);
  }

  /** Whoever lost the answer asks again, and gets the same one. */
  async replay(life: Life): Promise<void> {
    const previous = this.#tokens.at(-2);
    if (previous === undefined || !this.#inGrace) return;
    const successor = await life.attempt(() => this.#successor(previous));
    if (successor !== undefined) expect(successor).toBe(this.newest);
  }

  async revoke(life: Life): Promise<void> {
    this.#pending = 'revocation';
    const answer = await life.attempt(() => this.#app.revoke(this.newest));
    if (answer === undefined) return;
    expect(answer.status).toBe(200);
    this.#pending = undefined;
    this.#cause = 'revoked_by_client';
  }

  async #expectEnd(cause: string): Promise<void> {
    for (const token of this.#tokens.slice(-2)) {
      expect(jsonOf(await this.#app.refresh(token))).toMatchObject({ error: 'invalid_grant', cause });
    }
  }

  async #verifyPending(pending: 'refresh' | 'revocation'): Promise<void> {
    const inGrace = this.#inGrace;
    const first = await this.#app.refresh(this.newest);
    this.#pending = undefined;
    if (first.status === 200) {
      const { refreshToken } = tokensOf(first);
      // Rotated before the crash or now: whoever asks again within the grace gets the same one.
      if (inGrace) expect(await this.#successor(this.newest)).toBe(refreshToken);
      this.#tokens.push(refreshToken);
      return;
    }
    const { cause } = jsonOf(first);
    // A machine so slow that the grace is over cannot tell a lost answer from a theft.
    const expected = pending === 'revocation' ? 'revoked_by_client' : inGrace ? 'none, it lives' : 'reuse';
    expect(cause).toBe(expected);
    this.#cause = expected;
  }

  /** Finds at the server what was acknowledged. */
  async verify(): Promise<void> {
    if (this.#cause !== undefined) return this.#expectEnd(this.#cause);
    if (this.#pending !== undefined) return this.#verifyPending(this.#pending);
    const previous = this.#tokens.at(-2);
    if (previous !== undefined && this.#inGrace) expect(await this.#successor(previous)).toBe(this.newest);
    this.#askedAt = Date.now();
    this.#tokens.push(await this.#successor(this.newest));
  }
}
