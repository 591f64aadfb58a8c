import { auditReceiver } from '../audit/receiver.ts';
import type { Environment } from '../environment.ts';
import { mailReceiver } from '../user/outbox.ts';
import type { Receiver } from './receiver.ts';

/** Everybody who is told of what happens to users. */
export const receiversOf = (environment: Environment): readonly Receiver[] => [
  auditReceiver(environment),
  mailReceiver(environment),
];
