// A set of passwords in little more than two bytes each: hashes that are cut, sorted and told by their distances
// (Golomb-Rice coding). It can only say "certainly not" or "most likely": one in 2^14 others is taken for a member.

/** Shorter ones are refused for their length anyway. */
export const SHORTEST_LISTED = 8;

const REMAINDER_BITS = 14;

/** The place of a hash among `count * 2^14`. @param head the first four bytes of its SHA-256, big-endian */
export const placeOf = (head: number, count: number): number =>
  Math.floor((head / 2 ** 32) * count * 2 ** REMAINDER_BITS);

export function encodeList(heads: readonly number[]): Uint8Array {
  const places = heads.map((head) => placeOf(head, heads.length)).sort((one, other) => one - other);
  const bits: number[] = [];
  let before = 0;
  for (const place of places) {
    const distance = place - before;
    before = place;
    for (let quotient = Math.floor(distance / 2 ** REMAINDER_BITS); quotient > 0; quotient -= 1) bits.push(1);
    bits.push(0);
    for (let bit = REMAINDER_BITS - 1; bit >= 0; bit -= 1) bits.push((distance >> bit) & 1);
  }
  const bytes = new Uint8Array(Math.ceil(bits.length / 8));
  bits.forEach((bit, index) => {
    bytes[index >> 3] = (bytes[index >> 3] ?? 0) | (bit << (7 - (index & 7)));
  });
  return bytes;
}

/** The places of all members, in their order. */
export function decodeList(bytes: Uint8Array, count: number): Uint32Array {
  const places = new Uint32Array(count);
  let at = 0;
  const next = (): number => {
    const bit = ((bytes[at >> 3] ?? 0) >> (7 - (at & 7))) & 1;
    at += 1;
    return bit;
  };
  let before = 0;
  for (let index = 0; index < count; index += 1) {
    let quotient = 0;
    while (next() === 1) quotient += 1;
    let remainder = 0;
    for (let bit = 0; bit < REMAINDER_BITS; bit += 1) remainder = remainder * 2 + next();
    before += quotient * 2 ** REMAINDER_BITS + remainder;
    places[index] = before;
  }
  return places;
}

/** Whether a sorted list has this value. */
export function includes(places: Uint32Array, place: number): boolean {
  let [low, high] = [0, places.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((places[middle] ?? 0) < place) low = middle + 1;
    else high = middle;
  }
  return places[low] === place;
}
