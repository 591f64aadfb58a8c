import { base64url } from '../crypto/bytes.ts';
import type { RootSecrets } from '../crypto/root-secret.ts';
import { callObject } from '../durable/call.ts';
import { inTime } from '../http/in-time.ts';
import { report } from '../report.ts';
import { callerPrefix } from '../request/caller.ts';
import type { AddressAnswer, AddressObject } from './object.ts';

/** Attempts at passwords, counted where they come from, whosever account they are at. */
export interface Addresses {
  /** Where a request came from, under a name that does not tell; undefined where no edge says it. */
  nameOf(request: Request): Promise<string | undefined>;
  /**
   * One call. Whatever becomes of it, a sign-in goes on: it is a signal, and no gate.
   * @param cleared somebody has answered a challenge and need not wait
   */
  attempt(request: Request, identifier: string, cleared?: boolean): Promise<AddressAttempt>;
}

export type AddressAttempt =
  | {
      kind: 'counted';
      /** Whether this looks like a run through many people's passwords. */
      stuffing: boolean;
      /** To be told when the password was right. One call. */
      succeeded(): Promise<void>;
    }
  | { kind: 'refused'; retryAfterSeconds: number };

/** An object in trouble is not waited for any longer. */
const PATIENCE_MILLISECONDS = 1000;
const IDENTIFIER_BYTES = 9;

const unknown: AddressAttempt = { kind: 'counted', stuffing: false, succeeded: async () => {} };

export function createAddresses(
  namespace: DurableObjectNamespace<AddressObject>,
  secrets: RootSecrets,
): Addresses {
  /** What a name stands for cannot be found by trying, without the key. */
  async function keyed(kind: 'address' | 'identifier', value: string): Promise<Uint8Array> {
    const key = await secrets.current.hmacKey('address-name');
    const bytes = new TextEncoder().encode(`${kind}\0${value}`);
    return new Uint8Array(await crypto.subtle.sign('HMAC', key, bytes));
  }

  /** Undefined when the object gives no answer in time. */
  async function ask<T>(
    name: string,
    use: (stub: DurableObjectStub<AddressObject>) => Promise<T>,
  ): Promise<T | undefined> {
    try {
      const answer = callObject('AddressObject', () => namespace.getByName(name), use);
      return await inTime(answer, PATIENCE_MILLISECONDS);
    } catch (error) {
      report('address.unavailable', error);
      return undefined;
    }
  }

  async function nameOf(request: Request): Promise<string | undefined> {
    const prefix = callerPrefix(request);
    return prefix === undefined ? undefined : base64url.encode(await keyed('address', prefix));
  }

  return {
    nameOf,
    async attempt(request, identifier, cleared = false) {
      const [name, account] = await Promise.all([nameOf(request), keyed('identifier', identifier)]);
      if (name === undefined) return unknown;
      const short = base64url.encode(account.subarray(0, IDENTIFIER_BYTES));
      const attemptId = crypto.randomUUID();
      const answer: AddressAnswer | undefined = await ask(name, async (stub) =>
        stub.attempt(short, attemptId, cleared),
      );
      if (!answer) return unknown;
      if (answer.kind === 'refused') return answer;
      const succeeded = async () => {
        await ask(name, async (stub) => stub.succeeded(short));
      };
      return { ...answer, succeeded };
    },
  };
}
