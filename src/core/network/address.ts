/** An address of the Internet Protocol as a number: of 32 bits, or of 128. */
export interface Address {
  value: bigint;
  ofIpv6: boolean;
}

/** Four numbers without leading zeros: some readers take those for octal. */
function parseIpv4(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4) return undefined;
  let value = 0n;
  for (const part of parts) {
    if (!/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return undefined;
    value = (value << 8n) | BigInt(part);
  }
  return value;
}

const groupsOf = (text: string): string[] => (text === '' ? [] : text.split(':'));

function parseIpv6(text: string): bigint | undefined {
  // The last 32 bits may be written as an IPv4 address (RFC 4291 §2.2).
  const dotted = /^(.*:)([\d.]+\.[\d.]+)$/.exec(text);
  if (dotted) {
    const last = parseIpv4(dotted[2] ?? '');
    if (last === undefined) return undefined;
    return parseIpv6(`${dotted[1]}${(last >> 16n).toString(16)}:${(last & 0xffffn).toString(16)}`);
  }
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head, tail] = [groupsOf(halves[0] ?? ''), groupsOf(halves[1] ?? '')];
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...new Array<string>(missing).fill('0'), ...tail];
  let value = 0n;
  for (const group of groups) {
    if (!/^[0-9a-f]{1,4}$/i.test(group)) return undefined;
    value = (value << 16n) | BigInt(`0x${group}`);
  }
  return value;
}

const IPV4_MAPPED = 0xffffn;

/** Undefined for what is no address (RFC 4291 §2.2). */
export function parseAddress(text: string): Address | undefined {
  const short = parseIpv4(text);
  if (short !== undefined) return { value: short, ofIpv6: false };
  const long = parseIpv6(text);
  if (long === undefined) return undefined;
  // One and the same, in the form of the other family (RFC 4291 §2.5.5.2).
  return long >> 32n === IPV4_MAPPED
    ? { value: long & 0xffff_ffffn, ofIpv6: false }
    : { value: long, ofIpv6: true };
}
