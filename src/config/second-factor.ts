import * as v from 'valibot';
import type { Config } from './schema.ts';
import { day, seconds } from './values.ts';

/** Whether a password, a code by mail or another provider is enough to sign in. A passkey always is: it is two factors. */
export const secondFactor = v.optional(
  v.strictObject({
    /**
     * `off`: nobody is asked for a second factor, and none can be set up. `optional`: whoever turned it on is. `required`:
     * everybody is, and sets one up in the middle of the sign-in if they have none. Default optional.
     */
    policy: v.optional(v.picklist(['off', 'optional', 'required']), 'optional'),
    /** Ids of `clients` whose people need one, with the next sign-in that leads there. */
    clients: v.optional(v.array(v.string()), []),
    /** Groups whose members need one, from their next sign-in on. */
    groups: v.optional(v.array(v.string()), []),
    /**
     * For this many seconds a browser that the person chose to trust is not asked again; 0 offers no such choice. Default 30
     * days, at most 400.
     */
    trustDeviceSeconds: v.optional(seconds(0, 400 * day), 30 * day),
  }),
  {},
);

/** What is mistyped here would ask nobody, and nobody would notice. */
export function* secondFactorFaults({ clients, secondFactor }: Config): Generator<string> {
  const { policy, clients: needy, groups } = secondFactor;
  if (policy === 'off' && needy.length + groups.length > 0)
    yield 'secondFactor.policy: must not be off where clients or groups need a second factor';
  for (const clientId of needy) {
    if (!clients.some((client) => client.clientId === clientId))
      yield `secondFactor.clients: "${clientId}" is none of clients`;
  }
}
