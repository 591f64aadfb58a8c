/**
 * Who may call: `api`, scripts of any origin, without cookies; `server`, programs but no scripts in a page;
 * `first-party`, scripts of our own apps, with cookies; `page`, browsers; `form`, our own pages' POSTs.
 */
export type Caller = 'api' | 'server' | 'first-party' | 'page' | 'form';
