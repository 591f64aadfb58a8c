import type { AddressObject } from './address/object.ts';
import type { ClientObject } from './clients/object.ts';
import type { GateSessionIndexObject } from './gate/identity/session-index-object.ts';
import type { GateSessionObject } from './gate/identity/session-object.ts';
import type { IdentifierObject } from './identifier/object.ts';
import type { KeyRingObject } from './keys/object.ts';
import type { MailboxObject } from './mail/mailbox.ts';
import type { ReplayObject } from './replay/object.ts';
import type { DeviceAuthorizationObject } from './transaction/device-object.ts';
import type { TransactionObject } from './transaction/object.ts';
import type { UserObject } from './user/object.ts';

/** The Worker's bindings, as wrangler.jsonc declares them. */
export interface Environment {
  /** 'development' shows the start page and the mailbox, and allows http on loopback. Anything else is production. */
  PORTCULLIS_ENVIRONMENT: string;
  /** The issuer: one origin, no path. A constant; no request header ever changes it. */
  PORTCULLIS_ISSUER: string;
  /** Root secret: base64 of at least 32 random bytes. */
  PORTCULLIS_SECRET: string;
  /** The root secret before this one; still accepted for reading while it is being replaced. */
  PORTCULLIS_SECRET_PREVIOUS?: string;
  /** Token for the key management service, where `keys.encryption` names one. */
  PORTCULLIS_VAULT_TOKEN?: string;
  /** The gate's own secret at the `identityProvider`, where it has one there. */
  PORTCULLIS_CLIENT_SECRET?: string;
  /** Token of the mail provider, where `mail` names one. */
  PORTCULLIS_MAIL_TOKEN?: string;
  /** Headers for the receiver of traces, where `telemetry.otlp` names one: `Authorization=Bearer%20abc,X-Team=edge`. */
  PORTCULLIS_OTLP_HEADERS?: string;
  /** Workers Analytics Engine: takes one data point for each request, where it is bound. */
  METRICS?: AnalyticsEngineDataset;
  /** Of Cloudflare Turnstile, where `challenge` asks for it. */
  PORTCULLIS_TURNSTILE_SECRET?: string;
  /** Cloudflare's `send_email` binding, where `mail` asks for it. */
  EMAIL?: SendEmail;
  /** A provider's secret, by its name in `providers`. */
  [providerSecret: `PORTCULLIS_PROVIDER_${string}_SECRET`]: string | undefined;
  /** What a webhook's messages are signed with, by its name in `webhooks`. */
  [webhookSecret: `PORTCULLIS_WEBHOOK_${string}_SECRET`]: string | undefined;
  /** What a receiver of Security Event Tokens knows us by, by its name in `securityEventReceivers`. */
  [securityEventsToken: `PORTCULLIS_SECURITY_EVENTS_${string}_TOKEN`]: string | undefined;
  USER: DurableObjectNamespace<UserObject>;
  IDENTIFIER: DurableObjectNamespace<IdentifierObject>;
  KEY_RING: DurableObjectNamespace<KeyRingObject>;
  /** Development only: holds the mail that would have been sent. */
  MAILBOX: DurableObjectNamespace<MailboxObject>;
  /** What is taken once and has no user yet, by random id: pushed requests, invitations, a provider's tokens. */
  TRANSACTION: DurableObjectNamespace<TransactionObject>;
  /** Devices that wait for their person, by user code. */
  DEVICE_AUTHORIZATION: DurableObjectNamespace<DeviceAuthorizationObject>;
  /** What may be used once, by whoever makes it. */
  REPLAY: DurableObjectNamespace<ReplayObject>;
  /** Clients that registered themselves, by client id. */
  CLIENT: DurableObjectNamespace<ClientObject>;
  /** Sign-ins at a gate whose people sign in elsewhere, by random id. */
  GATE_SESSION: DurableObjectNamespace<GateSessionObject>;
  /** Which of those a logout token of the provider means. */
  GATE_SESSION_INDEX: DurableObjectNamespace<GateSessionIndexObject>;
  /** Attempts at passwords, by a keyed hash of where they come from. */
  ADDRESS: DurableObjectNamespace<AddressObject>;
  /** Limits for one address, by class of routes (src/middleware/flood.ts). Absent: no limit. */
  FLOOD_PAGES?: RateLimit;
  FLOOD_SIGN_IN?: RateLimit;
  FLOOD_TOKEN?: RateLimit;
  JWKS_CACHE: KVNamespace;
  AUDIT: D1Database;
  /** Development only: the issuer of the stand-in that `npm run provider` runs. */
  LOCAL_PROVIDER?: string;
  /** Development only: the demo's origin Worker. */
  DEMO_ORIGIN?: Fetcher;
}

declare global {
  namespace Cloudflare {
    interface Env extends Environment {}
  }
}
