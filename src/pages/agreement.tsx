import type { Resource } from '../config/schema.ts';
import type { Agreement } from '../core/oauth/consent.ts';
import { fill } from '../texts/text.ts';
import type { Texts } from '../texts/texts.ts';
import { usePresentation } from './presentation.tsx';
import { Words } from './words.tsx';

interface Permission {
  /** A scope about the person, a claim about them, or a scope of something else. */
  kind: 'own' | 'claim' | 'scope';
  name: string;
  /** What the operator says it means; absent for what nobody described. */
  described?: string | undefined;
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
      ...own.map((name): Permission => ({ kind: 'own', name, described: described(name) })),
      ...claims.map((name): Permission => ({ kind: 'claim', name })),
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
            .map(
              (name): Permission => ({
                kind: 'scope',
                name,
                described: (known && lookUp(known.scope, name)) ?? described(name),
              }),
            ),
        };
      }),
  };
}

function wordsOf({ agreement }: Texts, { kind, name, described }: Permission): string | undefined {
  switch (kind) {
    case 'own':
      return lookUp(agreement.scopes, name) ?? described;
    case 'claim':
      return (
        lookUp(agreement.claims, name) ?? fill(agreement.otherClaim, { claim: name.replaceAll('_', ' ') })
      );
    case 'scope':
      return described;
  }
}

const PermissionItem = ({ permission }: { permission: Permission }) => {
  const words = wordsOf(usePresentation().texts, permission);
  return (
    <li>
      {words === undefined ? <code dir="ltr">{permission.name}</code> : <span dir="auto">{words}</span>}
    </li>
  );
};

const Permissions = ({ may }: { may: Permission[] }) => (
  <ul class="permissions">
    {may.map((permission) => (
      <PermissionItem permission={permission} />
    ))}
  </ul>
);

export const AgreementList = ({ own, elsewhere }: AgreementInWords) => {
  const { agreement } = usePresentation().texts;
  return (
    <>
      {own.length > 0 && <Permissions may={own} />}
      {elsewhere.map(({ name, place, may }) => (
        <div class="permissions-at">
          <p>
            {name === place ? (
              <Words text={agreement.at} values={{ name: <strong dir="auto">{name}</strong> }} />
            ) : (
              <Words
                text={agreement.atPlace}
                values={{ name: <strong dir="auto">{name}</strong>, place: <bdi>{place}</bdi> }}
              />
            )}
          </p>
          {may.length > 0 ? <Permissions may={may} /> : <p class="empty">{agreement.getIn}</p>}
        </div>
      ))}
    </>
  );
};

/** What a person should know of an app that is not the operator's. */
export const StrangerNotice = ({ documentHost }: { documentHost: string | undefined }) => {
  const { name, texts } = usePresentation();
  const { agreement } = texts;
  return (
    <p class="notice stranger">
      <strong>
        <Words text={agreement.notOurs} values={{ name: <bdi>{name}</bdi> }} />
      </strong>{' '}
      {agreement.onlyIfKnown}
      {/* Whose word its name is: anybody's document may say "Calendar". */}
      {documentHost !== undefined && (
        <>
          {' '}
          <Words
            text={agreement.nameComesFrom}
            values={{ host: <strong dir="ltr">{documentHost}</strong> }}
          />
        </>
      )}
    </p>
  );
};
