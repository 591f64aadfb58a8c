import { appendToTrail } from '../audit/trail.ts';
import type { Environment } from '../environment.ts';
import type { DeliveryAnswer, Receiver } from './receiver.ts';

/** The audit trail takes every event. It waits for as long as D1 is away: a chain with a gap in it proves nothing. */
export const auditReceiver = ({ AUDIT }: Pick<Environment, 'AUDIT'>): Receiver => ({
  name: 'audit',
  batch: 50,
  isPatient: true,
  wants: () => true,
  async deliver(events): Promise<DeliveryAnswer> {
    await appendToTrail(AUDIT, events);
    return { kind: 'taken' };
  },
});
