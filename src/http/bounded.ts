import { concat } from '../crypto/bytes.ts';

/** A body that is longer than it may be. */
export class TooLong extends Error {
  override name = 'TooLong';
}

/**
 * Reads a body to its end, however it is compressed.
 * @throws TooLong as soon as it is longer than so many bytes; the rest is not read.
 */
export async function boundedBytes(
  body: ReadableStream<Uint8Array> | null,
  maximumBytes: number,
): Promise<Uint8Array<ArrayBuffer>> {
  if (!body) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  const reader = body.getReader();
  for (let size = 0; ; ) {
    const { done, value } = await reader.read();
    if (done) return concat(...chunks);
    size += value.length;
    if (size > maximumBytes) {
      await reader.cancel();
      throw new TooLong(`more than ${maximumBytes} bytes`);
    }
    chunks.push(value);
  }
}
