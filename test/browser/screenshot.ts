import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { root } from '../../src/cli/wrangler.ts';

const folder = join(root, 'artefacts/screenshots');
mkdirSync(folder, { recursive: true });

export interface Picture {
  path: string;
  /** How many different colours there are. */
  colours: number;
  /** The mean, from 0 for black to 255 for white. */
  brightness: number;
}

/** Takes a picture of all of the page into the artefacts. @param viewer a page that looks at it, with no policy of its own */
export async function takePicture(page: Page, name: string, viewer: Page): Promise<Picture> {
  const path = join(folder, `${name}.png`);
  const png = await page.screenshot({ path, fullPage: true, animations: 'disabled', caret: 'initial' });
  const seen = await viewer.evaluate(async (encoded) => {
    const image = new Image();
    image.src = `data:image/png;base64,${encoded}`;
    await image.decode();
    // A part of the pixels says enough.
    const [width, height] = [image.width / 3, image.height / 3].map(Math.floor) as [number, number];
    const context = new OffscreenCanvas(width, height).getContext('2d');
    if (context) context.imageSmoothingEnabled = false;
    context?.drawImage(image, 0, 0, width, height);
    const pixels = new Uint32Array(context?.getImageData(0, 0, width, height).data.buffer ?? []);
    // The green of each pixel, of which the eye sees the most.
    const brightness = pixels.reduce((sum, pixel) => sum + ((pixel >> 8) & 255), 0) / pixels.length;
    return { colours: new Set(pixels).size, brightness };
  }, png.toString('base64'));
  return { path, ...seen };
}
