import { parseArgs } from 'node:util';
import { Failure } from './failure.ts';
import { requireFreePort } from './port.ts';
import { people } from './provider-people.ts';
import { aborted, toldToStop } from './told-to-stop.ts';

/** Where `npm start` looks for it. */
export const STAND_IN_PORT = 9400;

/** Runs a stand-in for an OpenID provider on this machine until it is told to stop. */
export async function provider(args: string[]): Promise<number> {
  let port: number;
  try {
    const { values } = parseArgs({ args, options: { port: { type: 'string' } } });
    port = Number(values.port ?? STAND_IN_PORT);
  } catch (error) {
    throw new Failure(`${(error as Error).message.split('. ')[0]}; provider takes --port <number>`, 2);
  }
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new Failure('that is not a port; use a number from 1 to 65535', 2);
  await requireFreePort(port);
  const { startStandIn } = await import('./stand-in.ts');
  await using standIn = await startStandIn(port);
  console.log(`A stand-in for a provider is running at ${standIn.issuer}`);
  console.log(`  Anybody can be ${people.map(({ name }) => name).join(', ')}`);
  console.log('  Start Portcullis now, with `npm start`: its sign-in page has a button for it');
  console.log('  Ctrl-C stops it');
  using told = toldToStop();
  await aborted(told.signal);
  return 0;
}

/** The stand-in's issuer, if it is running where it is looked for. */
export async function runningStandIn(): Promise<string | undefined> {
  const issuer = `http://localhost:${STAND_IN_PORT}`;
  try {
    const signal = AbortSignal.timeout(1_000);
    const response = await fetch(`${issuer}/.well-known/openid-configuration`, {
      signal,
      redirect: 'manual',
    });
    const metadata: unknown = await response.json();
    return Object(metadata).issuer === issuer ? issuer : undefined;
  } catch {
    return undefined;
  }
}
