import { setTimeout as wait } from 'node:timers/promises';
import type { Answer } from './http.ts';

/** Seconds: what follows is done within them, also where the machine is busy. */
const CLOSED_FOR = 15;

/**
 * Guesses on until the door is closed, and stays so for a while: one that is about to open lets the next attempt in.
 * @returns how many of the guesses were compared
 */
export async function closeDoor(guess: () => Promise<Pick<Answer, 'status' | 'headers'>>): Promise<number> {
  for (let compared = 0; ; ) {
    const { status, headers } = await guess();
    const seconds = Number(headers.get('Retry-After'));
    if (status === 401) compared += 1;
    else if (seconds >= CLOSED_FOR) return compared;
    else await wait(seconds * 1000);
  }
}

/** How often a door that waits twice as long each time, 30 seconds first, can have opened within so many seconds. */
export const openings = (seconds: number): number => Math.floor(Math.log2(seconds / 30 + 1));
