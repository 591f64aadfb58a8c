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
  // Rotation. The names say what core/keyring/ring.ts says.
  `ALTER TABLE signing_key RENAME COLUMN activated_at TO active_from;
  ALTER TABLE signing_key RENAME COLUMN retired_at TO ends_at;
  ALTER TABLE signing_key ADD COLUMN published_at INTEGER;
  ALTER TABLE signing_key ADD COLUMN token_lifetime INTEGER NOT NULL DEFAULT 0;
  CREATE UNIQUE INDEX one_next_key_per_algorithm ON signing_key (alg) WHERE state = 'next';
  CREATE TABLE revoked_key (
    kid TEXT PRIMARY KEY,
    alg TEXT NOT NULL,
    revoked_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE ring (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    version INTEGER NOT NULL,
    published_version INTEGER,
    published_at INTEGER
  ) STRICT;
  INSERT INTO ring (only, version) VALUES (1, 1);`,
  `ALTER TABLE ring ADD COLUMN orphaned TEXT NOT NULL DEFAULT '[]'`,
];
