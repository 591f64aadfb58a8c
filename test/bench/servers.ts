import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { exitCodeOf, readWranglerConfiguration, root } from '../../src/cli/wrangler.ts';
import { freePort, type Runtime, startRuntime, type WorkerDefinition } from '../runtime/runtime.ts';

const folder = join(root, 'test/bench');
export const source = (path: string): string => join(folder, path);

const secret = 'development_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE';

/** For a Portcullis that is not asked for anything that names its address. */
export const variables = {
  PORTCULLIS_ENVIRONMENT: 'development',
  PORTCULLIS_ISSUER: 'http://localhost',
  PORTCULLIS_SECRET: secret,
};

/** Takes the demo's place behind the gate. */
export const origin: WorkerDefinition = {
  name: 'portcullis-demo-origin',
  main: source('workers/origin.ts'),
};

export const floor: WorkerDefinition = {
  name: 'floor',
  main: source('workers/floor.ts'),
  durableObjects: { FLOOR: 'FloorObject' },
  exposed: true,
};

export const jwt: WorkerDefinition = {
  name: 'jwt',
  main: source('workers/jwt.ts'),
  bindings: variables,
  durableObjects: { KEY_RING: 'KeyRingObject' },
  kvNamespaces: ['JWKS_CACHE'],
  exposed: true,
};

export const peers = [
  {
    name: 'workers-oauth-provider',
    main: source('peers/workers-oauth-provider.js'),
    kvNamespaces: ['OAUTH_KV'],
    exposed: true,
  },
  { name: 'openauth', main: source('peers/openauth.js'), kvNamespaces: ['STORAGE'], exposed: true },
] as const satisfies WorkerDefinition[];

/** The peers' packages are installed on first use: whoever does not run the benchmark does not need them. */
export async function installPeers(): Promise<void> {
  if (existsSync(source('peers/node_modules'))) return;
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const child = spawn(npm, ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
    cwd: source('peers'),
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  const code = await exitCodeOf(child);
  if (code !== 0) throw new Error(`npm ci in test/bench/peers failed with exit code ${code}; see --no-peers`);
}

/** Portcullis with another main and all of its bindings. */
async function portcullisFrom(
  main: string,
  more: Pick<WorkerDefinition, 'bindings' | 'services'> = {},
): Promise<{ port: number; main: WorkerDefinition }> {
  const { env } = await readWranglerConfiguration('wrangler.jsonc');
  const { vars, durable_objects, kv_namespaces, d1_databases, services } = env?.development ?? {};
  const port = await freePort();
  return {
    port,
    main: {
      name: 'portcullis',
      main: source(main),
      bindings: {
        ...vars,
        PORTCULLIS_SECRET: secret,
        PORTCULLIS_ISSUER: `http://localhost:${port}`,
        ...more.bindings,
      },
      durableObjects: Object.fromEntries(
        (durable_objects?.bindings ?? []).map(({ name, class_name }) => [name, class_name]),
      ),
      kvNamespaces: (kv_namespaces ?? []).map(({ binding }) => binding),
      d1Databases: (d1_databases ?? []).map(({ binding }) => binding),
      services: {
        ...Object.fromEntries((services ?? []).map(({ binding, service }) => [binding, service])),
        ...more.services,
      },
    },
  };
}

/** Portcullis with the doors of workers/families.ts. */
export const startFamilies = async (): Promise<Runtime> =>
  startRuntime({ ...(await portcullisFrom('workers/families.ts')), workers: [origin] });

/** Portcullis with or without signals of theft. */
export const startSignals = async (signals: 'on' | 'off'): Promise<Runtime> =>
  startRuntime({
    ...(await portcullisFrom('workers/signals.ts', { bindings: { SIGNALS: signals } })),
    workers: [origin],
  });

/** Portcullis with the routes of workers/gate.ts, and beside it the proxy, before the same two origins. */
export async function startGate(originUrl: string): Promise<Runtime> {
  const both = { bindings: { ORIGIN_URL: originUrl }, services: { ORIGIN: origin.name } };
  const proxy = { name: 'proxy', main: source('workers/proxy.ts'), exposed: true, ...both };
  return startRuntime({ ...(await portcullisFrom('workers/gate.ts', both)), workers: [origin, proxy] });
}
