import * as v from 'valibot';
import { caepEventNames, eventTypes } from '../core/security-event/caep.ts';
import { absoluteUri } from './values.ts';

/** Stands in the name of a secret, and in the person's own object, which remembers by it what was delivered: it should not change. */
const receiverName = v.pipe(
  v.string(),
  v.regex(/^[a-z][a-z0-9-]{0,31}$/, 'must be a name of small letters, digits and hyphens'),
);

/** Which of so many, each once. */
const some = <const Names extends readonly [string, ...string[]] | readonly string[]>(names: Names) =>
  v.pipe(
    v.array(v.picklist(names)),
    v.nonEmpty(),
    v.check((list) => new Set(list).size === list.length, 'must name each once'),
  );

/**
 * Programs that are told of events as they happen, by the Standard Webhooks specification. The secret of each is the Worker's
 * secret PORTCULLIS_WEBHOOK_<NAME>_SECRET, the name in capital letters with _ for -. See docs/operations.md#webhooks.
 */
export const webhooks = v.optional(
  v.array(
    v.strictObject({
      name: receiverName,
      /** Where to, https; in development http on this machine too. */
      url: absoluteUri,
      /** Which types of event. Default all. */
      events: v.optional(some(eventTypes)),
    }),
  ),
  [],
);

/**
 * Systems that act on the end of a session or a change of a credential at once: Security Event Tokens (RFC 8417) are pushed to
 * them (RFC 8935). See docs/operations.md#security-event-tokens.
 */
export const securityEventReceivers = v.optional(
  v.array(
    v.strictObject({
      name: receiverName,
      /** Where to, https; in development http on this machine too. */
      url: absoluteUri,
      /** The `aud` of its tokens: what it knows itself by. */
      audience: v.pipe(v.string(), v.nonEmpty(), v.maxLength(1000)),
      /** Which events of CAEP. Default both. */
      events: v.optional(some(caepEventNames)),
      /**
       * It asks for a bearer token (RFC 8935 §3): the Worker's secret PORTCULLIS_SECURITY_EVENTS_<NAME>_TOKEN. Default false: it
       * knows us by the signature.
       */
      bearerToken: v.optional(v.boolean(), false),
    }),
  ),
  [],
);

export type Webhook = v.InferOutput<typeof webhooks>[number];
export type SecurityEventReceiver = v.InferOutput<typeof securityEventReceivers>[number];

const inCapitals = (name: string): string => name.toUpperCase().replaceAll('-', '_');

/** The Worker's secret that signs what a webhook gets. */
export const webhookSecretName = (name: string): `PORTCULLIS_WEBHOOK_${string}_SECRET` =>
  `PORTCULLIS_WEBHOOK_${inCapitals(name)}_SECRET`;

/** The Worker's secret that a receiver of Security Event Tokens knows us by. */
export const securityEventsTokenName = (name: string): `PORTCULLIS_SECURITY_EVENTS_${string}_TOKEN` =>
  `PORTCULLIS_SECURITY_EVENTS_${inCapitals(name)}_TOKEN`;
