import * as v from 'valibot';
import { day, seconds } from './values.ts';

/** The audit trail in D1. */
export const audit = v.optional(
  v.strictObject({
    /**
     * Events are removed from the trail when they are this many seconds old; 1 day to 10 years, default 400 days. The copy in
     * the person's own object goes after 30 days.
     */
    retentionSeconds: v.optional(seconds(day, 3650 * day), 400 * day),
  }),
  {},
);
