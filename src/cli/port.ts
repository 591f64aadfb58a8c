import { createServer } from 'node:net';
import { Failure } from './failure.ts';

const listen = (port: number, host: string): Promise<string | undefined> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(undefined)));
  });

/**
 * @param inUse what to do about a port that is in use.
 * @throws Failure when something else listens on the port, on any address that a browser tries for localhost.
 */
export async function requireFreePort(
  port: number,
  inUse = 'stop what listens there or choose another with --port <number>',
): Promise<void> {
  for (const host of ['127.0.0.1', '::1', '::']) {
    const code = await listen(port, host);
    if (code === 'EADDRINUSE') {
      throw new Failure(`port ${port} is in use; ${inUse}`);
    }
    if (code === 'EACCES') {
      throw new Failure(
        `port ${port} needs more rights than this process has; choose another with --port <number>`,
      );
    }
  }
}
