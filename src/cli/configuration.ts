import { type BuildFailure, build } from 'esbuild';
import { Failure } from './failure.ts';
import { describeBuildFailure, root, type WranglerEnvironment } from './wrangler.ts';

const file = 'portcullis.config.ts';

/** What the bundle below exports. */
interface Checks {
  define: unknown;
  loadConfig(define: unknown, environment: Record<string, unknown>): unknown;
  rootSecrets(environment: Record<string, unknown>): Promise<unknown>;
}

// Bundled as wrangler would, so that what passes here also loads in the Worker.
async function load(): Promise<Checks> {
  const bundle = await build({
    stdin: {
      contents: `
        export { default as define } from './${file}';
        export { loadConfig } from './src/config/load.ts';
        export { rootSecrets } from './src/crypto/root-secret.ts';`,
      resolveDir: root,
      loader: 'ts',
    },
    bundle: true,
    write: false,
    format: 'esm',
    conditions: ['workerd', 'worker', 'browser'],
    absWorkingDir: root,
    logLevel: 'silent',
  }).catch((failure: BuildFailure) => {
    throw new Failure(describeBuildFailure(failure));
  });
  const source = Buffer.from(bundle.outputFiles[0]?.contents ?? []).toString('base64');
  return import(`data:text/javascript;base64,${source}`);
}

/** Stand-ins for the bindings: the configuration only passes them on, or asks whether they are there. */
function bindings(environment: WranglerEnvironment): Record<string, unknown> {
  const named = [
    ...(environment.durable_objects?.bindings ?? []).map(({ name }) => name),
    ...(environment.kv_namespaces ?? []).map(({ binding }) => binding),
    ...(environment.d1_databases ?? []).map(({ binding }) => binding),
  ];
  return Object.fromEntries([
    ...named.map((name) => [name, {}] as const),
    ...[...(environment.services ?? []), ...(environment.mtls_certificates ?? [])].map(
      ({ binding }) => [binding, { fetch() {} }] as const,
    ),
  ]);
}

// A ConfigError lists its faults; anything else was thrown by what the operator wrote.
const lines = (error: unknown): string[] => {
  if (!(error instanceof Error)) return [String(error)];
  if (error.name === 'ConfigError') return error.message.split('\n');
  return [`${error.name}: ${error.message.split('\n')[0]}`];
};
const placed = (error: unknown): string[] => lines(error).map((line) => `${file}: ${line}`);

/**
 * Evaluates portcullis.config.ts as the Worker will and answers with its faults, one line each.
 * @param environment the bindings of wrangler.jsonc
 * @param variables every variable and secret that is known; the root secret is checked when it is among them
 */
export async function configurationFaults(
  environment: WranglerEnvironment,
  variables: Record<string, string>,
): Promise<string[]> {
  let checks: Checks;
  try {
    checks = await load();
  } catch (error) {
    return error instanceof Failure ? [error.message] : placed(error);
  }
  if (typeof checks.define !== 'function') {
    return [`${file}: its default export must be defineConfig((env) => ({ ... }))`];
  }
  const env = { ...bindings(environment), ...variables };
  const faults: string[] = [];
  try {
    checks.loadConfig(checks.define, env);
  } catch (error) {
    faults.push(...placed(error));
  }
  if (variables.PORTCULLIS_SECRET !== undefined) {
    await checks.rootSecrets(env).catch((error) => faults.push(...lines(error)));
  }
  return faults;
}
