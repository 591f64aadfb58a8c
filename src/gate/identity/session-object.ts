import { DurableObject } from 'cloudflare:workers';
import { configOf } from '../../config/configured.ts';
import { expiry, worthTouching } from '../../core/session/rule.ts';
import { type RootSecrets, rootSecrets } from '../../crypto/root-secret.ts';
import { openSealed, seal } from '../../crypto/seal.ts';
import { migrate } from '../../durable/migrate.ts';
import type { Environment } from '../../environment.ts';
import type { ProviderTokens } from '../../federation/exchange.ts';
import type { EndCause } from '../../user/types.ts';
import type { KnownAnswer } from './identity.ts';
import { beyondUserInfo, personClaims, profileOf, type SignInFacts } from './person-claims.ts';
import type { Provider } from './provider.ts';

const migrations = [
  `CREATE TABLE session (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    session_id TEXT NOT NULL,
    subject TEXT NOT NULL,
    -- What the ID token said, as JSON: of the sign-in, and of the person.
    sign_in TEXT NOT NULL,
    id_claims TEXT NOT NULL,
    -- The same as UserInfo said it last.
    user_info TEXT NOT NULL,
    -- The provider's tokens, sealed.
    tokens TEXT NOT NULL,
    -- When the provider was last asked whether it knows the session. Times are milliseconds since the epoch.
    confirmed_at INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    idle_milliseconds INTEGER NOT NULL,
    absolute_expires_at INTEGER NOT NULL,
    ended_at INTEGER,
    end_cause TEXT
  )`,
];

/** What a gate session begins with. */
export interface NewGateSession {
  sessionId: string;
  /** The provider's name for the person. */
  subject: string;
  signIn: SignInFacts;
  idClaims: Readonly<Record<string, unknown>>;
  userInfo: Readonly<Record<string, unknown>>;
  tokens: ProviderTokens & { idToken: string };
  /** When UserInfo was asked, in milliseconds since the epoch. */
  confirmedAt: number;
  idleSeconds: number;
  absoluteSeconds: number;
}

type StoredTokens = NewGateSession['tokens'];

/** What signing out at the provider needs. */
export type EndedSession = Pick<StoredTokens, 'idToken' | 'refreshToken'>;

interface SessionRow extends Record<string, SqlStorageValue> {
  sessionId: string;
  subject: string;
  signIn: string;
  idClaims: string;
  userInfo: string;
  tokens: string;
  confirmedAt: number;
  lastUsedAt: number;
  idleMilliseconds: number;
  absoluteExpiresAt: number;
  endedAt: number | null;
  endCause: string | null;
}

const columns = `session_id AS sessionId, subject, sign_in AS signIn, id_claims AS idClaims, user_info AS userInfo, tokens,
  confirmed_at AS confirmedAt, last_used_at AS lastUsedAt, idle_milliseconds AS idleMilliseconds,
  absolute_expires_at AS absoluteExpiresAt, ended_at AS endedAt, end_cause AS endCause`;

/** The provider is being asked. */
interface Confirmation {
  number: number;
  /** Milliseconds since the epoch. */
  askedAt: number;
  done: Promise<void>;
}

/** For how long an end is still told by its name; then there is no such session. */
const EXPLAINED_FOR = 60 * 60 * 1000;
/** Three tokens of 8,192 characters at most, sealed. */
const MAXIMUM_SEALED = 40_000;
/** All that one question may take: the gate waits for no longer than ten seconds. */
const PATIENCE_MILLISECONDS = 9_000;
/** A refresh whose answer is lost is repeated while the provider still takes the old token for a retry. */
const REFRESH_TRIES = 2;

/**
 * One sign-in at a gate whose people sign in elsewhere: the provider's tokens, sealed, what it says of the person, and
 * when it said last that they are still signed in. Whoever asks is answered from here if that is recent enough.
 */
export class GateSessionObject extends DurableObject<Environment> {
  #migrated = false;
  #confirmation: Confirmation | undefined;
  /** The numbers of the confirmation that began last, and of the last one that succeeded. */
  #begun = 0;
  #confirmed = 0;
  #made: Promise<{ provider: Provider; secrets: RootSecrets }> | undefined;

  /** A session that was ended before it was opened stays ended. */
  async open(session: NewGateSession): Promise<void> {
    const { sessionId, subject, signIn, idClaims, userInfo, tokens, confirmedAt } = session;
    const now = Date.now();
    const idle = session.idleSeconds * 1000;
    const expiresAt = now + session.absoluteSeconds * 1000;
    const sealed = await this.#seal(tokens, expiresAt);
    this.#sql.exec(
      `INSERT OR IGNORE INTO session VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL)`,
      sessionId,
      subject,
      JSON.stringify(signIn),
      JSON.stringify(idClaims),
      JSON.stringify(userInfo),
      sealed,
      confirmedAt,
      now,
      idle,
      expiresAt,
    );
    await this.ctx.storage.setAlarm(Math.min(now + idle, expiresAt));
  }

  /**
   * Whether the session is alive, as the provider said at most so many seconds ago.
   * @throws where it would have to be asked and does not answer.
   */
  async status(maximumAgeSeconds: number): Promise<KnownAnswer> {
    const oldest = Date.now() - maximumAgeSeconds * 1000;
    const begunBefore = this.#begun;
    for (;;) {
      const row = this.#current();
      if (!row) return { kind: 'unknown' };
      if (row.endedAt !== null)
        return { kind: 'ended', cause: (row.endCause ?? 'session_ended') as EndCause, endedAt: row.endedAt };
      if (row.confirmedAt > oldest || this.#confirmed > begunBefore) return this.#answer(row);
      const running = this.#confirmation ?? this.#begin(row);
      // Under `strict` the provider must be asked after this question came: those that wait together share the next answer.
      const willDo = running.number > begunBefore || running.askedAt > oldest;
      await (willDo ? running.done : running.done.catch(() => undefined));
    }
  }

  /** Ends the session, known or not, and answers with what signing out at the provider needs, also the second time. */
  async end(sessionId: string, cause: EndCause): Promise<EndedSession | undefined> {
    const row = this.#row();
    const now = Date.now();
    if (!row) {
      // The provider may have ended it while it was being opened.
      const sql = `INSERT INTO session VALUES (1, ?, '', '{}', '{}', '{}', '', 0, 0, 0, 0, ?, ?)`;
      this.#sql.exec(sql, sessionId, now, cause);
      await this.ctx.storage.setAlarm(now + EXPLAINED_FOR);
      return undefined;
    }
    if (row.endedAt === null) this.#end(cause, now);
    if (row.tokens === '') return undefined;
    const tokens = await this.#tokens(row);
    return tokens && { idToken: tokens.idToken, refreshToken: tokens.refreshToken };
  }

  override async alarm(): Promise<void> {
    const row = this.#current();
    const now = Date.now();
    if (!row || (row.endedAt !== null && row.endedAt + EXPLAINED_FOR <= now)) {
      this.#migrated = false;
      return this.ctx.storage.deleteAll();
    }
    const next =
      row.endedAt !== null
        ? row.endedAt + EXPLAINED_FOR
        : Math.min(row.lastUsedAt + row.idleMilliseconds, row.absoluteExpiresAt);
    await this.ctx.storage.setAlarm(next);
  }

  get #sql(): SqlStorage {
    if (!this.#migrated) migrate(this.ctx.storage, migrations);
    this.#migrated = true;
    return this.ctx.storage.sql;
  }

  #row(): SessionRow | undefined {
    // What nobody opened, or what is forgotten, stays empty.
    const { sql } = this.ctx.storage;
    if (sql.exec("SELECT 1 FROM sqlite_master WHERE name = 'session'").toArray().length === 0)
      return undefined;
    return this.#sql.exec<SessionRow>(`SELECT ${columns} FROM session`).toArray()[0];
  }

  /** The session, its end written down if it has just expired. */
  #current(): SessionRow | undefined {
    const row = this.#row();
    const end = row?.endedAt === null ? expiry(row, Date.now()) : null;
    if (!end) return row;
    this.#end(end.cause, end.endedAt);
    return this.#row();
  }

  #end(cause: EndCause, endedAt: number): void {
    this.#sql.exec('UPDATE session SET ended_at = ?, end_cause = ? WHERE ended_at IS NULL', endedAt, cause);
    void this.ctx.storage.setAlarm(Date.now() + EXPLAINED_FOR);
  }

  #answer(row: SessionRow): KnownAnswer {
    const now = Date.now();
    if (worthTouching(row, now)) this.#sql.exec('UPDATE session SET last_used_at = ?', now);
    const { sessionId, subject, confirmedAt } = row;
    const userInfo = parsed(row.userInfo);
    const claims = { ...beyondUserInfo(parsed(row.idClaims), userInfo), ...userInfo };
    const signIn = parsed(row.signIn) as unknown as SignInFacts;
    return { kind: 'live', sessionId, ...signIn, confirmedAt, profile: profileOf(subject, claims) };
  }

  #begin(row: SessionRow): Confirmation {
    const askedAt = Date.now();
    this.#begun += 1;
    const number = this.#begun;
    const done = (async () => {
      try {
        await this.#confirm(row, askedAt);
        this.#confirmed = number;
      } finally {
        this.#confirmation = undefined;
      }
    })();
    this.#confirmation = { number, askedAt, done };
    return this.#confirmation;
  }

  /** Asks the provider whether the person is still signed in, and writes down what it says. */
  async #confirm(row: SessionRow, askedAt: number): Promise<void> {
    const { provider } = await this.#parts();
    const signal = AbortSignal.timeout(PATIENCE_MILLISECONDS);
    const stored = await this.#tokens(row);
    if (!stored) return this.#end('session_ended', Date.now());
    let { accessToken } = stored;
    const isOver = stored.accessExpiresAt !== undefined && stored.accessExpiresAt <= askedAt;
    let answer = isOver ? undefined : await provider.userInfo(accessToken, row.subject, signal);
    if (!answer || answer.kind === 'refused') {
      const renewed = await this.#refresh(row, stored, signal);
      if (!renewed) return this.#end('session_ended', Date.now());
      accessToken = renewed;
      answer = await provider.userInfo(accessToken, row.subject, signal);
    }
    // Not a word of an answer about somebody else is believed.
    if (answer.kind === 'mismatch') return this.#end('token_mismatch', Date.now());
    if (answer.kind === 'refused') return this.#end('session_ended', Date.now());
    const userInfo = personClaims(answer.claims);
    if (!userInfo) throw new Error('more claims than a gate keeps');
    const sql = 'UPDATE session SET user_info = ?, confirmed_at = ?';
    this.#sql.exec(sql, JSON.stringify(userInfo), askedAt);
  }

  /**
   * Stores the new tokens before anything is done with them: a provider that rotates refresh tokens takes the old one for a
   * thief's once the new one has been used, or some seconds after it made it.
   * @returns the new access token, or undefined when the provider has ended it all.
   */
  async #refresh(row: SessionRow, stored: StoredTokens, signal: AbortSignal): Promise<string | undefined> {
    const { provider } = await this.#parts();
    const { refreshToken } = stored;
    if (refreshToken === undefined) return undefined;
    for (let tries = 1; ; tries += 1) {
      try {
        // A try has all the time that the provider is given (provider-fetch.ts): cut off, it would have rotated the token.
        const answer = await provider.refresh(refreshToken, signal);
        if (answer.kind === 'refused') return undefined;
        const { tokens } = answer;
        const renewed = { ...stored, ...tokens, refreshToken: tokens.refreshToken ?? refreshToken };
        const sealed = await this.#seal(renewed, row.absoluteExpiresAt);
        this.#sql.exec('UPDATE session SET tokens = ?', sealed);
        return tokens.accessToken;
      } catch (error) {
        if (tries === REFRESH_TRIES || signal.aborted) throw error;
        await scheduler.wait(tries * 100);
      }
    }
  }

  async #seal(tokens: StoredTokens, expiresAt: number): Promise<string> {
    const { secrets } = await this.#parts();
    return seal(secrets, 'seal-gate-tokens', tokens, expiresAt);
  }

  async #tokens(row: SessionRow): Promise<StoredTokens | undefined> {
    const { secrets } = await this.#parts();
    const opened = await openSealed<StoredTokens>(secrets, 'seal-gate-tokens', row.tokens, MAXIMUM_SEALED);
    return opened?.value;
  }

  /** The platform hands an object nothing but the environment. */
  #parts() {
    this.#made ??= (async () => {
      const { environment, identityProvider } = configOf(this.env);
      if (!identityProvider) throw new Error('there are no gate sessions without an identityProvider');
      const { createProvider } = await import('./provider.ts');
      const clientSecret = this.env.PORTCULLIS_CLIENT_SECRET;
      return {
        provider: createProvider({ identityProvider, environment, clientSecret }),
        secrets: await rootSecrets(this.env),
      };
    })();
    return this.#made;
  }
}

const parsed = (json: string): Record<string, unknown> => JSON.parse(json) as Record<string, unknown>;
