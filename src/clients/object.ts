import { DurableObject } from 'cloudflare:workers';
import type { Environment } from '../environment.ts';

export class ClientObject extends DurableObject<Environment> {}
