import { describe, expect, it } from 'vitest';
import { callObject, ObjectUnavailable } from '../../src/durable/call.ts';

const failing = (failures: Error[]) => {
  let stubs = 0;
  const call = callObject(
    'UserObject',
    () => {
      stubs += 1;
      return { number: stubs };
    },
    async ({ number }) => {
      const failure = failures[number - 1];
      if (failure) throw failure;
      return `stub ${number}`;
    },
  );
  return call.then(
    (answer) => ({ answer, stubs }),
    (error: unknown) => ({ error, stubs }),
  );
};
const error = (flags: Record<string, unknown>) => Object.assign(new Error('broken'), flags);
const retryable = error({ retryable: true });

describe('a call to an object', () => {
  it('that fails in a retryable way is made again, on a fresh stub, at most three times', async () => {
    expect(await failing([retryable, retryable, retryable])).toEqual({ answer: 'stub 4', stubs: 4 });
    expect(await failing([retryable, retryable, retryable, retryable])).toMatchObject({
      error: expect.any(ObjectUnavailable),
      stubs: 4,
    });
  });

  it('that finds the object overloaded is not made again', async () => {
    expect(await failing([error({ overloaded: true, retryable: true })])).toMatchObject({
      error: expect.any(ObjectUnavailable),
      stubs: 1,
    });
  });

  it('that fails otherwise is not made again', async () => {
    expect(await failing([error({ remote: true })])).toMatchObject({
      error: expect.any(ObjectUnavailable),
      stubs: 1,
    });
  });
});
