// What config.ts names, by itself: tests from outside have no types of the Worker.

export const api = 'https://api.test/';
export const notes = 'https://notes.test/';
/** Its tokens can be shared with those of `api`; those of `legacy` with none. */
export const reports = 'https://reports.test/';
export const legacy = 'https://legacy.test/';
/** Its tokens hold the groups of people. */
export const staff = 'https://staff.test/';
/** Nobody listens there: browsers are stopped on the way back. */
export const callback = 'https://client.test/callback';
