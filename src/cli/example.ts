import { createServer } from 'node:http';
import { join } from 'node:path';
import { Failure } from './failure.ts';
import { requireFreePort } from './port.ts';
import { issuerAt, readOptions, serve } from './start.ts';
import { aborted, toldToStop } from './told-to-stop.ts';
import { root, sourceCondition } from './wrangler.ts';

/** Each at the address that its client is registered with in portcullis.config.ts. */
const ports: Record<string, number> = { vanilla: 5173, react: 5174 };

/** Whether a Portcullis answers there, started by another command. */
async function isRunning(issuer: string): Promise<boolean> {
  try {
    const signal = AbortSignal.timeout(5_000);
    const response = await fetch(`${issuer}/.well-known/openid-configuration`, { signal });
    const metadata: unknown = await response.json();
    return Object(metadata).issuer === issuer;
  } catch {
    return false;
  }
}

/** Vite's own development server, which compiles an example as it is asked for. */
async function serveExample(name: string, port: number, issuer: string): Promise<AsyncDisposable> {
  const vite = await import('vite');
  // What the app reads as import.meta.env.VITE_PORTCULLIS_ISSUER.
  process.env.VITE_PORTCULLIS_ISSUER = issuer;
  const http = createServer();
  const server = await vite.createServer({
    root: join(root, 'examples', name),
    cacheDir: join(root, '.wrangler/vite', name),
    logLevel: 'warn',
    clearScreen: false,
    resolve: { conditions: [sourceCondition, ...vite.defaultClientConditions] },
    // Vite's own listener would end this process at once, and leave the Workers behind.
    server: { middlewareMode: true, ws: { server: http }, fs: { allow: [root] } },
  });
  http.on('request', server.middlewares);
  await new Promise<void>((resolve, reject) => {
    http.once('error', reject);
    http.listen(port, 'localhost', resolve);
  });
  return {
    async [Symbol.asyncDispose]() {
      http.close();
      http.closeAllConnections();
      await server.close();
    },
  };
}

/** Runs an example app, and Portcullis as `npm start` does unless one is running already, until it is told to stop. */
export async function example([name = '', ...args]: string[]): Promise<number> {
  const port = Object.hasOwn(ports, name) ? ports[name] : undefined;
  if (port === undefined) {
    const choice = Object.keys(ports).join(' and ');
    const fault = name ? `there is no example "${name}"` : 'name an example';
    throw new Failure(`${fault}; there are ${choice}: npm run example react`, 2);
  }
  const options = readOptions('example', args);
  await requireFreePort(port, `stop what listens there: ${name} has to be at this very address`);

  await using served = new AsyncDisposableStack();
  const open = async (issuer: string, since = 'started with it') => {
    served.use(await serveExample(name, port, issuer));
    console.log(`The ${name} example is running at http://localhost:${port}/`);
    console.log(`  It signs in at the Portcullis on port ${options.port}, ${since}`);
    console.log(`  Its code is in examples/${name}; what you change there shows at once`);
    console.log('  Ctrl-C stops it');
  };
  const issuer = issuerAt(options.port);
  if (!(await isRunning(issuer))) return await serve(options, open);
  using told = toldToStop();
  await open(issuer, 'which was running');
  await aborted(told.signal);
  return 0;
}
