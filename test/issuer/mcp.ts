import type { Environment } from '../../src/environment.ts';
import { portcullis } from '../../src/index.ts';

/** An MCP server behind the gate, for clients that this issuer has never heard of. */
export default portcullis((env: Environment & { MCP_ORIGIN?: string }) => {
  const resource = `${env.PORTCULLIS_ISSUER}/mcp`;
  const allowed = { scope: ['openid', 'offline_access', 'mcp:use'], resources: [resource] };
  return {
    issuer: env.PORTCULLIS_ISSUER,
    clients: [],
    resources: [{ resource, name: 'The tools', scope: { 'mcp:use': 'Use the tools' } }],
    registration: { kind: 'open', ...allowed },
    clientIdMetadataDocuments: { kind: 'open', ...allowed },
    routes: [
      {
        path: '/mcp',
        origin: env.MCP_ORIGIN ?? '',
        allow: { scope: ['mcp:use'] },
        freshness: 'strict',
      },
    ],
  };
});
export * from '../../src/index.ts';
