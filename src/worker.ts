import config from '../portcullis.config.ts';
import { portcullis } from './index.ts';

export { Administration, IdentifierObject, KeyRingObject, MailboxObject, UserObject } from './index.ts';
export default portcullis(config);
