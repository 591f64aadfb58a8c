import { type Address, parseAddress } from './address.ts';

const GROUP_BITS = 16n;
/** Of IPv6 a household, or one machine that is rented, has as many addresses as it likes, but one prefix of 64 bits. */
const PREFIX_GROUPS = [7n, 6n, 5n, 4n];

/** 127.0.0.0/8 and ::1. */
const isOwnMachine = ({ value, ofIpv6 }: Address): boolean => (ofIpv6 ? value === 1n : value >> 24n === 127n);

/** The bits of a number from a place on, counted from its end. */
const part = (value: bigint, at: bigint, bits: bigint): bigint =>
  (value >> (at * bits)) & ((1n << bits) - 1n);

/**
 * What all requests of one caller have in common, whichever of its addresses it takes: an IPv4 address, or the first 64 bits
 * of an IPv6 one, in one form. Undefined for what is no address, and for this machine's own, which is nobody's.
 */
export function prefixOf(text: string): string | undefined {
  const address = parseAddress(text);
  if (!address || isOwnMachine(address)) return undefined;
  const { value, ofIpv6 } = address;
  if (!ofIpv6) return [3n, 2n, 1n, 0n].map((at) => part(value, at, 8n)).join('.');
  return `${PREFIX_GROUPS.map((at) => part(value, at, GROUP_BITS).toString(16)).join(':')}::/64`;
}
