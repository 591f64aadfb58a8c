import * as v from 'valibot';
import { normalEmail } from '../core/account/email.ts';

/** A domain as it stands in an address in its normal form. */
const domain = v.pipe(
  v.string(),
  v.check(
    (text) => normalEmail(`a@${text}`) === `a@${text}`,
    'must be a domain in small letters, like example.com; one with other letters as they are, not as xn--',
  ),
);

/** Who may make an account. */
export const signUp = v.optional(
  v.strictObject({
    /**
     * `open`: anybody. `invite`: whoever has an invitation, which `Administration` makes. `closed`: nobody, whatever else is
     * set. Default open.
     */
    policy: v.optional(v.picklist(['open', 'invite', 'closed']), 'open'),
    /** Only addresses at these domains; subdomains are others. Needs `emailVerification: 'before'`. Default all. */
    domains: v.optional(v.pipe(v.array(domain), v.minLength(1))),
    /**
     * `before`: an account is made once a code that was mailed to its address was typed, and nobody learns whether there is
     * one already. `after`: at once; the account's page asks for the code. Default after.
     */
    emailVerification: v.optional(v.picklist(['before', 'after']), 'after'),
  }),
  {},
);
