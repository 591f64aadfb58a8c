/** Apple tells a person's name once, with the first authorization response, and beside the ID token. */
export function appleName(user: string | null): { given_name?: string; family_name?: string } {
  if (user === null || user.length > MAXIMUM_USER) return {};
  let parsed: unknown;
  try {
    parsed = JSON.parse(user);
  } catch {
    return {};
  }
  const name = typeof parsed === 'object' && parsed !== null && 'name' in parsed ? parsed.name : undefined;
  if (typeof name !== 'object' || name === null) return {};
  const { firstName, lastName } = name as Record<string, unknown>;
  return {
    ...(typeof firstName === 'string' && { given_name: firstName }),
    ...(typeof lastName === 'string' && { family_name: lastName }),
  };
}

const MAXIMUM_USER = 1000;
