import { portcullis } from '../../src/index.ts';
import config from './config.ts';

// The issuer of config.ts as a Worker, for tests from outside: `startIssuer()`.
export default portcullis(config);
export * from '../../src/index.ts';
