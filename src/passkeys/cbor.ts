import { decodePartialCBOR } from '@levischuck/tiny-cbor';

export type CborMap = ReadonlyMap<unknown, unknown>;

/** A CBOR map and how many bytes it takes; undefined where there is none, or not all of one. */
export function readMap(bytes: Uint8Array, offset = 0): { map: CborMap; end: number } | undefined {
  try {
    const [value, length] = decodePartialCBOR(bytes, offset);
    const end = offset + length;
    // The decoder counts a string that is cut off as if it were whole.
    return value instanceof Map && end <= bytes.length ? { map: value, end } : undefined;
  } catch {
    return undefined;
  }
}
