import config from '../portcullis.config.ts';
import { portcullis } from './index.ts';

export * from './index.ts';
export default portcullis(config);
