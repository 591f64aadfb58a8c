import type { ChildProcess } from 'node:child_process';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { checkConfiguration } from './configuration.ts';
import { buildDemo } from './demo.ts';
import { developmentVariables } from './development-secret.ts';
import { Failure } from './failure.ts';
import { requireFreePort } from './port.ts';
import { claimState } from './state.ts';
import { exitCodeOf, readWranglerConfiguration, root, spawnWrangler } from './wrangler.ts';

const startMilliseconds = 60_000;
const stopMilliseconds = 5_000;

function readOptions(args: string[]): { port: number; persistTo: string } {
  let values: { port?: string | undefined; 'persist-to'?: string | undefined };
  try {
    ({ values } = parseArgs({
      args,
      options: { port: { type: 'string' }, 'persist-to': { type: 'string' } },
    }));
  } catch (error) {
    const [reason] = (error as Error).message.split('. ');
    throw new Failure(
      `${reason}; start takes --port <number> and --persist-to <folder>, after "--" when npm starts it`,
      2,
    );
  }
  const port = values.port ?? process.env.PORTCULLIS_PORT ?? process.env.PORT ?? '8787';
  if (!/^\d{1,5}$/.test(port) || Number(port) < 1 || Number(port) > 65_535) {
    throw new Failure(`"${port}" is not a port; use a number from 1 to 65535`, 2);
  }
  const folder = values['persist-to'] ?? process.env.PORTCULLIS_PERSIST_TO;
  return { port: Number(port), persistTo: folder ? resolve(folder) : join(root, '.wrangler/state') };
}

/** Waits until GET / is answered; a server error is an answer, too, but no start. */
async function answers(url: string, ended: AbortSignal): Promise<void> {
  const deadline = AbortSignal.any([ended, AbortSignal.timeout(startMilliseconds)]);
  while (!deadline.aborted) {
    const response = await fetch(url, { signal: deadline, redirect: 'manual' }).catch(() => undefined);
    await response?.body?.cancel();
    if (response && response.status < 500) return;
    if (response) throw new Failure(`${url} answers with ${response.status}; the error is above`);
    await new Promise((resume) => setTimeout(resume, 100));
  }
  if (!ended.aborted) throw new Failure(`${url} did not answer within ${startMilliseconds / 1000} seconds`);
}

/** Ends wrangler and its runtimes, which share a process group. */
async function stop(child: ChildProcess, exited: Promise<number>): Promise<void> {
  const signal = (name: NodeJS.Signals) => {
    try {
      if (process.platform === 'win32') child.kill(name);
      else process.kill(-(child.pid ?? 0), name);
    } catch {
      // Already gone.
    }
  };
  signal('SIGTERM');
  const timer = setTimeout(() => signal('SIGKILL'), stopMilliseconds);
  await exited;
  clearTimeout(timer);
  // A runtime that outlived wrangler would keep the port.
  signal('SIGKILL');
}

/** Runs issuer, gate and demo on this machine until it is told to stop; storage stays for the next start. */
export async function start(args: string[]): Promise<number> {
  const { port, persistTo } = readOptions(args);
  // As a browser writes it: port 80 is not named.
  const issuer = new URL(`http://localhost:${port}`).origin;
  await requireFreePort(port);

  const { env } = await readWranglerConfiguration('wrangler.jsonc');
  const development = env?.development;
  if (!development) throw new Failure('wrangler.jsonc: env.development is missing');
  const variables = {
    ...development.vars,
    ...(await developmentVariables(persistTo)),
    PORTCULLIS_ISSUER: issuer,
  };
  const { faults } = await checkConfiguration(development, variables, true);
  if (faults.length > 0) throw new Failure(faults.join('\n'));

  await buildDemo();
  using _state = claimState(persistTo);

  const options = [
    ['-c', 'wrangler.jsonc', '-c', 'examples/demo/wrangler.jsonc', '--env', 'development'],
    ['--port', String(port), '--persist-to', persistTo, '--var', `PORTCULLIS_ISSUER:${issuer}`],
    // Port 0 is any free one, so that a second copy finds its own.
    ['--inspector-port', '0', '--show-interactive-dev-session=false', '--log-level', 'warn'],
  ].flat();
  const child = spawnWrangler(['dev', ...options], {
    // Its own process group: one Ctrl-C must not reach the runtimes before wrangler has closed them.
    detached: process.platform !== 'win32',
    stdio: ['ignore', 'inherit', 'inherit'],
    env: {
      // For the demo's origin: `--var` reaches the first Worker only.
      PORTCULLIS_ISSUER: issuer,
      // A dialogue would wait for ever.
      CI: 'true',
      X_LOCAL_EXPLORER: 'false',
      X_LOCAL_OBSERVABILITY: 'false',
      // Service bindings are looked up here by name; shared, a second copy would be given this one's Workers.
      CLOUDFLARE_DEV_REGISTRY_PATH: join(persistTo, 'registry'),
    },
  });
  const exited = exitCodeOf(child);
  const ended = new AbortController();
  let requested = false;
  const request = () => {
    requested = true;
    ended.abort();
  };
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
  for (const name of signals) process.on(name, request);
  exited.then(() => ended.abort());
  // npm hands SIGTERM to the shell between it and this process, and the shell keeps it; that it is gone is the sign.
  const parent = process.ppid;
  const orphaned = setInterval(() => process.ppid !== parent && request(), 500);
  if (!process.env.npm_lifecycle_event) clearInterval(orphaned);

  try {
    await answers(`${issuer}/`, ended.signal);
    if (!ended.signal.aborted) {
      console.log(`Portcullis is running at ${issuer}`);
      console.log(`  Users and keys are kept in ${persistTo}`);
      console.log('  Ctrl-C stops it');
      await new Promise((resume) => ended.signal.addEventListener('abort', resume, { once: true }));
    }
  } finally {
    await stop(child, exited);
    clearInterval(orphaned);
    for (const name of signals) process.off(name, request);
  }
  if (requested) return 0;
  const code = await exited;
  throw new Failure(`wrangler ended by itself (exit code ${code}); its error is above`);
}
