import type { ObjectClass } from '../telemetry/catalogue.ts';
import { watchCall } from '../telemetry/recording.ts';

/** An object could not answer. The error middleware turns it into 503 with Retry-After. */
export class ObjectUnavailable extends Error {
  override name = 'ObjectUnavailable';
  /** Seconds to wait before trying again. */
  readonly retryAfterSeconds = 1;
}

const MAXIMUM_TRIES = 4;
const FIRST_DELAY_MILLISECONDS = 40;

const flag = (error: unknown, name: 'retryable' | 'overloaded'): boolean =>
  typeof error === 'object' &&
  error !== null &&
  name in error &&
  (error as Record<string, unknown>)[name] === true;

/**
 * Calls a Durable Object. A stub that threw is broken, so each try takes a fresh one. A `.retryable` failure is
 * tried again at most three times, jittered; an `.overloaded` object never, since retries are what keeps it so.
 * Every method called through here must therefore be idempotent.
 * @param object the class, for whoever counts calls and follows them
 * @throws ObjectUnavailable when the object gave no answer.
 */
export async function callObject<S extends object, T>(
  object: ObjectClass,
  stub: () => S,
  use: (stub: S) => Promise<T>,
): Promise<T> {
  const watch = watchCall(object);
  for (let tries = 1; ; tries += 1) {
    try {
      const answer = await use(watch ? watch.stub(stub()) : stub());
      watch?.answered();
      return answer;
    } catch (error) {
      if (!flag(error, 'retryable') || flag(error, 'overloaded') || tries === MAXIMUM_TRIES) {
        watch?.gaveUp(flag(error, 'overloaded'));
        throw new ObjectUnavailable('the object did not answer', { cause: error });
      }
      watch?.retried();
      const delay = FIRST_DELAY_MILLISECONDS * 2 ** (tries - 1);
      await new Promise((resolve) => setTimeout(resolve, delay * (0.5 + Math.random())));
    }
  }
}
