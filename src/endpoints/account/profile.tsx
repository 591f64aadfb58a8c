import type { Context } from 'hono';
import type { Parameters } from '../../core/oauth/parameters.ts';
import type { Dependencies } from '../../dependencies.ts';
import { showPage } from '../../middleware/page.tsx';
import { readPageForm } from '../../middleware/page-form.ts';
import { sessionToken } from '../../middleware/session.ts';
import { addressParts, ProfilePage, profileFields } from '../../pages/profile.tsx';
import type { Fault } from '../../texts/fault.ts';
import { checkProfileChange } from '../../user/profile-change.ts';
import type { Profile } from '../../user/types.ts';

type Values = Record<string, string>;

/** A profile as its form shows it: the parts of the address are fields like the others. */
function valuesOf({ name, claims = {} }: Profile): Values {
  const { address, ...rest } = claims;
  const { formatted, ...parts } = typeof address === 'object' ? address : {};
  // An address that is known as a whole only is shown as one, so that saving the form does not lose it.
  const shown = Object.keys(parts).length > 0 ? parts : { street_address: formatted };
  const all = { ...rest, ...shown, name };
  return Object.fromEntries(
    Object.entries(all).flatMap(([field, value]) => (typeof value === 'string' ? [[field, value]] : [])),
  );
}

/** The form as a change. An empty field takes its claim away. */
function changeOf(parameters: Parameters): unknown {
  const filled = (field: string): string | undefined => parameters.get(field)?.trim() || undefined;
  const claims = profileFields
    .filter((field) => field !== 'name' && !addressParts.includes(field))
    .map((field) => [field, filled(field) ?? null]);
  const parts = addressParts.flatMap((part) => {
    const value = filled(part);
    return value === undefined ? [] : [[part, value]];
  });
  const lines = parts.map(([, value]) => value).join('\n');
  const address = parts.length > 0 ? { ...Object.fromEntries(parts), formatted: lines } : null;
  return { name: filled('name') ?? '', claims: { ...Object.fromEntries(claims), address } };
}

const page = (
  c: Context,
  { config }: Dependencies,
  values: Values,
  faults: Record<string, Fault> = {},
  status: 200 | 400 = 200,
) => showPage(c, config, <ProfilePage values={values} faults={faults} />, status);

/** GET /account/profile */
export const showProfile = (dependencies: Dependencies) => async (c: Context) => {
  const token = await sessionToken(c, dependencies);
  const session = token && (await dependencies.users.readSession(token));
  return session?.kind === 'live'
    ? page(c, dependencies, valuesOf(session.profile))
    : c.redirect('/signin', 303);
};

/** POST /account/profile */
export const editProfile = (dependencies: Dependencies) => async (c: Context) => {
  const parameters = await readPageForm(c, dependencies.config);
  if (parameters instanceof Response) return parameters;
  const token = await sessionToken(c, dependencies);
  if (!token) return c.redirect('/signin', 303);
  const checked = checkProfileChange(changeOf(parameters), 'person');
  if (checked.kind === 'faulty') {
    const faults = Object.entries(checked.faults).map(([place, fault]) => [
      place.replace(/^address\./, ''),
      fault,
    ]);
    return page(c, dependencies, Object.fromEntries(parameters), Object.fromEntries(faults), 400);
  }
  const session = await dependencies.users.editProfile(token, checked.change);
  return c.redirect(session.kind === 'live' ? '/account' : '/signin', 303);
};
