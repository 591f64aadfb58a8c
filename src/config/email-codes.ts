import * as v from 'valibot';

/** Signing in by a code that is mailed, without a password. */
export const emailCodes = v.optional(
  v.strictObject({
    /** Default: wherever mail can be sent, which is in development and where `mail` says how. */
    enabled: v.optional(v.boolean()),
  }),
  {},
);
