import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { fileURLToPath } from 'node:url';
import type { V4MiniflareOptions, V4WorkerOptions } from 'miniflare';
import { readWranglerConfiguration, root } from '../../src/cli/wrangler.ts';
import { buildWorker, bundle } from './build.ts';
import { withCheapHashes } from './cheap-hashes.ts';

/** A Worker beside or instead of Portcullis: a floor to measure against, an origin, a recorder. */
export interface WorkerDefinition {
  name: string;
  /** A module's source. */
  script?: string;
  /** Or the path of one: TypeScript and imports are bundled. */
  main?: string;
  /** Binding name to value. */
  bindings?: Record<string, string>;
  /** Binding name to class name; storage is SQLite. */
  durableObjects?: Record<string, string>;
  kvNamespaces?: string[];
  d1Databases?: string[];
  /** Binding name to Worker name. */
  services?: Record<string, string>;
  /** Binding name to how many calls with one key pass in a minute. */
  ratelimits?: Record<string, number>;
  /** Static files, served before the Worker is asked. */
  assets?: string;
  /** Gives it a port of its own: `runtime.urls[name]`. */
  exposed?: boolean;
}

export interface RuntimeOptions {
  /** Default: a free one. The issuer is http://localhost:<port>. */
  port?: number;
  /**
   * The issuer is https://localhost:<port>, as in production, with the certificate that Miniflare brings. This process and
   * the other Workers trust it; a browser is told to by `ignoreHTTPSErrors`. Requests go through Miniflare's own Worker
   * then, where TLS ends. Default false.
   */
  https?: boolean;
  /** The folder of KV, D1 and Durable Objects. Default: a fresh one that goes when the runtime does. */
  persistTo?: string;
  /** Variables over those of env.development. */
  bindings?: Record<string, string>;
  /** Limits of floods, by binding; by default none, as in development. */
  ratelimits?: Record<string, number>;
  /**
   * Hashes passwords at a thousandth of the cost: for a run that has so many hashed that nothing else would be seen of it.
   * Default false.
   */
  cheapHashes?: boolean;
  /** What answers at `url`. Default: Portcullis as `wrangler deploy` would upload it. */
  main?: WorkerDefinition;
  /** More Workers in the same workerd. One named portcullis-demo-origin replaces the demo's. */
  workers?: WorkerDefinition[];
}

export interface Runtime {
  /** http://localhost:<port>, or https://, without a slash at the end. */
  url: string;
  /** The addresses of the exposed Workers. */
  urls: Record<string, string>;
  /** Of the Node process that leads the process group. */
  pid: number;
  /** Ends it in order. */
  stop(): Promise<void>;
  /** SIGKILL to Node and workerd at once, as a power cut would; storage stays if `persistTo` was given. */
  kill(): Promise<void>;
  /** Resident bytes of workerd. */
  memory(): number;
  /** Everything written to standard output and error so far. */
  logs(): string;
}

/** The root secret of every test runtime, so that a restart reads what the last one wrote. */
const secret = 'development_MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE';
const demoOrigin = 'portcullis-demo-origin';
const startMilliseconds = 20_000;

// Below the range that systems take ports of outgoing connections from, and a range of its own for each worker that runs
// tests: between finding a port and listening on it nobody else takes it.
const PORTS_EACH = 4000;
const firstPort = 12_000 + (Number(process.env.VITEST_POOL_ID ?? 0) % 5) * PORTS_EACH;
let lastPort = firstPort + Math.floor(Math.random() * PORTS_EACH);

const listens = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer().once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

/** A port that nothing listens on, and that no other call gets. */
export async function freePort(): Promise<number> {
  do {
    lastPort = lastPort + 1 < firstPort + PORTS_EACH ? lastPort + 1 : firstPort;
  } while (!(await listens(lastPort)));
  return lastPort;
}

const isOpen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, 'localhost', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

async function portcullis(issuer: string, bindings: Record<string, string>): Promise<WorkerDefinition> {
  const { env } = await readWranglerConfiguration('wrangler.jsonc');
  const { vars, durable_objects, kv_namespaces, d1_databases, services } = env?.development ?? {};
  return {
    name: 'portcullis',
    script: await readFile(await buildWorker(), 'utf8'),
    bindings: { ...vars, PORTCULLIS_SECRET: secret, PORTCULLIS_ISSUER: issuer, ...bindings },
    durableObjects: Object.fromEntries(
      (durable_objects?.bindings ?? []).map(({ name, class_name }) => [name, class_name]),
    ),
    kvNamespaces: (kv_namespaces ?? []).map(({ binding }) => binding),
    d1Databases: (d1_databases ?? []).map(({ binding }) => binding),
    services: Object.fromEntries((services ?? []).map(({ binding, service }) => [binding, service])),
  };
}

async function workerOptions(worker: WorkerDefinition, port?: number): Promise<V4WorkerOptions> {
  const { compatibility_date, compatibility_flags } = await readWranglerConfiguration('wrangler.jsonc');
  const names = (prefix: string, list: string[] = []) =>
    Object.fromEntries(list.map((name) => [name, `${prefix}-${name}`]));
  return {
    name: worker.name,
    modules: true,
    script: worker.script ?? (await bundle(worker.main ?? '')),
    compatibilityDate: compatibility_date,
    compatibilityFlags: compatibility_flags ?? [],
    bindings: worker.bindings ?? {},
    durableObjects: Object.fromEntries(
      Object.entries(worker.durableObjects ?? {}).map(([binding, className]) => [
        binding,
        { className, useSQLite: true },
      ]),
    ),
    kvNamespaces: names(worker.name, worker.kvNamespaces),
    d1Databases: names(worker.name, worker.d1Databases),
    serviceBindings: worker.services ?? {},
    ratelimits: Object.fromEntries(
      Object.entries(worker.ratelimits ?? {}).map(([name, limit]) => [
        name,
        { namespace_id: name, simple: { limit, period: 60 as const } },
      ]),
    ),
    ...(worker.assets && {
      assets: {
        directory: worker.assets,
        routerConfig: { has_user_worker: true, invoke_user_worker_ahead_of_assets: false },
      },
    }),
    // workerd listens for this Worker itself: nothing of Miniflare's is in the path of a request.
    ...(port !== undefined && { unsafeDirectSockets: [{ host: 'localhost', port }] }),
  };
}

interface Started {
  child: ChildProcess;
  workerd(): number;
  logs(): string;
}

/** Makes this process trust the certificate of the runtimes on https. @returns the path of it, for another process */
async function trustCertificate(folder: string): Promise<string> {
  // Not for those on http, which are most: Miniflare takes a second to load.
  const { getEntrySocketHttpOptions, InstanceOptionsSchema } = await import('miniflare');
  const options = await getEntrySocketHttpOptions(InstanceOptionsSchema.parse({ https: true }));
  const certificate = 'https' in options ? options.https?.tlsOptions?.keypair?.certificateChain : undefined;
  if (certificate === undefined) throw new Error('Miniflare has no certificate of its own');
  setDefaultCACertificates([...getCACertificates(), certificate]);
  const path = join(folder, 'certificate.pem');
  await writeFile(path, certificate);
  return path;
}

/** Resolves when the Workers listen. @param certificate the path of one that they trust */
function launch(options: V4MiniflareOptions, certificate?: string): Promise<Started> {
  const child = fork(fileURLToPath(new URL('serve.ts', import.meta.url)), {
    cwd: root,
    env: { ...process.env, ...(certificate !== undefined && { NODE_EXTRA_CA_CERTS: certificate }) },
    execArgv: ['--no-warnings'],
    // A process group of its own, so that one signal ends Node and workerd together.
    detached: true,
    silent: true,
  });
  let logs = '';
  let workerd = 0;
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      logs += chunk;
    });
  }
  return new Promise((resolve, reject) => {
    const fail = (reason: string) => {
      clearTimeout(timer);
      reject(new Error(`The runtime ${reason}:\n${logs}`));
    };
    const timer = setTimeout(() => {
      process.kill(-(child.pid ?? 0), 'SIGKILL');
      fail(`did not start within ${startMilliseconds / 1000} seconds`);
    }, startMilliseconds);
    child.once('exit', (code) => fail(`ended with exit code ${code}`));
    child.on('message', (message: { workerd?: number; ready?: boolean }) => {
      workerd = message.workerd ?? workerd;
      if (!message.ready) return;
      clearTimeout(timer);
      resolve({ child, workerd: () => workerd, logs: () => logs });
    });
    child.send(options);
  });
}

/**
 * Starts workerd with storage on disk in a process group of its own, ready to be killed at any moment. Requests reach
 * the Worker as they were sent: without the CF-Connecting-IP header and `request.cf` that Cloudflare's edge adds.
 */
export async function startRuntime(options: RuntimeOptions = {}): Promise<Runtime> {
  const port = options.port ?? (await freePort());
  const { https = false } = options;
  const url = `${https ? 'https' : 'http'}://localhost:${port}`;
  const { ratelimits = {}, cheapHashes = false } = options;
  const issuer = options.main ?? { ...(await portcullis(url, options.bindings ?? {})), ratelimits };
  const main = cheapHashes ? { ...issuer, script: withCheapHashes(issuer.script ?? '') } : issuer;
  const others = [...(options.workers ?? [])];
  if (!options.main && !others.some(({ name }) => name === demoOrigin)) {
    others.push({
      name: demoOrigin,
      main: join(root, 'examples/demo/origin/worker.ts'),
      bindings: { PORTCULLIS_ISSUER: url },
      assets: join(root, 'examples/demo/public'),
    });
  }
  const ports = new Map<string, number>();
  for (const { name, exposed } of others) if (exposed) ports.set(name, await freePort());

  const persistTo = options.persistTo ?? (await mkdtemp(join(tmpdir(), 'portcullis-runtime-')));
  const miniflareOptions: V4MiniflareOptions = {
    host: '127.0.0.1',
    port: https ? port : 0,
    https,
    cf: false,
    telemetry: { enabled: false },
    unsafeLocalExplorer: false,
    unsafeObservability: false,
    resourcePersistencePath: persistTo,
    resourceTmpPath: join(persistTo, 'tmp'),
    workers: [
      await workerOptions(main, https ? undefined : port),
      ...(await Promise.all(others.map((worker) => workerOptions(worker, ports.get(worker.name))))),
    ],
  };
  const certificate = https ? await trustCertificate(persistTo) : undefined;
  const { child, workerd, logs } = await launch(miniflareOptions, certificate);
  const pid = child.pid ?? 0;
  const exited = new Promise((resolve) => child.once('exit', resolve));

  const end = async (signal: () => void) => {
    if (child.exitCode === null && child.signalCode === null) signal();
    await exited;
    // workerd is not this process's child: that its port is closed says that it is gone.
    while (await isOpen(port)) await new Promise((resume) => setTimeout(resume, 10));
    if (options.persistTo === undefined) await rm(persistTo, { recursive: true, force: true, maxRetries: 5 });
  };
  return {
    url,
    urls: Object.fromEntries([...ports].map(([name, own]) => [name, `http://localhost:${own}`])),
    pid,
    stop: () => end(() => child.kill('SIGTERM')),
    kill: () => end(() => process.kill(-pid, 'SIGKILL')),
    memory: () => residentBytes(workerd()),
    logs,
  };
}

function residentBytes(pid: number): number {
  const status = `/proc/${pid}/status`;
  const kilobytes = existsSync(status)
    ? /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(status, 'utf8'))?.[1]
    : execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' });
  return Number(kilobytes) * 1024;
}
