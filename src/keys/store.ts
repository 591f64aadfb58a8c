import { parseSealedKey, type SealedKey } from './snapshot.ts';

/** Every key of the ring. */
export const readRing = (sql: SqlStorage): SealedKey[] =>
  sql
    .exec('SELECT * FROM signing_key')
    .toArray()
    .map((row) =>
      parseSealedKey({
        kid: row.kid,
        alg: row.alg,
        state: row.state,
        publicJwk: JSON.parse(String(row.public_jwk)),
        sealedPrivateKey: row.sealed_private_key,
        keyEncryptionId: row.key_encryption_id,
        createdAt: row.created_at,
        activatedAt: row.activated_at,
        retiredAt: row.retired_at,
      }),
    );

export function insertKey(sql: SqlStorage, key: SealedKey): void {
  sql.exec(
    `INSERT INTO signing_key (kid, alg, state, public_jwk, sealed_private_key, key_encryption_id,
       created_at, activated_at, retired_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    key.kid,
    key.alg,
    key.state,
    JSON.stringify(key.publicJwk),
    key.sealedPrivateKey,
    key.keyEncryptionId,
    key.createdAt,
    key.activatedAt,
    key.retiredAt,
  );
}
