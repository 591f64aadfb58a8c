import * as v from 'valibot';
import type { Fault } from '../texts/fault.ts';
import type { UserRecord } from './record.ts';
import type { Profile, StandardClaims } from './types.ts';

// The standard claims of OpenID Connect Core §5.1 that people tell about themselves. Every one is bounded: a profile
// crosses to the Worker with each refresh, and some of it goes into tokens.

type FaultCode = Fault['code'];

// What is wrong is said by a code, in the place of a message: words depend on who reads them.
const NOT_KNOWN = 'not_known' satisfies FaultCode;

const characters = (maximum: number) => v.maxLength<string, number, FaultCode>(maximum, 'too_long');

/** One line, as a person would type it. */
const line = (maximum: number) =>
  v.pipe(
    v.string('not_text' satisfies FaultCode),
    v.transform((text) => text.replace(/\s+/gu, ' ').trim()),
    v.nonEmpty('empty' satisfies FaultCode),
    characters(maximum),
    v.regex(/^[^\p{C}]*$/u, 'not_shown' satisfies FaultCode),
  );

const lines = (maximum: number) =>
  v.pipe(
    v.string('not_text' satisfies FaultCode),
    v.transform((text) => text.replace(/\r\n?/g, '\n').trim()),
    v.nonEmpty('empty' satisfies FaultCode),
    characters(maximum),
    v.regex(/^(?:[^\p{C}]|\n)*$/u, 'not_shown' satisfies FaultCode),
  );

/** An app may link to it, or show it: never a scheme that a browser would run, nor what ends an attribute. */
const webAddress = v.pipe(
  line(500),
  v.check(
    (text) => /^https?:\/\/[^\s"<>\\^`{|}]+$/i.test(text) && URL.canParse(text),
    'web_address_malformed' satisfies FaultCode,
  ),
);

/** YYYY-MM-DD, 0000-MM-DD where the year is nobody's business, or YYYY (ISO 8601). */
function isBirthdate(text: string): boolean {
  const [, year = '', monthAndDay] = /^(\d{4})(?:-(\d\d-\d\d))?$/.exec(text) ?? [];
  if (monthAndDay === undefined) return year !== '' && year !== '0000';
  // 2000 had a 29 February, as a year that is not told may have had.
  const date = `${year === '0000' ? '2000' : year}-${monthAndDay}`;
  const at = Date.parse(date);
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(date);
}

function isTimeZone(text: string): boolean {
  try {
    return /^[A-Za-z]/.test(text) && new Intl.DateTimeFormat('en', { timeZone: text }).format(0) !== '';
  } catch {
    return false;
  }
}

function isLocale(text: string): boolean {
  try {
    return Intl.getCanonicalLocales(text).length === 1;
  } catch {
    return false;
  }
}

/** E.164, with an extension as RFC 3966 writes it. */
const phoneNumber = v.pipe(
  v.string('not_text' satisfies FaultCode),
  characters(40),
  v.transform((text) => text.replace(/[\s().-]/g, '')),
  v.regex(/^\+[1-9]\d{6,14}(?:;ext=\d{1,10})?$/, 'phone_number_malformed' satisfies FaultCode),
);

const address = v.strictObject(
  {
    /** All of the parts, each on a line, must fit. */
    formatted: v.exactOptional(lines(600)),
    street_address: v.exactOptional(lines(200)),
    locality: v.exactOptional(line(100)),
    region: v.exactOptional(line(100)),
    postal_code: v.exactOptional(line(20)),
    country: v.exactOptional(line(100)),
  },
  NOT_KNOWN,
);

/** What people may say of themselves; null takes a claim away. */
const ownClaims = {
  given_name: v.nullish(line(100)),
  middle_name: v.nullish(line(100)),
  family_name: v.nullish(line(100)),
  nickname: v.nullish(line(100)),
  preferred_username: v.nullish(line(100)),
  profile: v.nullish(webAddress),
  picture: v.nullish(webAddress),
  website: v.nullish(webAddress),
  gender: v.nullish(line(50)),
  birthdate: v.nullish(v.pipe(line(10), v.check(isBirthdate, 'birthdate_malformed' satisfies FaultCode))),
  zoneinfo: v.nullish(v.pipe(line(50), v.check(isTimeZone, 'zoneinfo_unknown' satisfies FaultCode))),
  locale: v.nullish(v.pipe(line(35), v.check(isLocale, 'locale_malformed' satisfies FaultCode))),
  phone_number: v.nullish(phoneNumber),
  address: v.nullish(address),
};

const ownChange = v.strictObject(
  {
    name: v.optional(line(100)),
    claims: v.optional(v.strictObject(ownClaims, NOT_KNOWN), {}),
  },
  NOT_KNOWN,
);

const MAXIMUM_GROUPS = 100;
/** All of them stand in a token at once, and no token of ours has more than 8,192 characters. */
const MAXIMUM_BYTES_OF_GROUPS = 4096;

/** Compared character by character wherever they count, so they are kept as they were written. */
const groups = v.pipe(
  v.array(
    v.pipe(
      v.string('not_text' satisfies FaultCode),
      v.nonEmpty('empty' satisfies FaultCode),
      characters(100),
      v.regex(/^[^\p{C}]*$/u, 'not_shown' satisfies FaultCode),
    ),
    'groups_malformed' satisfies FaultCode,
  ),
  v.transform((names) => [...new Set(names)].sort()),
  v.maxLength(MAXIMUM_GROUPS, 'groups_too_many' satisfies FaultCode),
  v.check(
    (names) => new TextEncoder().encode(JSON.stringify(names)).length <= MAXIMUM_BYTES_OF_GROUPS,
    'groups_too_large' satisfies FaultCode,
  ),
);

const truth = v.boolean('not_boolean' satisfies FaultCode);

/** What was verified, and who belongs where, is for the administrator alone to say. */
const administratorsChange = v.strictObject(
  {
    ...ownChange.entries,
    emailVerified: v.optional(truth),
    /** All groups of the person: those that are not in the list they leave. */
    groups: v.optional(groups),
    claims: v.optional(
      v.strictObject({ ...ownClaims, phone_number_verified: v.nullish(truth) }, NOT_KNOWN),
      {},
    ),
  },
  NOT_KNOWN,
);

/** Members that are left out stay as they are. */
export type OwnChangeInput = v.InferInput<typeof ownChange>;
export type ProfileChangeInput = v.InferInput<typeof administratorsChange>;
/** A change that was checked. */
export type ProfileChange = v.InferOutput<typeof administratorsChange>;

export type CheckedChange =
  | { kind: 'valid'; change: ProfileChange }
  /** By the name of the member: `birthdate`, or `address.locality`. */
  | { kind: 'faulty'; faults: Record<string, Fault> };

/** Checks a change of a profile; `by` says who makes it. */
export function checkProfileChange(input: unknown, by: 'person' | 'administrator'): CheckedChange {
  const parsed = v.safeParse(by === 'person' ? ownChange : administratorsChange, input);
  if (parsed.success) return { kind: 'valid', change: parsed.output };
  const faults: Record<string, Fault> = {};
  for (const issue of parsed.issues) {
    const place = (v.getDotPath(issue) ?? 'profile').replace(/^claims\./, '');
    const count = typeof issue.requirement === 'number' ? issue.requirement : undefined;
    faults[place] ??= { code: issue.message as FaultCode, ...(count !== undefined && { count }) };
  }
  return { kind: 'faulty', faults };
}

/** Applies a change; undefined where there is no such person. One that changes nothing writes nothing. */
export function changeProfile(user: UserRecord, change: ProfileChange, now: number): Profile | undefined {
  const before = user.profile.get();
  if (!before) return undefined;
  const claims: StandardClaims = { ...before.claims };
  for (const [name, value] of Object.entries(change.claims)) {
    if (value === null) delete claims[name];
    else if (value !== undefined) claims[name] = value;
  }
  // Whoever had the old number verified need not have the new one.
  if (claims.phone_number === undefined) delete claims.phone_number_verified;
  else if (claims.phone_number !== before.claims?.phone_number)
    claims.phone_number_verified = change.claims.phone_number_verified ?? false;
  const { name = before.name, emailVerified = before.emailVerified, groups = before.groups ?? [] } = change;
  const changed = changedMembers(
    {
      ...before.claims,
      name: before.name,
      email_verified: before.emailVerified,
      groups: before.groups ?? [],
    },
    { ...claims, name, email_verified: emailVerified, groups },
  );
  if (changed.length === 0) return before;
  claims.updated_at = Math.floor(now / 1000);
  user.profile.update({ name, emailVerified, claims, groups });
  // Their names alone: the trail need not know anybody's birthday.
  user.note('profile_changed', now, { changed });
  return user.profile.get();
}

type Members = Readonly<Record<string, unknown>>;

function changedMembers(before: Members, after: Members): string[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name])).sort();
}
