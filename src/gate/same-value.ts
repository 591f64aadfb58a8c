/** Whether two values, as they come out of JSON or an object call, say the same. */
export function sameValue(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const [mine, others] = [Object.entries(a), Object.keys(b)];
  return (
    mine.length === others.length &&
    mine.every(([name, value]) => Object.hasOwn(b, name) && sameValue(value, Reflect.get(b, name)))
  );
}
