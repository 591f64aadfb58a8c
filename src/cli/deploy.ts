import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { gzipSync } from 'node:zlib';
import { checkConfiguration } from './configuration.ts';
import { Failure } from './failure.ts';
import { exitCodeOf, readWranglerConfiguration, root, spawnWrangler } from './wrangler.ts';

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
  const fatal = faults.filter((fault) => !warnings.includes(fault));
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
