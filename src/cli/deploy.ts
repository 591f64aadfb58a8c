import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { checkConfiguration } from './configuration.ts';
import { Failure } from './failure.ts';
import {
  exitCodeOf,
  readWranglerConfiguration,
  root,
  spawnWrangler,
  type WranglerEnvironment,
} from './wrangler.ts';

/** The options of `wrangler deploy` that matter here; all of them are passed on. */
function readOptions(args: string[]) {
  // npm keeps an option that is not behind `--` to itself: what was to be a dry run would be none.
  if (process.env.npm_config_dry_run === 'true' && !args.includes('--dry-run')) {
    throw new Failure('--dry-run did not arrive; write npm run deploy -- --dry-run', 2);
  }
  const { values } = parseArgs({
    args,
    strict: false,
    options: {
      env: { type: 'string', short: 'e' },
      'dry-run': { type: 'boolean' },
      outdir: { type: 'string' },
      var: { type: 'string', multiple: true },
    },
  });
  const assignments = (values.var ?? []).filter((text) => typeof text === 'string');
  return {
    env: typeof values.env === 'string' ? values.env : process.env.CLOUDFLARE_ENV,
    dryRun: values['dry-run'] === true,
    outdir: typeof values.outdir === 'string' ? resolve(root, values.outdir) : undefined,
    variables: Object.fromEntries(assignments.map((text) => text.split(/:(.*)/s).slice(0, 2))),
  };
}

async function sizeOf(folder: string): Promise<string> {
  const files = (await readdir(folder)).filter((name) => /\.(js|mjs|wasm)$/.test(name));
  const contents = await Promise.all(files.map((name) => readFile(join(folder, name))));
  const kibibytes = (bytes: number) => `${(bytes / 1024).toFixed(1)} KiB`;
  const minified = contents.reduce((sum, bytes) => sum + bytes.length, 0);
  const compressed = contents.reduce((sum, bytes) => sum + gzipSync(bytes, { level: 9 }).length, 0);
  return `Bundle: ${kibibytes(minified)} minified, ${kibibytes(compressed)} gzip`;
}

// Left as it is on a fresh clone: fine for a dry run, useless for people.
const isPlaceholder = (fault: string) => fault.includes('is the placeholder');

// Of a Worker's secrets nothing is known here. Without it the Worker answers 503 and says so in its log.
const isSecret = (fault: string) => fault.includes('.originSecret.value: is missing');

/** What the Worker does not work without, and would notice at the first request that needs it. */
const requiredBindings = {
  durable_objects: [
    'USER',
    'IDENTIFIER',
    'KEY_RING',
    'TRANSACTION',
    'DEVICE_AUTHORIZATION',
    'REPLAY',
    'CLIENT',
    'GATE_SESSION',
    'GATE_SESSION_INDEX',
    'ADDRESS',
  ],
  kv_namespaces: ['JWKS_CACHE'],
  d1_databases: ['AUDIT'],
};

/** A wrangler.jsonc of one's own does not get what a new release needs. */
function missingBindings(environment: WranglerEnvironment): string[] {
  const { durable_objects, kv_namespaces, d1_databases } = environment;
  const there = {
    durable_objects: (durable_objects?.bindings ?? []).map(({ name }) => name),
    kv_namespaces: (kv_namespaces ?? []).map(({ binding }) => binding),
    d1_databases: (d1_databases ?? []).map(({ binding }) => binding),
  };
  return (Object.keys(there) as (keyof typeof there)[]).flatMap((kind) =>
    requiredBindings[kind]
      .filter((name) => !there[kind].includes(name))
      .map(
        (name) =>
          `wrangler.jsonc: the binding ${name} is missing in ${kind}; take it from the release's own wrangler.jsonc${kind === 'durable_objects' ? ', with the migration that makes its class' : ''}`,
      ),
  );
}

/** Checks the configuration and hands over to `wrangler deploy`. */
export async function deploy(args: string[]): Promise<number> {
  const options = readOptions(args);
  const configuration = await readWranglerConfiguration('wrangler.jsonc');
  const environment = options.env ? configuration.env?.[options.env] : configuration;
  if (!environment) throw new Failure(`wrangler.jsonc: there is no env.${options.env}`);
  const variables = { ...environment.vars, ...options.variables };
  if (variables.PORTCULLIS_ENVIRONMENT === 'development') {
    throw new Failure(
      'PORTCULLIS_ENVIRONMENT is "development", which is for this machine only: its mailbox shows everybody\'s mail',
    );
  }
  const { faults, unknownSecrets } = await checkConfiguration(environment, variables, false);
  const secrets = faults.filter(isSecret);
  const warnings = [...secrets, ...(options.dryRun ? faults.filter(isPlaceholder) : [])];
  const fatal = [...missingBindings(environment), ...faults.filter((fault) => !warnings.includes(fault))];
  if (fatal.length > 0) throw new Failure(fatal.join('\n'));
  for (const line of warnings) console.error(`portcullis: before the real deployment: ${line}`);
  if (secrets.length > 0)
    console.error('portcullis: where that comes from a secret, set it: npx wrangler secret put <NAME>');
  const target = options.env ? ` --env ${options.env}` : '';
  for (const { name, fault } of unknownSecrets) {
    console.error(
      `portcullis: before the real deployment: npx wrangler secret put ${name}${target} (${fault})`,
    );
  }

  // An environment without triggers of its own has those of the top level.
  const { crons = [] } = environment.triggers ?? configuration.triggers ?? {};
  if (crons.length === 0)
    console.error(
      'portcullis: wrangler.jsonc has no triggers.crons, so nothing ever leaves the audit trail, whatever audit.retentionSeconds says',
    );

  const outdir = options.outdir ?? (await mkdtemp(join(tmpdir(), 'portcullis-deploy-')));
  try {
    const child = spawnWrangler(
      [
        'deploy',
        ...args,
        // Named explicitly, even the top level: wrangler warns otherwise.
        ...(options.env === undefined ? ['--env='] : []),
        ...(options.outdir === undefined ? ['--outdir', outdir] : []),
      ],
      { stdio: 'inherit' },
    );
    const code = await exitCodeOf(child);
    if (code !== 0) return code;
    console.log(await sizeOf(outdir));
  } finally {
    if (options.outdir === undefined) await rm(outdir, { recursive: true, force: true });
  }
  if (!options.dryRun) {
    console.log('If this was the first deployment, it refuses everything until it has its root secret:');
    console.log(`  openssl rand -base64 32 | npx wrangler secret put PORTCULLIS_SECRET${target}`);
  }
  return 0;
}
