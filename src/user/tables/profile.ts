import type { Profile, StandardClaims } from '../types.ts';
import { first, list } from './sql.ts';

/** The person, and their password. */
export class ProfileTable {
  readonly #sql: SqlStorage;
  /** Every refresh asks for it. Nobody else writes to this storage, so what was read stays true. */
  #profile: Profile | undefined;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  get(): Profile | undefined {
    if (this.#profile) return this.#profile;
    const row = first<{
      userId: string;
      email: string;
      emailVerified: number;
      name: string;
      claims: string;
      groups: string;
      createdAt: number;
    }>(
      this.#sql,
      `SELECT user_id AS userId, email, email_verified AS emailVerified, name, claims, groups,
        created_at AS createdAt FROM profile`,
    );
    if (!row) return undefined;
    const groups = list(row.groups);
    this.#profile = {
      userId: row.userId,
      email: row.email,
      emailVerified: row.emailVerified === 1,
      name: row.name,
      // Nothing was changed since it was made, where the claims do not say when.
      claims: { updated_at: Math.floor(row.createdAt / 1000), ...(JSON.parse(row.claims) as StandardClaims) },
      ...(groups.length > 0 && { groups }),
    };
    return this.#profile;
  }

  insert(profile: Profile, now: number): void {
    this.#sql.exec(
      `INSERT INTO profile (only, user_id, email, email_verified, name, created_at, groups, unclaimed)
        VALUES (1, ?, ?, ?, ?, ?, ?, 1)`,
      profile.userId,
      profile.email,
      profile.emailVerified ? 1 : 0,
      profile.name,
      now,
      JSON.stringify(profile.groups ?? []),
    );
  }

  update({
    name,
    emailVerified,
    claims,
    groups,
  }: Pick<Required<Profile>, 'name' | 'emailVerified' | 'claims' | 'groups'>): void {
    this.#profile = undefined;
    this.#sql.exec(
      'UPDATE profile SET name = ?, email_verified = ?, claims = ?, groups = ?',
      name,
      emailVerified ? 1 : 0,
      JSON.stringify(claims),
      JSON.stringify(groups),
    );
  }

  /** When the account was made, for as long as it is not certain that its address is its own. */
  unclaimedSince(): number | undefined {
    return first<{ at: number }>(this.#sql, 'SELECT created_at AS at FROM profile WHERE unclaimed = 1')?.at;
  }

  setClaimed(): void {
    this.#sql.exec('UPDATE profile SET unclaimed = 0');
  }

  /** @param unclaimed whether the sign-up has yet to see to it that the address is the account's. */
  setAddress(email: string, emailVerified: boolean, unclaimed: boolean): void {
    this.#profile = undefined;
    this.#sql.exec(
      'UPDATE profile SET email = ?, email_verified = ?, unclaimed = ?',
      email,
      emailVerified ? 1 : 0,
      unclaimed ? 1 : 0,
    );
  }

  /** When an administrator disabled the account, or null. */
  disabledAt(): number | null {
    return first<{ at: number | null }>(this.#sql, 'SELECT disabled_at AS at FROM profile')?.at ?? null;
  }

  setDisabledAt(at: number | null): void {
    this.#sql.exec('UPDATE profile SET disabled_at = ?', at);
  }

  /** Milliseconds since the epoch, or undefined without a password. */
  passwordChangedAt(): number | undefined {
    return first<{ at: number }>(this.#sql, 'SELECT changed_at AS at FROM password')?.at;
  }

  /** Milliseconds since the epoch. */
  createdAt(): number | undefined {
    return first<{ at: number }>(this.#sql, 'SELECT created_at AS at FROM profile')?.at;
  }

  passwordHash(): string | undefined {
    return first<{ hash: string }>(this.#sql, 'SELECT hash FROM password')?.hash;
  }

  setPasswordHash(hash: string, now: number): void {
    this.#sql.exec('INSERT OR REPLACE INTO password (only, hash, changed_at) VALUES (1, ?, ?)', hash, now);
  }

  replacePasswordHash(hash: string): void {
    this.#sql.exec('UPDATE password SET hash = ?', hash);
  }

  removePassword(): void {
    this.#sql.exec('DELETE FROM password');
  }
}
