import { WorkerEntrypoint } from 'cloudflare:workers';
import { normalEmail } from './core/account/email.ts';
import type { Environment } from './environment.ts';
import { createIdentifiers } from './identifier/identifiers.ts';
import type { Account } from './user/types.ts';
import { createUsers } from './user/users.ts';

/**
 * What an operator's own Worker may do to accounts, through a service binding with `entrypoint: "Administration"`.
 * Only Workers of the same Cloudflare account can bind to it; it has no address on the internet and needs no token.
 * Every method is done, in every place, when it answers. All throw ObjectUnavailable when an object does not answer.
 */
export class Administration extends WorkerEntrypoint<Environment> {
  readonly #users = createUsers(this.env.USER);
  readonly #identifiers = createIdentifiers(this.env.IDENTIFIER);

  /** The user id of an email address, or undefined. */
  async find(email: string): Promise<string | undefined> {
    const normal = normalEmail(email);
    return normal === undefined ? undefined : this.#identifiers.lookup(normal);
  }

  /** Profile, sessions, and why the ended ones ended; undefined for an id that is no user. */
  inspect(userId: string): Promise<Account | undefined> {
    return this.#users.inspect(userId);
  }

  /** Ends everything and refuses every sign-in until `enable`. */
  disable(userId: string): Promise<void> {
    return this.#users.disable(userId);
  }

  enable(userId: string): Promise<void> {
    return this.#users.enable(userId);
  }

  endSession(userId: string, sessionId: string): Promise<void> {
    return this.#users.endSession(userId, sessionId, 'administrator');
  }

  /** Ends every session and every family, those with offline_access too. */
  endEverything(userId: string): Promise<void> {
    return this.#users.endEverything(userId, 'administrator');
  }
}
