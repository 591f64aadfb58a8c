import type { Context } from 'hono';
import type { Client, Config } from '../config/schema.ts';
import type { Parameters } from '../core/oauth/parameters.ts';
import { oauthError } from './failure.tsx';

/**
 * Which registered client makes this request. All clients are public as yet: they name themselves and bring no
 * secret, and one that does bring a secret is refused rather than waved through (RFC 6749 §2.3).
 */
export function publicClient(c: Context, config: Config, parameters: Parameters): Client | Response {
  if (c.req.header('Authorization') !== undefined) {
    c.header('WWW-Authenticate', 'Basic realm="portcullis"');
    const description = 'the client is public: send client_id in the body, and no Authorization header';
    return oauthError(c, { error: 'invalid_client', description }, 401);
  }
  if (parameters.has('client_secret') || parameters.has('client_assertion')) {
    return oauthError(c, {
      error: 'invalid_client',
      description: 'the client is public and has no secret to send',
    });
  }
  const clientId = parameters.get('client_id');
  if (!clientId) return oauthError(c, { error: 'invalid_request', description: 'client_id is missing' });
  const client = config.clients.find((candidate) => candidate.clientId === clientId);
  return (
    client ??
    oauthError(c, { error: 'invalid_client', description: 'no client with this client_id is registered' })
  );
}
