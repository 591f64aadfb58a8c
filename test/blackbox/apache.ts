import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

const program = '/usr/sbin/apache2';
const modules = '/usr/lib/apache2/modules';
const needed = [program, `${modules}/mod_auth_openidc.so`];

/** What of Debian's Apache and its OpenID Connect module is not installed. */
export const missing = (): string[] => needed.filter((path) => !existsSync(path));

/** Debian's `nobody`. A server that is started by root would keep a process with all of root's rights. */
const NOBODY = 65534;
const START_MILLISECONDS = 10_000;

export interface Apache {
  /** What it wrote into its error log. */
  log(): Promise<string>;
  stop(): Promise<void>;
}

/**
 * Starts an Apache of its own on a loopback port: generated configuration, temporary folder, no rights.
 * @param directives what is to be configured beyond a server that listens and logs.
 */
export async function startApache(
  port: number,
  loaded: readonly string[],
  directives: string,
): Promise<Apache> {
  const folder = await mkdtemp(join(tmpdir(), 'portcullis-apache-'));
  await mkdir(join(folder, 'cache'));
  const configuration = join(folder, 'apache.conf');
  const log = join(folder, 'error.log');
  const lines = [
    ...['mpm_event', ...loaded].map((name) => `LoadModule ${name}_module ${modules}/mod_${name}.so`),
    `ServerRoot ${folder}`,
    `DefaultRuntimeDir ${folder}`,
    `PidFile ${folder}/apache.pid`,
    `Mutex file:${folder}`,
    `ErrorLog ${log}`,
    `Listen 127.0.0.1:${port}`,
    `ServerName localhost:${port}`,
    'StartServers 1',
    directives,
  ];
  await writeFile(configuration, `${lines.join('\n')}\n`);
  const asRoot = process.getuid?.() === 0;
  if (asRoot) for (const path of [folder, join(folder, 'cache')]) await chown(path, NOBODY, NOBODY);

  const child: ChildProcess = spawn(program, ['-DFOREGROUND', '-f', configuration], {
    cwd: folder,
    env: { PATH: '/usr/bin:/bin', LANG: 'C.UTF-8' },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(asRoot && { uid: NOBODY, gid: NOBODY }),
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      output += chunk;
    });
  }
  const exited = once(child, 'exit');
  const read = () => readFile(log, 'utf8').catch(() => '');
  const deadline = Date.now() + START_MILLISECONDS;
  while (!(await isOpen(port))) {
    if (child.exitCode !== null || Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`Apache did not start:\n${output}${await read()}`);
    }
    await wait(50);
  }
  return {
    log: read,
    async stop() {
      child.kill('SIGTERM');
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

const isOpen = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
