import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { appendFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { Failure } from './failure.ts';
import { root } from './wrangler.ts';

/**
 * The variables of `.dev.vars`, with a root secret added when there is none yet. What is there is never changed:
 * another secret would lock out every user of the last start.
 * @param persistTo where the last start kept its users
 */
export async function developmentVariables(persistTo: string): Promise<Record<string, string>> {
  // With --env, wrangler reads only the file of that environment when it exists.
  const named = join(root, '.dev.vars.development');
  const path = existsSync(named) ? named : join(root, '.dev.vars');
  const read = async () => (existsSync(path) ? await readFile(path, 'utf8') : '');
  const text = await read();
  if (!parseEnv(text).PORTCULLIS_SECRET) {
    // Passwords and keys there were made with a secret that is gone: nobody could sign in, and nothing would say why.
    if (existsSync(join(persistTo, 'v3'))) {
      throw new Failure(
        `.dev.vars has no PORTCULLIS_SECRET, but ${persistTo} was made with one; put it back, or delete that folder`,
      );
    }
    const separator = text === '' || text.endsWith('\n') ? '' : '\n';
    // The prefix makes production refuse this secret.
    const secret = `development_${randomBytes(32).toString('base64url')}`;
    await appendFile(path, `${separator}PORTCULLIS_SECRET="${secret}"\n`, { mode: 0o600 });
  }
  return { ...parseEnv(await read()) } as Record<string, string>;
}
