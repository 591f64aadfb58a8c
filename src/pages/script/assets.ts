import { createHash } from 'node:crypto';
import { passkeyScript } from './passkey.ts';
import { strengthScript } from './strength.ts';
import { workScript } from './work.ts';

/** At an address made of its content, as the style is: it may be kept for good. */
const pathOf = (script: string): string =>
  `/assets/${createHash('sha256').update(script).digest('hex').slice(0, 16)}.js`;

export const passkeyScriptPath = pathOf(passkeyScript);
export const strengthScriptPath = pathOf(strengthScript);
export const workScriptPath = pathOf(workScript);
/** Every script that pages link to, by its path. */
export const scripts: ReadonlyMap<string, string> = new Map([
  [passkeyScriptPath, passkeyScript],
  [strengthScriptPath, strengthScript],
  [workScriptPath, workScript],
]);
