import { join } from 'node:path';
import { readWranglerConfiguration, root } from '../../src/cli/wrangler.ts';
import { freePort, type Runtime, type RuntimeOptions, startRuntime } from './runtime.ts';

/** Starts the issuer of config.ts in a real workerd. `runtime.url` is the issuer. */
export async function startIssuer(
  options: RuntimeOptions & { worker?: string; services?: Record<string, string> } = {},
): Promise<Runtime> {
  const { env } = await readWranglerConfiguration('wrangler.jsonc');
  const { vars, durable_objects, kv_namespaces, d1_databases } = env?.development ?? {};
  const port = options.port ?? (await freePort());
  return startRuntime({
    ...options,
    port,
    main: {
      name: 'portcullis',
      main: options.worker ?? join(root, 'test/issuer/worker.ts'),
      bindings: {
        ...vars,
        PORTCULLIS_SECRET: 'development_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE',
        PORTCULLIS_ISSUER: `${options.https ? 'https' : 'http'}://localhost:${port}`,
        ...options.bindings,
      },
      durableObjects: Object.fromEntries(
        (durable_objects?.bindings ?? []).map(({ name, class_name }) => [name, class_name]),
      ),
      kvNamespaces: (kv_namespaces ?? []).map(({ binding }) => binding),
      d1Databases: (d1_databases ?? []).map(({ binding }) => binding),
      services: options.services ?? {},
    },
  });
}
