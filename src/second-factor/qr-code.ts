/** A QR code as the path of an SVG, one unit a module, without the quiet zone: each row is a line to be drawn one unit wide. */
export interface QrCode {
  /** Modules on each side. */
  size: number;
  path: string;
}

/** Draws a text as a QR code (ISO/IEC 18004). Loaded where it is drawn: nothing else needs the library. */
export async function qrCode(text: string): Promise<QrCode> {
  const { generate } = await import('lean-qr');
  const { size, get } = generate(text);
  let path = '';
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      if (!get(x, y)) continue;
      const from = x;
      while (x + 1 < size && get(x + 1, y)) x += 1;
      path += `M${from} ${y}h${x + 1 - from}`;
    }
  }
  return { size, path };
}
