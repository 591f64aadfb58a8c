import { removeOld } from './audit/trail.ts';
import { compose, type Portcullis } from './compose.ts';
import { configOf, configure } from './config/configured.ts';
import type { DefineConfig } from './config/define.ts';
import { ConfigError } from './config/error.ts';
import type { Environment } from './environment.ts';
import { report } from './report.ts';
import { requestIdOf } from './request/context.ts';
import { log } from './telemetry/log.ts';

export { AddressObject } from './address/object.ts';
export { Administration } from './administration.ts';
export { ClientObject } from './clients/object.ts';
export { GateSessionIndexObject } from './gate/identity/session-index-object.ts';
export { GateSessionObject } from './gate/identity/session-object.ts';
export { IdentifierObject } from './identifier/object.ts';
export { KeyRingObject } from './keys/object.ts';
export { MailboxObject } from './mail/mailbox.ts';
export { ReplayObject } from './replay/object.ts';
export { DeviceAuthorizationObject } from './transaction/device-object.ts';
export { TransactionObject } from './transaction/object.ts';
export { UserObject } from './user/object.ts';

/**
 * The Worker: issuer and gate, as its configuration has them.
 *
 *     export default portcullis(config);
 *     export * from 'portcullis';
 */
export function portcullis(define: DefineConfig): ExportedHandler<Environment> {
  configure(define);
  // One per isolate. A failure is not kept: the next request finds out anew.
  let composed: Promise<Portcullis> | undefined;
  return {
    async fetch(request, environment) {
      try {
        composed ??= compose(environment);
        return await (await composed).fetch(request);
      } catch (error) {
        composed = undefined;
        const requestId = requestIdOf(request);
        // Configuration faults name places and remedies, never secrets; the visitor learns only that there is one.
        if (error instanceof ConfigError)
          log('error', 'worker.not_configured', { requestId, faults: error.message.split('\n') });
        else report('worker.not_composed', error, { requestId });
        const message = 'Portcullis is not configured; its log says what to do.';
        return Response.json(
          { error: 'server_error', error_description: message },
          { status: 503, headers: { 'Cache-Control': 'no-store', 'Retry-After': '30' } },
        );
      }
    },
    /** Each day: removes what is older than the trail keeps. What a run does not manage the next one does. */
    async scheduled(_, environment) {
      const before = Date.now() - configOf(environment).audit.retentionSeconds * 1000;
      await removeOld(environment.AUDIT, before);
    },
  };
}
