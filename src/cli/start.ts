import type { ChildProcess } from 'node:child_process';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { checkConfiguration } from './configuration.ts';
import { buildDemo } from './demo.ts';
import { developmentVariables } from './development-secret.ts';
import { Failure } from './failure.ts';
import { requireFreePort } from './port.ts';
import { runningStandIn } from './provider.ts';
import { claimState } from './state.ts';
import { aborted, toldToStop } from './told-to-stop.ts';
import { exitCodeOf, readWranglerConfiguration, root, spawnWrangler } from './wrangler.ts';

const startMilliseconds = 60_000;
const stopMilliseconds = 5_000;

export interface StartOptions {
  port: number;
  /** The folder of users and keys. */
  persistTo: string;
}

/** @param command whose command line it is. @throws Failure when it is wrong. */
export function readOptions(command: string, args: string[]): StartOptions {
  let values: { port?: string | undefined; 'persist-to'?: string | undefined };
  try {
    ({ values } = parseArgs({
      args,
      options: { port: { type: 'string' }, 'persist-to': { type: 'string' } },
    }));
  } catch (error) {
    const [reason] = (error as Error).message.split('. ');
    throw new Failure(
      `${reason}; ${command} takes --port <number> and --persist-to <folder>, after "--" when npm starts it`,
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

/** As a browser writes it: port 80 is not named. */
export const issuerAt = (port: number): string => new URL(`http://localhost:${port}`).origin;

/** Runs issuer, gate and demo on this machine until it is told to stop; storage stays for the next start. */
export async function start(args: string[]): Promise<number> {
  const options = readOptions('start', args);
  return serve(options, (issuer) => {
    console.log(`Portcullis is running at ${issuer}`);
    console.log(`  Users and keys are kept in ${options.persistTo}`);
    console.log('  Ctrl-C stops it');
  });
}

/**
 * Runs them, and `ready` once they answer.
 * @returns the exit code, 0, when it was told to stop. @throws Failure when they do not start, or end by themselves.
 */
export async function serve(
  { port, persistTo }: StartOptions,
  ready: (issuer: string) => void | Promise<void>,
): Promise<number> {
  const issuer = issuerAt(port);
  await requireFreePort(port);

  const { env } = await readWranglerConfiguration('wrangler.jsonc');
  const development = env?.development;
  if (!development) throw new Failure('wrangler.jsonc: env.development is missing');
  const standIn = await runningStandIn();
  const variables = {
    ...development.vars,
    ...(await developmentVariables(persistTo)),
    PORTCULLIS_ISSUER: issuer,
    ...(standIn !== undefined && { LOCAL_PROVIDER: standIn }),
  };
  const { faults } = await checkConfiguration(development, variables, true);
  if (faults.length > 0) throw new Failure(faults.join('\n'));

  await buildDemo();
  using _state = claimState(persistTo);

  const options = [
    ['-c', 'wrangler.jsonc', '-c', 'examples/demo/wrangler.jsonc', '--env', 'development'],
    ['--port', String(port), '--persist-to', persistTo, '--var', `PORTCULLIS_ISSUER:${issuer}`],
    standIn === undefined ? [] : ['--var', `LOCAL_PROVIDER:${standIn}`],
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
  exited.then(() => ended.abort());
  using told = toldToStop();
  const over = AbortSignal.any([ended.signal, told.signal]);

  try {
    await answers(`${issuer}/`, over);
    if (!over.aborted) {
      await ready(issuer);
      await aborted(over);
    }
  } finally {
    await stop(child, exited);
  }
  if (told.signal.aborted) return 0;
  const code = await exited;
  throw new Failure(`wrangler ended by itself (exit code ${code}); its error is above`);
}
