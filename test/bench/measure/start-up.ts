import { readFile } from 'node:fs/promises';
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare } from 'miniflare';
import { readWranglerConfiguration } from '../../../src/cli/wrangler.ts';
import { buildWorker, bundle } from '../../runtime/build.ts';
import { compare, connect, type Lane, type Pace } from '../load.ts';
import { source, variables } from '../servers.ts';

/**
 * Milliseconds from nothing to the first page out of a new isolate: the script is compiled, its modules are evaluated,
 * the configuration is checked. The floor is a Worker of one line.
 */
export async function measureStartUp(pace: Pace): Promise<Record<'portcullis' | 'floor', number>> {
  const { compatibility_date, compatibility_flags } = await readWranglerConfiguration('wrangler.jsonc');
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      host: '127.0.0.1',
      port: 0,
      cf: false,
      telemetry: { enabled: false },
      log: new Log(LogLevel.ERROR),
      modules: true,
      script: await bundle(source('workers/loader.ts')),
      compatibilityDate: compatibility_date,
      workerLoaders: { LOADER: {} },
      bindings: {
        SCRIPTS: {
          portcullis: await readFile(await buildWorker(), 'utf8'),
          floor: 'export default { fetch: () => new Response() }',
        },
        COMPATIBILITY_DATE: compatibility_date,
        COMPATIBILITY_FLAGS: compatibility_flags ?? [],
        VARIABLES: variables,
      },
    }),
  );
  const http = connect((await miniflare.ready).origin);
  const starting = (name: string): [Lane] => [
    async () => {
      const { status, body } = await http.send({ method: 'GET', path: `/${name}` });
      if (status !== 200) throw new Error(`${name} did not start: ${status} ${body}`);
    },
  ];
  try {
    const loads = await compare({ portcullis: starting('portcullis'), floor: starting('floor') }, pace);
    return { portcullis: loads.portcullis.p50, floor: loads.floor.p50 };
  } finally {
    http.close();
    await miniflare.dispose();
  }
}
