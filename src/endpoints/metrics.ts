import type { Context } from 'hono';
import type { Dependencies } from '../dependencies.ts';
import { exposition, PROMETHEUS_TYPE } from '../telemetry/prometheus.ts';

/** GET /metrics: what this isolate has counted. In any environment but development it does not exist. */
export const metrics =
  ({ telemetry }: Pick<Dependencies, 'telemetry'>) =>
  (c: Context) => {
    if (!telemetry?.memory) return c.notFound();
    c.header('Cache-Control', 'no-store');
    return c.body(exposition(telemetry.memory), 200, { 'Content-Type': PROMETHEUS_TYPE });
  };
