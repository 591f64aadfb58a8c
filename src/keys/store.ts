import type { RevokedKey, Ring, RingKey } from '../core/keyring/ring.ts';
import { parseSealedKey, type SealedKey } from './snapshot.ts';

/** A key as the object stores it: what everybody may see, and what only the plan needs. */
export type StoredKey = SealedKey & Pick<RingKey, 'endsAt' | 'publishedAt' | 'tokenLifetime'>;

const optional = (value: SqlStorageValue | undefined): number | null =>
  value == null ? null : Number(value);

export function readRing(sql: SqlStorage): Ring<StoredKey> {
  const row = sql.exec('SELECT * FROM ring').one();
  const version = optional(row.published_version);
  return {
    version: Number(row.version),
    published: version === null ? null : { version, at: Number(row.published_at) },
    orphaned: JSON.parse(String(row.orphaned)),
    keys: sql
      .exec('SELECT * FROM signing_key')
      .toArray()
      .map((key) => ({
        ...parseSealedKey({
          kid: key.kid,
          alg: key.alg,
          state: key.state,
          publicJwk: JSON.parse(String(key.public_jwk)),
          sealedPrivateKey: key.sealed_private_key,
          keyEncryptionId: key.key_encryption_id,
          createdAt: key.created_at,
          activeFrom: key.active_from,
        }),
        endsAt: optional(key.ends_at),
        publishedAt: optional(key.published_at),
        tokenLifetime: Number(key.token_lifetime),
      })),
    revoked: sql
      .exec('SELECT kid, alg, revoked_at FROM revoked_key ORDER BY revoked_at, kid')
      .toArray()
      .map(
        (key): RevokedKey => ({
          kid: String(key.kid),
          alg: String(key.alg),
          revokedAt: Number(key.revoked_at),
        }),
      ),
  };
}

/** Puts `ring` in the place of what is stored: a handful of rows a month. Call it in a transaction. */
export function writeRing(sql: SqlStorage, ring: Ring<StoredKey>): void {
  sql.exec('DELETE FROM signing_key');
  for (const key of ring.keys) insertKey(sql, key);
  for (const { kid, alg, revokedAt } of ring.revoked) {
    sql.exec(
      'INSERT OR IGNORE INTO revoked_key (kid, alg, revoked_at) VALUES (?, ?, ?)',
      kid,
      alg,
      revokedAt,
    );
  }
  sql.exec(
    'UPDATE ring SET version = ?, published_version = ?, published_at = ?, orphaned = ?',
    ring.version,
    ring.published?.version ?? null,
    ring.published?.at ?? null,
    JSON.stringify(ring.orphaned),
  );
}

export function insertKey(sql: SqlStorage, key: StoredKey): void {
  sql.exec(
    `INSERT INTO signing_key (kid, alg, state, public_jwk, sealed_private_key, key_encryption_id,
       created_at, active_from, ends_at, published_at, token_lifetime) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    key.kid,
    key.alg,
    key.state,
    JSON.stringify(key.publicJwk),
    key.sealedPrivateKey,
    key.keyEncryptionId,
    key.createdAt,
    key.activeFrom,
    key.endsAt,
    key.publishedAt,
    key.tokenLifetime,
  );
}
