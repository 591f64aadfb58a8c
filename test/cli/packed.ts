import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freshCopy, run } from './copy.ts';

/** A project that has nothing but the tarball that `npm pack` makes of a fresh clone. */
export interface Project {
  folder: string;
  /** Runs a command in it. @returns what it printed. @throws Error when it fails. */
  succeeded(command: string, ...args: string[]): Promise<string>;
  remove(): Promise<void>;
}

const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';

async function succeeded(folder: string, command: string, ...args: string[]): Promise<string> {
  const { exited, output, errors } = run(folder, command, ...args);
  const code = await exited;
  if (code !== 0) throw new Error(`${command} ${args.join(' ')}: ${code}\n${output()}${errors()}`);
  return output();
}

export async function emptyProject(): Promise<Project> {
  const copy = await freshCopy();
  const folder = await mkdtemp(join(tmpdir(), 'portcullis-package-'));
  try {
    await succeeded(copy.folder, npm, 'pack', '--pack-destination', folder);
  } finally {
    await copy.remove();
  }
  const [tarball = ''] = await readdir(folder);
  await writeFile(join(folder, 'package.json'), '{ "name": "empty", "private": true, "type": "module" }');
  const quiet = ['--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund'];
  await succeeded(folder, npm, 'install', ...quiet, `./${tarball}`);
  return {
    folder,
    succeeded: (command, ...args) => succeeded(folder, command, ...args),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
