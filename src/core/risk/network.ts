import { parseAddress } from '../network/address.ts';

// The operator's own networks: ranges of addresses (RFC 4632, RFC 4291 §2.3) and autonomous systems.

export type Network =
  | { kind: 'system'; number: number }
  | { kind: 'range'; address: bigint; bits: number; ofIpv6: boolean };

const LARGEST_SYSTEM = 0xffff_ffff;

/** `192.0.2.0/24`, `2001:db8::/32`, one address, or `AS64496`; undefined for anything else, bits beyond the prefix included. */
export function parseNetwork(text: string): Network | undefined {
  const system = /^AS([1-9]\d{0,9})$/i.exec(text);
  if (system) {
    const number = Number(system[1]);
    return number <= LARGEST_SYSTEM ? { kind: 'system', number } : undefined;
  }
  const [, host = '', length] = /^([^/]*)(?:\/(0|[1-9]\d{0,2}))?$/.exec(text) ?? [];
  const address = parseAddress(host);
  if (!address) return undefined;
  const size = address.ofIpv6 ? 128 : 32;
  // A mapped address with a prefix could mean either family's.
  if (length !== undefined && !address.ofIpv6 && host.includes(':')) return undefined;
  const bits = length === undefined ? size : Number(length);
  if (bits > size) return undefined;
  const rest = BigInt(size - bits);
  if ((address.value >> rest) << rest !== address.value) return undefined;
  return { kind: 'range', address: address.value, bits, ofIpv6: address.ofIpv6 };
}

/** Whether a caller is in one of them. @param system 0 where it is not known */
export function isInNetworks(networks: readonly Network[], address: string, system: number): boolean {
  if (networks.length === 0) return false;
  const caller = parseAddress(address);
  return networks.some((network) => {
    if (network.kind === 'system') return network.number === system;
    if (!caller || caller.ofIpv6 !== network.ofIpv6) return false;
    const rest = BigInt((network.ofIpv6 ? 128 : 32) - network.bits);
    return caller.value >> rest === network.address >> rest;
  });
}
