/** The key ring's tables. See durable/migrate.ts: what has landed is never edited. */
export const migrations: readonly string[] = [
  `CREATE TABLE signing_key (
    kid TEXT PRIMARY KEY,
    alg TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('next', 'active', 'retired')),
    public_jwk TEXT NOT NULL,
    sealed_private_key TEXT NOT NULL,
    key_encryption_id TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    activated_at INTEGER,
    retired_at INTEGER
  ) STRICT, WITHOUT ROWID`,
  // Whatever the code believes: storage itself holds no second key that signs with the same algorithm.
  `CREATE UNIQUE INDEX one_active_key_per_algorithm ON signing_key (alg) WHERE state = 'active'`,
];
