/** A sign-in that is under way. */
export interface SignIn {
  kind: 'sign_in';
  /** Nobody was to be asked anything (prompt=none). */
  silent: boolean;
  codeVerifier: string;
  nonce: string;
  /** On this origin. */
  returnTo: string;
}

/** What this tab remembers between leaving for the issuer and coming back. */
export type Transaction = SignIn | { kind: 'sign_out' };

/** What is needed of sessionStorage. */
type Storage = Pick<globalThis.Storage, 'getItem' | 'setItem' | 'removeItem'>;

export function saveTransaction(
  storage: Storage,
  name: string,
  state: string,
  transaction: Transaction,
): void {
  storage.setItem(`${name}:${state}`, JSON.stringify(transaction));
}

/**
 * The transaction that `state` belongs to, once: an answer that is played back finds nothing.
 * It is kept in this tab only, so that an answer brought in from elsewhere finds nothing either (RFC 9700 §4.7).
 */
export function takeTransaction(storage: Storage, name: string, state: string): Transaction | undefined {
  const key = `${name}:${state}`;
  const saved = storage.getItem(key);
  storage.removeItem(key);
  return saved ? (JSON.parse(saved) as Transaction) : undefined;
}
