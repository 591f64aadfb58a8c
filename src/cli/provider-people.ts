/** `sub` is their name there; the rest are their claims. */
export type StandInPerson = { sub: string } & Readonly<Record<string, unknown>>;

/** Who can be chosen at the stand-in provider. */
export const people: readonly StandInPerson[] = [
  { sub: 'ada', name: 'Ada Lovelace', email: 'ada@example.com', email_verified: true },
  { sub: 'grace', name: 'Grace Hopper', email: 'grace@example.org', email_verified: true },
  { sub: 'unverified', name: 'Alan Turing', email: 'alan@example.net', email_verified: false },
  { sub: 'no-email', name: 'Mary Somerville' },
];
