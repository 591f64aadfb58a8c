import { personalClaims } from '../account/claims.ts';

/** The `claims` parameter (OpenID Connect Core §5.5), reduced to what can be done about it. */
export interface RequestedClaims {
  /** Names asked for one by one; only such as there are. */
  idToken: string[];
  userinfo: string[];
  /** §5.5.1.1: the sign-in must, or should, amount to one of these. */
  acr: { values: string[]; essential: boolean } | undefined;
  /** §5.5.1: nobody else's sign-in will do. */
  subject: string | undefined;
}

type Members = { [name: string]: unknown };

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const known = new Set(personalClaims);

/** `null` and absence are the same: asked for in the default manner. What has another form is refused. */
function membersOf(value: unknown): Members | undefined {
  if (value === undefined || value === null) return {};
  return isObject(value) ? value : undefined;
}

const texts = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter((item): item is string => typeof item === 'string');

/** Reads it, or answers undefined when it is not the JSON object that it must be. Members nobody knows are ignored. */
export function parseClaims(json: string): RequestedClaims | undefined {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    return undefined;
  }
  if (!isObject(value)) return undefined;
  const idToken = membersOf(value.id_token);
  const userinfo = membersOf(value.userinfo);
  if (!idToken || !userinfo) return undefined;
  const [acr, ...subjects] = [idToken.acr, idToken.sub, userinfo.sub].map(membersOf);
  if (!acr || subjects.includes(undefined)) return undefined;
  const named = new Set(subjects.flatMap((subject) => texts(subject?.value)));
  // Two people at once are nobody.
  if (named.size > 1) return undefined;
  const values = [...texts(acr.value), ...texts(acr.values)];
  return {
    idToken: Object.keys(idToken).filter((name) => known.has(name)),
    userinfo: Object.keys(userinfo).filter((name) => known.has(name)),
    acr: values.length > 0 ? { values, essential: acr.essential === true } : undefined,
    subject: [...named][0],
  };
}
