/** IPv4 networks that are not the public Internet (RFC 6890), as the number and the length of their prefix. */
const privateNetworks = [
  [0x00000000, 8],
  [0x0a000000, 8],
  [0x64400000, 10],
  [0x7f000000, 8],
  // Link-local, where clouds have their metadata.
  [0xa9fe0000, 16],
  [0xac100000, 12],
  [0xc0000000, 24],
  [0xc0000200, 24],
  [0xc0586300, 24],
  [0xc0a80000, 16],
  [0xc6120000, 15],
  [0xc6336400, 24],
  [0xcb007100, 24],
  // Multicast, reserved and broadcast.
  [0xe0000000, 3],
] as const;

const isPrivateIpv4 = (address: number): boolean =>
  privateNetworks.some(([network, length]) => address >>> (32 - length) === network >>> (32 - length));

/** The number of an address in dotted decimals, which is how a parsed URL writes whatever form it was given in. */
function ipv4(host: string): number | undefined {
  const octets = /^(\d+)\.(\d+)\.(\d+)\.(\d+)$/.exec(host)?.slice(1);
  return octets?.reduce((number, octet) => number * 256 + Number(octet), 0);
}

/** The eight groups of an address as a parsed URL writes it: no dotted decimals, `::` at most once. */
function ipv6(host: string): number[] | undefined {
  if (!host.startsWith('[')) return undefined;
  const [before = '', after] = host.slice(1, -1).split('::');
  const groups = (text: string) =>
    text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
  const [head, tail] = [groups(before), groups(after ?? '')];
  return [...head, ...Array<number>(8 - head.length - tail.length).fill(0), ...tail];
}

/** Only 2000::/3 is the public Internet; of it, documentation, Teredo and 6to4, which hide another address, are not. */
function isPublicIpv6([first = 0, second = 0]: number[]): boolean {
  if (first >>> 13 !== 1) return false;
  return (
    !(first === 0x2001 && (second < 0x0200 || second === 0x0db8)) && first !== 0x2002 && first !== 0x3fff
  );
}

/** Whether a host, as a parsed URL writes it, is this very machine (RFC 6890, RFC 6761 §6.3), by whatever name. */
export function isOwnMachine(host: string): boolean {
  const four = ipv4(host);
  if (four !== undefined) return four === 0 || four >>> 24 === 0x7f;
  const six = ipv6(host);
  if (!six) return /(?:^|\.)localhost\.?$/.test(host);
  const [group = 0, low = 0] = six.slice(6);
  // IPv4-mapped as well: such an address is the same socket.
  const isMapped = six.slice(0, 5).every((each) => each === 0) && six[5] === 0xffff;
  return isMapped ? group >>> 8 === 0x7f : six.slice(0, 7).every((each) => each === 0) && low <= 1;
}

/** Names that resolve inside a network only (RFC 6761, RFC 6762, RFC 8375, RFC 9476 and what clouds and routers use). */
const privateName =
  /(?:^|\.)(?:localhost|local|internal|intranet|lan|home|corp|private|alt|test|invalid|onion|home\.arpa)$/;

/**
 * Why a URL must not be fetched on somebody else's word, or nothing: it must be https, without a user, and lead to the
 * public Internet. Names are not resolved: a Worker's fetch reaches no private network by itself.
 */
export function addressFault(text: string): string | undefined {
  const url = URL.parse(text);
  if (!url) return 'is not a URL';
  if (url.protocol !== 'https:') return 'must be https';
  if (url.username || url.password) return 'must not name a user';
  const { hostname } = url;
  const four = ipv4(hostname);
  const six = ipv6(hostname);
  if (four !== undefined) return isPrivateIpv4(four) ? 'must be a public address' : undefined;
  if (six) return isPublicIpv6(six) ? undefined : 'must be a public address';
  // A name without a dot is looked up in the local domain; one that ends in a dot is another spelling of one without.
  if (!hostname.includes('.') || hostname.endsWith('.') || privateName.test(hostname))
    return 'must be a public name';
  return undefined;
}

/** The same in development, where an issuer may also be anywhere on this machine or beside it, and speak http. */
export function developmentAddressFault(text: string): string | undefined {
  const url = URL.parse(text);
  if (!url) return 'is not a URL';
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must be https or http';
  return url.username || url.password ? 'must not name a user' : undefined;
}
