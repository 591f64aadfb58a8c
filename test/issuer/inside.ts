import '../../src/worker.ts';
import { configure } from '../../src/config/configured.ts';
import config from './config.ts';

// Import it first in a test inside workerd: `SELF` is then the issuer of config.ts, objects included.
configure(config);
