import { readFile } from 'node:fs/promises';
import { buildWorker } from '../../runtime/build.ts';
import { source } from '../servers.ts';
import { bundled, clientSizes, type Size, sizeOf } from './bundle.ts';

export type { Size } from './bundle.ts';

/** The figures alone: what a bench keeps. */
const only = ({ minified, gzip }: Size): Size => ({ minified, gzip });

export type Bundle = 'worker' | 'client' | 'verify' | 'floor' | 'workers-oauth-provider' | 'openauth';

/** The Worker as `wrangler deploy` uploads it; what an app and a resource server take from us; the others' Workers. */
export async function measureSize(withPeers: boolean): Promise<Partial<Record<Bundle, Size>>> {
  return {
    worker: sizeOf(await readFile(await buildWorker())),
    client: only((await clientSizes()).client),
    verify: only(await bundled('src/verify/index.ts')),
    floor: only(await bundled(source('workers/floor.ts'))),
    ...(withPeers && {
      'workers-oauth-provider': only(await bundled(source('peers/workers-oauth-provider.js'))),
      openauth: only(await bundled(source('peers/openauth.js'))),
    }),
  };
}
