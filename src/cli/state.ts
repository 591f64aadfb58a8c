import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Failure } from './failure.ts';

/**
 * Claims the folder that holds users and keys: two runtimes writing the same databases would each trust a stale
 * copy in memory. The lock is the operating system's, so it ends with the process, however that ends.
 * @throws Failure when another process has it, or it cannot be written.
 */
export function claimState(folder: string): Disposable {
  let lock: DatabaseSync | undefined;
  try {
    mkdirSync(folder, { recursive: true });
    lock = new DatabaseSync(join(folder, 'portcullis.lock'));
    lock.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE');
    return lock;
  } catch (error) {
    lock?.close();
    const reason = error instanceof Error ? error.message : String(error);
    throw new Failure(
      reason === 'database is locked'
        ? `${folder} is in use by another Portcullis; stop that one or give this one its own with --persist-to <folder>`
        : `${folder} cannot be written: ${reason}`,
    );
  }
}
