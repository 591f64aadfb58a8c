import type { Resource } from '../config/schema.ts';
import type { Agreement } from '../core/oauth/consent.ts';

/** What the scopes about a person mean, in words that complete "it may". */
const ownWords: Readonly<Record<string, string>> = {
  openid: 'Recognise you, by the id of your account',
  profile: 'See your name and the rest of your profile',
  email: 'See your email address',
  address: 'See your postal address',
  phone: 'See your phone number',
  groups: 'See which groups you are in',
  offline_access: 'Keep its access while you are away, until you take it back',
};

const claimWords: Readonly<Record<string, string>> = {
  email_verified: 'See whether your email address is verified',
  phone_number_verified: 'See whether your phone number is verified',
  profile: 'See the address of your profile page',
  zoneinfo: 'See your time zone',
  locale: 'See your language',
  updated_at: 'See when your profile was last changed',
  groups: 'See which groups you are in',
};

interface Permission {
  scope: string;
  /** Absent for a scope that nobody described. */
  words?: string | undefined;
}

/** An agreement as people read it. */
export interface AgreementInWords {
  own: Permission[];
  elsewhere: { name: string; place: string; may: Permission[] }[];
}

/** Scopes are what others wrote: `constructor` is one that every object has. */
const lookUp = (words: Readonly<Record<string, string>>, name: string): string | undefined =>
  Object.hasOwn(words, name) ? words[name] : undefined;

/** Where a resource is, as people know it: its host, or the whole of what has none. */
const placeOf = (resource: string): string => URL.parse(resource)?.host || resource;

export function inWords(
  { scopes, claims }: Agreement,
  resources: readonly Pick<Resource, 'resource' | 'name' | 'scope'>[],
): AgreementInWords {
  const described = (scope: string): string | undefined =>
    resources.map((known) => lookUp(known.scope, scope)).find((words) => words !== undefined);
  const describes = (resource: string, scope: string): boolean =>
    resources.some((known) => known.resource === resource && Object.hasOwn(known.scope, scope));
  const own = scopes.find(({ resource }) => resource === '')?.scope ?? [];
  return {
    own: [
      ...own.map((scope) => ({ scope, words: lookUp(ownWords, scope) ?? described(scope) })),
      ...claims.map((name) => ({
        scope: name,
        words: lookUp(claimWords, name) ?? `See your ${name.replaceAll('_', ' ')}`,
      })),
    ],
    elsewhere: scopes
      .filter(({ resource }) => resource !== '')
      .map(({ resource, scope }) => {
        const known = resources.find((candidate) => candidate.resource === resource);
        const place = placeOf(resource);
        return {
          name: known?.name ?? place,
          place,
          // What means something at one of the others is said there.
          may: scope
            .filter(
              (token) =>
                describes(resource, token) ||
                !scopes.some((other) => other.scope.includes(token) && describes(other.resource, token)),
            )
            .map((token) => ({
              scope: token,
              words: (known && lookUp(known.scope, token)) ?? described(token),
            })),
        };
      }),
  };
}

const Permissions = ({ may }: { may: Permission[] }) => (
  <ul class="permissions">
    {may.map(({ scope, words }) => (
      <li>{words === undefined ? <code dir="ltr">{scope}</code> : <span dir="auto">{words}</span>}</li>
    ))}
  </ul>
);

export const AgreementList = ({ own, elsewhere }: AgreementInWords) => (
  <>
    {own.length > 0 && <Permissions may={own} />}
    {elsewhere.map(({ name, place, may }) => (
      <div class="permissions-at">
        <p>
          At <strong dir="auto">{name}</strong>
          {name !== place && (
            <>
              {' '}
              (<bdi>{place}</bdi>)
            </>
          )}
        </p>
        {may.length > 0 ? <Permissions may={may} /> : <p class="empty">Get in, as you</p>}
      </div>
    ))}
  </>
);

/** What a person should know of an app that is not the operator's. */
export const StrangerNotice = ({
  name,
  documentHost,
}: {
  name: string;
  documentHost: string | undefined;
}) => (
  <p class="notice stranger">
    <strong>
      Not an app of <bdi>{name}</bdi>.
    </strong>{' '}
    Allow it only if you know it and meant to use it.
    {/* Whose word its name is: anybody's document may say "Calendar". */}
    {documentHost !== undefined && (
      <>
        {' '}
        Its name comes from <strong dir="ltr">{documentHost}</strong>.
      </>
    )}
  </p>
);
