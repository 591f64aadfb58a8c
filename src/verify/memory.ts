/** A map that holds at most so many entries, and forgets those not asked for in a while. */
export interface Memory<V> {
  get(key: string): V | undefined;
  set(key: string, value: V): void;
  clear(): void;
}

/**
 * Two generations: entries move to the younger one when they are asked for, and the older one goes as a whole when the
 * younger is full. No entry is ever deleted by itself: the first key of a Map with many deleted ones is slow to find.
 */
export function memory<V>(maximum: number): Memory<V> {
  let younger = new Map<string, V>();
  let older = new Map<string, V>();
  const set = (key: string, value: V): void => {
    if (younger.size >= maximum / 2) {
      older = younger;
      younger = new Map();
    }
    younger.set(key, value);
  };
  return {
    set,
    get(key) {
      const value = younger.get(key);
      if (value !== undefined) return value;
      const found = older.get(key);
      if (found !== undefined) set(key, found);
      return found;
    },
    clear() {
      younger = new Map();
      older = new Map();
    },
  };
}
