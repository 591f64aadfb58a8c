import * as v from 'valibot';
import { day, seconds } from './values.ts';

/** Whether a password, a code by mail or another provider is enough to sign in. A passkey always is: it is two factors. */
export const secondFactor = v.optional(
  v.strictObject({
    /**
     * `off`: nobody is asked for a second factor, and none can be set up. `optional`: whoever turned it on is. `required`:
     * everybody is, and sets one up in the middle of the sign-in if they have none. Default optional.
     */
    policy: v.optional(v.picklist(['off', 'optional', 'required']), 'optional'),
    /** Client ids that need one whatever `policy` says, short of `off`. */
    clients: v.optional(v.array(v.string()), []),
    /** Groups whose members need one whatever `policy` says, short of `off`. */
    groups: v.optional(v.array(v.string()), []),
    /**
     * For this many seconds a browser that the person chose to trust is not asked again; 0 offers no such choice. Default 30
     * days, at most 400.
     */
    trustDeviceSeconds: v.optional(seconds(0, 400 * day), 30 * day),
  }),
  {},
);
