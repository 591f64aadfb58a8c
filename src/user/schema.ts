// The tables of a user's object. Times are milliseconds since the epoch unless a name says otherwise.
// `family` and `session` have no index on anything that a refresh changes: a rotation writes one row.
export const migrations = [
  `
  CREATE TABLE profile (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    user_id TEXT NOT NULL,
    email TEXT NOT NULL,
    email_verified INTEGER NOT NULL,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL
  );
  CREATE TABLE password (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    -- PHC string, salted and peppered.
    hash TEXT NOT NULL,
    changed_at INTEGER NOT NULL
  );
  CREATE TABLE password_attempts (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    window_started_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL
  );
  CREATE TABLE session (
    session_id TEXT PRIMARY KEY,
    secret_hash BLOB NOT NULL,
    auth_time_seconds INTEGER NOT NULL,
    amr TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    place TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    idle_milliseconds INTEGER NOT NULL,
    absolute_expires_at INTEGER NOT NULL,
    ended_at INTEGER,
    end_cause TEXT
  ) WITHOUT ROWID;
  CREATE TABLE code (
    code_id TEXT PRIMARY KEY,
    secret_hash BLOB NOT NULL,
    session_id TEXT NOT NULL,
    client_id TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    code_challenge TEXT NOT NULL,
    scope TEXT NOT NULL,
    resource TEXT NOT NULL,
    nonce TEXT,
    expires_at INTEGER NOT NULL,
    redeemed_at INTEGER,
    -- The attempt that redeemed it, and the family it founded, to be ended if the code comes back.
    family_id TEXT
  ) WITHOUT ROWID;
  CREATE TABLE family (
    family_id TEXT PRIMARY KEY,
    session_id TEXT NOT NULL,
    client_id TEXT NOT NULL,
    scope TEXT NOT NULL,
    resource TEXT NOT NULL,
    auth_time_seconds INTEGER NOT NULL,
    amr TEXT NOT NULL,
    -- 1: granted offline_access, outlives its session.
    offline INTEGER NOT NULL,
    dpop_jkt TEXT,
    generation INTEGER NOT NULL,
    current_hash BLOB NOT NULL,
    previous_hash BLOB,
    salt BLOB,
    created_at INTEGER NOT NULL,
    rotated_at INTEGER NOT NULL,
    idle_expires_at INTEGER NOT NULL,
    absolute_expires_at INTEGER NOT NULL,
    ended_at INTEGER,
    end_cause TEXT
  ) WITHOUT ROWID;
  CREATE INDEX family_by_session ON family (session_id);
  -- The outbox: each event is written in the transaction that caused it, and delivered by the alarm.
  CREATE TABLE event (
    event_id TEXT PRIMARY KEY,
    type TEXT NOT NULL,
    at INTEGER NOT NULL,
    detail TEXT NOT NULL,
    delivered_at INTEGER
  );
  `,
  // When an administrator disabled the account; null while it is enabled.
  'ALTER TABLE profile ADD COLUMN disabled_at INTEGER;',
  // Attempts are counted for each door by itself: strangers, each device that signed in before, each live session.
  // What was counted so far was counted at the strangers' door.
  `CREATE TABLE password_attempt (
    door TEXT PRIMARY KEY, window_started_at INTEGER NOT NULL, attempts INTEGER NOT NULL
  ) WITHOUT ROWID;
  INSERT INTO password_attempt SELECT 'anyone', window_started_at, attempts FROM password_attempts;
  DROP TABLE password_attempts;`,
  // The whole protocol: claims of the profile, the `claims` that a request names, DPoP keys, consents, which clients a
  // session was used at, and access tokens that were revoked before they expired.
  `ALTER TABLE profile ADD COLUMN claims TEXT NOT NULL DEFAULT '{}';
  ALTER TABLE code ADD COLUMN dpop_jkt TEXT;
  ALTER TABLE code ADD COLUMN claims TEXT;
  ALTER TABLE family ADD COLUMN claims TEXT;
  CREATE TABLE consent (
    client_id TEXT PRIMARY KEY, scope TEXT NOT NULL, resource TEXT NOT NULL, claims TEXT NOT NULL, granted_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE session_client (
    session_id TEXT NOT NULL, client_id TEXT NOT NULL, PRIMARY KEY (session_id, client_id)
  ) WITHOUT ROWID;
  CREATE TABLE revoked_token (token_id TEXT PRIMARY KEY, expires_at INTEGER NOT NULL) WITHOUT ROWID;`,
  // The groups that an administrator put the person in: a JSON array.
  "ALTER TABLE profile ADD COLUMN groups TEXT NOT NULL DEFAULT '[]';",
  // 1: the request that made the current refresh token proved the session as well.
  'ALTER TABLE family ADD COLUMN session_proved INTEGER NOT NULL DEFAULT 0;',
  // Mail that waits to be sent, sealed: neither storage nor a copy of it holds a code.
  `CREATE TABLE outgoing_mail (
    mail_id TEXT PRIMARY KEY, sealed TEXT NOT NULL, expires_at INTEGER NOT NULL, attempts INTEGER NOT NULL,
    next_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE email_code (
    code_id TEXT PRIMARY KEY, purpose TEXT NOT NULL, address TEXT NOT NULL,
    -- HMAC under a key that is not here.
    hash BLOB NOT NULL,
    expires_at INTEGER NOT NULL, tries INTEGER NOT NULL, last_attempt TEXT, proved_at INTEGER
  ) WITHOUT ROWID;`,
  // Second factors: the authenticator app, recovery codes, the browsers that the person trusts, and the attempts at them.
  `CREATE TABLE totp (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    totp_id TEXT NOT NULL,
    -- The secret, as a JWE for this user.
    sealed TEXT NOT NULL,
    -- The newest time step (RFC 6238) whose code was used, and the attempt that used it.
    last_step INTEGER NOT NULL,
    used_by TEXT NOT NULL,
    created_at INTEGER NOT NULL
  );
  CREATE TABLE recovery_code (hash BLOB PRIMARY KEY, set_id TEXT NOT NULL, used_by TEXT) WITHOUT ROWID;
  CREATE TABLE trusted_device (
    device_id TEXT PRIMARY KEY, secret_hash BLOB NOT NULL, user_agent TEXT NOT NULL, place TEXT NOT NULL, trusted_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE TABLE second_factor_door (
    door TEXT PRIMARY KEY, attempts INTEGER NOT NULL, closed_until INTEGER NOT NULL, tried_at INTEGER NOT NULL
  ) WITHOUT ROWID;`,
  // Passkeys, and the challenges that were answered with one: none is answered twice.
  `CREATE TABLE passkey (
    credential_id TEXT PRIMARY KEY,
    -- A JWK.
    public_key TEXT NOT NULL,
    sign_count INTEGER NOT NULL,
    -- 1: it can be synced to other devices, and has been.
    backup_eligible INTEGER NOT NULL,
    backed_up INTEGER NOT NULL,
    transports TEXT NOT NULL,
    aaguid TEXT NOT NULL,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    last_used_at INTEGER
  ) WITHOUT ROWID;
  CREATE TABLE passkey_challenge (
    challenge_id TEXT PRIMARY KEY,
    -- The attempt that answered it, and what came of it, for a retry of the very same.
    attempt_id TEXT NOT NULL,
    outcome TEXT NOT NULL,
    expires_at INTEGER NOT NULL
  ) WITHOUT ROWID;`,
  // 1: the sign-up may have stopped before the address became the account's for good.
  `ALTER TABLE profile ADD COLUMN unclaimed INTEGER NOT NULL DEFAULT 0;`,
  // An account that is going: what is still needed to finish, once all the rest of the person is gone.
  `CREATE TABLE removal (
    only INTEGER PRIMARY KEY CHECK (only = 1), profile TEXT NOT NULL, identifiers TEXT NOT NULL, requested_at INTEGER NOT NULL
  )`,
  // Who the person is at the providers that they sign in with; `tokens` are the provider's, sealed.
  `CREATE TABLE identity (
    issuer TEXT NOT NULL, subject TEXT NOT NULL, provider TEXT NOT NULL, email TEXT,
    linked_at INTEGER NOT NULL, last_used_at INTEGER NOT NULL, tokens TEXT, PRIMARY KEY (issuer, subject)
  ) WITHOUT ROWID;`,
  // A change of address, until the old one is free and the new one the account's for good.
  `CREATE TABLE address_change (
    only INTEGER PRIMARY KEY CHECK (only = 1), address TEXT NOT NULL, former TEXT NOT NULL,
    former_verified INTEGER NOT NULL, former_unclaimed INTEGER NOT NULL
  )`,
  // Each attempt beyond the limit makes the next one wait. What was counted so far is not closed by it.
  `ALTER TABLE password_attempt RENAME COLUMN window_started_at TO tried_at;
  ALTER TABLE password_attempt ADD COLUMN closed_until INTEGER NOT NULL DEFAULT 0;`,
  // Where and with what somebody was seen, coarsely, as JSON of bounded size: of the person's sign-ins, and of each session
  // and family what it was last used with.
  `CREATE TABLE risk_memory (only INTEGER PRIMARY KEY CHECK (only = 1), memory TEXT NOT NULL, forget_at INTEGER NOT NULL);
  ALTER TABLE session ADD COLUMN seen TEXT;
  ALTER TABLE family ADD COLUMN seen TEXT;`,
  // The outbox anew. Events count from 1 and form a chain of hashes, which begins after those that were there before: they
  // keep their order and have no hash. Each receiver has a cursor instead of a mark in every row, and whatever it will not
  // take is kept aside. What is for a client alone is no event, and has a table of its own.
  `CREATE TABLE logout_notice (
    notice_id TEXT PRIMARY KEY, session_id TEXT NOT NULL, client_id TEXT NOT NULL, attempts INTEGER NOT NULL,
    next_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  INSERT INTO logout_notice
    SELECT event_id, json_extract(detail, '$.sessionId'), json_extract(detail, '$.clientId'),
      json_extract(detail, '$.attempts'), at
    FROM event WHERE type = 'logout_notice';
  ALTER TABLE event RENAME TO former_event;
  CREATE TABLE event (
    -- Also the key: an event is one row written, indexes included.
    sequence INTEGER PRIMARY KEY,
    event_id TEXT NOT NULL,
    type TEXT NOT NULL,
    at INTEGER NOT NULL,
    detail TEXT NOT NULL,
    previous_hash TEXT,
    salt TEXT,
    hash TEXT
  );
  INSERT INTO event (sequence, event_id, type, at, detail)
    SELECT ROW_NUMBER() OVER (ORDER BY delivered_at IS NULL, at, rowid), event_id, type, at, detail
    FROM former_event WHERE type <> 'logout_notice';
  CREATE TABLE event_receiver (
    receiver TEXT PRIMARY KEY,
    -- It has, or does not want, or was given up with, all events up to this one.
    sequence INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    failing_since INTEGER,
    next_at INTEGER NOT NULL
  ) WITHOUT ROWID;
  INSERT INTO event_receiver
    SELECT name.value, (SELECT COUNT(*) FROM former_event WHERE delivered_at IS NOT NULL), 0, NULL, 0
    FROM json_each('["audit","mail"]') AS name WHERE EXISTS (SELECT 1 FROM event);
  CREATE TABLE dead_letter (
    receiver TEXT NOT NULL, sequence INTEGER NOT NULL, event TEXT NOT NULL, reason TEXT NOT NULL,
    attempts INTEGER NOT NULL, given_up_at INTEGER NOT NULL,
    -- An administrator wants it to be tried again.
    replayed_at INTEGER,
    PRIMARY KEY (receiver, sequence)
  ) WITHOUT ROWID;
  DROP TABLE former_event;`,
] as const;
