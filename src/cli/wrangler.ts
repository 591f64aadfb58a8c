import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildFailure, transform } from 'esbuild';
import { Failure } from './failure.ts';

/** The project's folder. */
export const root = fileURLToPath(new URL('../../', import.meta.url));

/** Of package.json's `exports`: inside the project, an entry point of the package is its source. */
export const sourceCondition = 'portcullis-source';

/** What wrangler.jsonc says of one environment, as far as it is read here. */
export interface WranglerEnvironment {
  name?: string;
  vars?: Record<string, string>;
  durable_objects?: { bindings: { name: string; class_name: string }[] };
  kv_namespaces?: { binding: string }[];
  d1_databases?: { binding: string }[];
  services?: { binding: string; service: string }[];
  mtls_certificates?: { binding: string }[];
  vpc_services?: { binding: string }[];
  dispatch_namespaces?: { binding: string }[];
  send_email?: { name: string }[];
  triggers?: { crons?: string[] };
}

export interface WranglerConfiguration extends WranglerEnvironment {
  compatibility_date: string;
  compatibility_flags?: string[];
  env?: Record<string, WranglerEnvironment>;
}

/** The first error of an esbuild run on one line: file, line, column, fault. */
export function describeBuildFailure(failure: BuildFailure): string {
  const [error] = failure.errors;
  if (!error) return failure.message;
  const place = error.location
    ? `${error.location.file}:${error.location.line}:${error.location.column + 1}: `
    : '';
  return `${place}${error.text}`;
}

/** Reads a wrangler.jsonc. @throws Failure when it is not JSON with comments. */
export async function readWranglerConfiguration(path: string): Promise<WranglerConfiguration> {
  const text = await readFile(join(root, path), 'utf8');
  try {
    // JSON with comments and trailing commas is a JavaScript expression, and esbuild says where it is not.
    const { code } = await transform(`(${text}\n)`, { sourcefile: path, format: 'esm', logLevel: 'silent' });
    return (await import(`data:text/javascript,export default ${encodeURIComponent(code)}`)).default;
  } catch (error) {
    throw new Failure(describeBuildFailure(error as BuildFailure));
  }
}

/**
 * Starts wrangler without telemetry, update check, debug log, request for a made-up `request.cf`, or anything else
 * that would use the network or leave the project's folder.
 */
export function spawnWrangler(args: string[], options: SpawnOptions = {}): ChildProcess {
  // wrangler's own bin only starts this file; without the wrapper a signal reaches the process that matters.
  const cli = createRequire(import.meta.url).resolve('wrangler');
  return spawn(process.execPath, ['--no-warnings', cli, ...args], {
    cwd: root,
    ...options,
    env: {
      ...process.env,
      WRANGLER_HIDE_BANNER: 'true',
      WRANGLER_SEND_METRICS: 'false',
      WRANGLER_SEND_ERROR_REPORTS: 'false',
      WRANGLER_WRITE_LOGS: 'false',
      WRANGLER_NO_SKILLS_UPDATE_PROMPTS: 'true',
      CLOUDFLARE_CF_FETCH_ENABLED: 'false',
      ...options.env,
    },
  });
}

/** Waits for a process to end: its exit code, or 1 when a signal ended it or it never started. */
export const exitCodeOf = (child: ChildProcess): Promise<number> =>
  new Promise((resolve) => {
    child.on('exit', (code) => resolve(code ?? 1));
    child.on('error', () => resolve(1));
  });
