import { type ChildProcess, spawn } from 'node:child_process';
import { cp, mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { root } from '../../src/cli/wrangler.ts';

// What git would not bring to a fresh clone.
const made = /^(node_modules|\.git|\.wrangler|\.dev\.vars[^/]*|dist|examples\/demo\/public)(\/|$)/;

/** The project as on a fresh clone, with its dependencies installed. */
export interface Copy {
  folder: string;
  remove(): Promise<void>;
}

export async function freshCopy(): Promise<Copy> {
  const folder = await mkdtemp(join(tmpdir(), 'portcullis-copy-'));
  await cp(root, folder, { recursive: true, filter: (path) => !made.test(relative(root, path)) });
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
  return { folder, remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }) };
}

/** A command that was started. */
export interface Run {
  child: ChildProcess;
  output(): string;
  errors(): string;
  /** The exit code, or the signal's name. */
  exited: Promise<number | string>;
}

/** The command itself, without npm's own lines: what is printed is all its own. */
export const portcullis = (folder: string, ...args: string[]): Run =>
  run(folder, process.execPath, 'src/cli/portcullis.mjs', ...args);

export function run(folder: string, command: string, ...args: string[]): Run {
  const child = spawn(command, args, {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'pipe'],
    // As in a terminal: what vitest or an operator's shell has set must not decide.
    env: Object.fromEntries(
      Object.entries(process.env).filter(
        ([name]) => !/^(PORT|PORTCULLIS_|VITEST|NODE_ENV|npm_|CLOUDFLARE_)/.test(name),
      ),
    ),
  });
  const texts = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      texts[name] += chunk;
    });
  }
  return {
    child,
    output: () => texts.stdout,
    errors: () => texts.stderr,
    exited: new Promise((resolve) => child.once('close', (code, signal) => resolve(code ?? signal ?? ''))),
  };
}

/** Waits until a started copy has printed its address. */
export async function started({ output, errors, exited }: Run): Promise<string> {
  let over = false;
  exited.then(() => {
    over = true;
  });
  while (!over) {
    const address = /Portcullis is running at (http:\/\/localhost:\d+)\n/.exec(output())?.[1];
    if (address) return address;
    await new Promise((resume) => setTimeout(resume, 50));
  }
  throw new Error(`It did not start:\n${output()}${errors()}`);
}
