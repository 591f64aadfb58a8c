import decodeQR from 'qr/decode.js';
import { expect, it } from 'vitest';
import { qrCode } from '../../src/second-factor/qr-code.ts';
import { newTotpSetup, setupUri } from '../../src/second-factor/totp.ts';

/** Paints the lines of a path as a camera would see it, with the quiet zone around it. */
function seen({ size, path }: { size: number; path: string }) {
  const scale = 6;
  const quiet = 4;
  const width = (size + 2 * quiet) * scale;
  const data = new Uint8ClampedArray(width * width * 4).fill(255);
  for (const [, x, y, length] of path.matchAll(/M(\d+) (\d+)h(\d+)/g)) {
    for (let row = 0; row < scale; row += 1) {
      const from = ((Number(y) + quiet) * scale + row) * width + (Number(x) + quiet) * scale;
      for (let pixel = from; pixel < from + Number(length) * scale; pixel += 1)
        data.fill(0, pixel * 4, pixel * 4 + 3);
    }
  }
  return { width, height: width, data };
}

it.each([
  ['Portcullis', 'ada@example.com'],
  ['Ein sehr langer Name für einen Dienst – mit Ümläuten', `${'a'.repeat(240)}@example.com`],
])('is read by a camera as what it says: %s', async (service, email) => {
  const uri = setupUri(newTotpSetup().secret, service, email);
  expect(decodeQR(seen(await qrCode(uri)))).toBe(uri);
});
