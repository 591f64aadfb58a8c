const GROUPS = 8;
/** Of IPv6 a household, or one machine that is rented, has as many addresses as it likes, but one prefix of 64 bits. */
const PREFIX_GROUPS = 4;

function groupsOf(address: string): number[] | undefined {
  const halves = address.split('::').map((half) => (half === '' ? [] : half.split(':')));
  const [head = [], tail] = halves;
  if (halves.length > 2) return undefined;
  const missing = GROUPS - head.length - (tail?.length ?? 0);
  if (tail ? missing < 1 : missing !== 0) return undefined;
  const texts = [...head, ...Array<string>(tail ? missing : 0).fill('0'), ...(tail ?? [])];
  if (!texts.every((text) => /^[\da-f]{1,4}$/i.test(text))) return undefined;
  return texts.map((text) => Number.parseInt(text, 16));
}

/**
 * What all requests of one caller have in common, whichever of its addresses it takes: an IPv4 address, or the first 64 bits
 * of an IPv6 one, in one form. Undefined for what is no address, and for this machine's own, which is nobody's.
 */
export function prefixOf(address: string): string | undefined {
  const ipv4 = /^(?:::ffff:)?(\d{1,3}(?:\.\d{1,3}){3})$/i.exec(address)?.[1];
  if (ipv4 !== undefined) return ipv4.startsWith('127.') ? undefined : ipv4;
  const groups = groupsOf(address);
  if (!groups || groups.every((group, at) => group === (at === GROUPS - 1 ? 1 : 0))) return undefined;
  const prefix = groups.slice(0, PREFIX_GROUPS).map((group) => group.toString(16));
  return `${prefix.join(':')}::/64`;
}
