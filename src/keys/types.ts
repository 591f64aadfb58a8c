/** A key as an administrator sees it. Times are milliseconds since the epoch. */
export type KeyRecord =
  | {
      kid: string;
      alg: string;
      state: 'next' | 'active' | 'retired';
      createdAt: number;
      /** From when it signs; null while that is undecided. */
      activeFrom: number | null;
      /** When it stopped signing, or was asked to. */
      endsAt: number | null;
      /** What sealed its private half: a root secret by its id, or `vault:<mount>/<key name>`. */
      keyEncryptionId: string;
    }
  | { kid: string; alg: string; state: 'revoked'; revokedAt: number };

/** What became of `revokeKey`. Without `published`, KV did not take the new ring yet: it is tried again at least every minute. */
export type Revocation = { kind: 'revoked'; published: boolean } | { kind: 'unknown' };
