import { audit } from './audit.ts';
import { clientSecret } from './client-secret.ts';
import { buildDemo } from './demo.ts';
import { deploy } from './deploy.ts';
import { example } from './example.ts';
import { Failure } from './failure.ts';
import { provider } from './provider.ts';
import { start } from './start.ts';

const commands: Record<string, (args: string[]) => Promise<number>> = {
  start,
  example,
  deploy,
  provider,
  build: async () => {
    await buildDemo();
    return 0;
  },
  'client-secret': clientSecret,
  audit,
};

const usage = `usage: portcullis <command>

  start    run it on this machine     --port <number>  --persist-to <folder>
  example  run vanilla or react       <name>  --port <number>  --persist-to <folder>
  provider run a stand-in for another provider, to sign in with on this machine     --port <number>
  deploy   put it on Cloudflare       --dry-run, and every option of \`wrangler deploy\`
  build    bundle the demo's browser app
  client-secret    make a secret for a client, and the hash that the configuration holds
  audit    verify or export the audit trail     --local or --remote  --user <id>  --since <ISO 8601>
`;

/** Runs one command and answers with the exit code: 0, 1 (it failed) or 2 (the command line is wrong). */
export async function main([name = '', ...args]: string[]): Promise<number> {
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) {
    process.stderr.write(usage);
    return 2;
  }
  try {
    return await command(args);
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    for (const line of error.message.split('\n')) process.stderr.write(`portcullis: ${line}\n`);
    return error.exitCode;
  }
}
