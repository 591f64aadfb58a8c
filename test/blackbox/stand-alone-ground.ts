import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { root } from '../../src/cli/wrangler.ts';
import { ASSERTION_HEADER, assertionVerifier } from '../../src/verify/index.ts';
import { startIssuer } from '../runtime/issuer.ts';
import { freePort, type Runtime } from '../runtime/runtime.ts';

/** How a script of the site itself asks. */
export const script = {
  Accept: '*/*',
  'Sec-Fetch-Mode': 'cors',
  'Sec-Fetch-Dest': 'empty',
  'Sec-Fetch-Site': 'same-origin',
};

export async function listen(server: Server, port = 0): Promise<string> {
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return `http://localhost:${(server.address() as AddressInfo).port}`;
}

export interface Ground {
  gate: Runtime;
  /** The headers of each request that the origin received. */
  received: IncomingHttpHeaders[];
  /** What the last of them says of the caller, verified as an origin would. */
  assertion(path: string): ReturnType<ReturnType<typeof assertionVerifier>>;
  stop(): Promise<void>;
}

/**
 * A gate alone before a recording origin.
 * @param provider gets the gate's address, answers with its own
 * @param worker its configuration
 */
export async function startGateAlone(
  provider: (gate: string) => Promise<string>,
  bindings: Record<string, string> = {},
  worker = 'test/workers/stand-alone-gate.ts',
): Promise<Ground> {
  const received: IncomingHttpHeaders[] = [];
  const origin = createServer((request, response) => {
    received.push(request.headers);
    response.end('from the origin');
  });
  const port = await freePort();
  const gateUrl = `http://localhost:${port}`;
  const gate = await startIssuer({
    port,
    worker: join(root, worker),
    bindings: { PROVIDER: await provider(gateUrl), ORIGIN: await listen(origin), ...bindings },
  });
  return {
    gate,
    received,
    assertion(path) {
      const verify = assertionVerifier({ issuer: gateUrl, audience: gateUrl + path });
      return verify(received.at(-1)?.[ASSERTION_HEADER.toLowerCase()] as string | undefined);
    },
    async stop() {
      await gate.stop();
      origin.closeAllConnections();
      origin.close();
    },
  };
}
