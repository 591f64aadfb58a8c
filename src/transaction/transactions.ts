import { base64url, concat, equal, hmacSha256, randomBytes } from '../crypto/bytes.ts';
import type { RootSecrets } from '../crypto/root-secret.ts';
import { callObject } from '../durable/call.ts';
import type { TransactionKind, TransactionObject } from './object.ts';

/**
 * What has no user yet, from a Worker's side: begun once, taken once, each in an object of its own. All of them throw
 * ObjectUnavailable when the object gives no answer; an id that we did not make wakes none.
 */
export interface Transactions {
  /** Answers with the id: random, and tagged by us. @param expiresAt milliseconds since the epoch */
  begin(kind: TransactionKind, value: unknown, expiresAt: number): Promise<string>;
  /** What was begun, until it is taken or expires. */
  read<T>(kind: TransactionKind, id: string): Promise<T | undefined>;
  /** The same, once. */
  take<T>(kind: TransactionKind, id: string): Promise<T | undefined>;
}

const RANDOM = 16;
const TAG = 16;
/** Characters of an id. */
export const TRANSACTION_ID_LENGTH = Math.ceil(((RANDOM + TAG) * 4) / 3);
const idForm = new RegExp(`^[A-Za-z0-9_-]{${TRANSACTION_ID_LENGTH}}$`);

export function createTransactions(
  namespace: DurableObjectNamespace<TransactionObject>,
  secrets: RootSecrets,
): Transactions {
  // Under the tag's key are also tokens, whose prefixes no kind begins with.
  const tagOf = async (secret: RootSecrets['current'], kind: TransactionKind, random: Uint8Array) => {
    const key = await secret.hmacKey('token-tag');
    return (await hmacSha256(key, concat(new TextEncoder().encode(`${kind}:`), random))).subarray(0, TAG);
  };

  /** The random half of an id of ours, which names the object. */
  async function nameOf(kind: TransactionKind, id: string): Promise<string | undefined> {
    if (!idForm.test(id)) return undefined;
    const bytes = base64url.decode(id);
    const random = bytes.subarray(0, RANDOM);
    for (const secret of secrets.all) {
      if (equal(bytes.subarray(RANDOM), await tagOf(secret, kind, random))) return base64url.encode(random);
    }
    return undefined;
  }

  const at = <T>(name: string, use: (stub: DurableObjectStub<TransactionObject>) => Promise<T>): Promise<T> =>
    callObject('TransactionObject', () => namespace.getByName(name), use);

  const parsed = <T>(text: string | undefined): T | undefined =>
    text === undefined ? undefined : (JSON.parse(text) as T);

  return {
    async begin(kind, value, expiresAt) {
      const random = randomBytes(RANDOM);
      const text = JSON.stringify(value);
      await at(base64url.encode(random), async (stub) => stub.begin(kind, text, expiresAt));
      return base64url.encode(concat(random, await tagOf(secrets.current, kind, random)));
    },
    async read<T>(kind: TransactionKind, id: string) {
      const name = await nameOf(kind, id);
      return name === undefined ? undefined : parsed<T>(await at(name, async (stub) => stub.read(kind)));
    },
    async take<T>(kind: TransactionKind, id: string) {
      const name = await nameOf(kind, id);
      if (name === undefined) return undefined;
      // Tells a retry of this call, whose answer was lost, from a second use.
      const attempt = crypto.randomUUID();
      return parsed<T>(await at(name, async (stub) => stub.take(kind, attempt)));
    },
  };
}
