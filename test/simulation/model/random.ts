/** Where every choice of a schedule comes from (sfc32): the same seed makes the same schedule on every machine. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: number) {
    this.#a = seed | 0;
    this.#b = Math.floor(seed / 2 ** 32) | 0;
    this.#c = 0x9e3779b9;
    // Neighbouring seeds are to have nothing in common.
    for (let round = 0; round < 12; round += 1) this.word();
  }

  /** 32 bits, as a signed integer. */
  word(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return sum;
  }

  chance(probability: number): boolean {
    return probability > 0 && (this.word() >>> 0) / 2 ** 32 < probability;
  }

  /** An integer from low to high, both included. */
  between(low: number, high: number): number {
    return low + Math.floor(((this.word() >>> 0) / 2 ** 32) * (high - low + 1));
  }

  pick<T>(choices: readonly [T, ...T[]]): T {
    return choices[this.between(0, choices.length - 1)] ?? choices[0];
  }

  bytes(length: 16 | 32): Uint8Array {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length; at += 4) write(bytes, at, this.word());
    return bytes;
  }
}

/** Four bytes, big-endian. */
export function write(bytes: Uint8Array, at: number, word: number): void {
  bytes[at] = word >>> 24;
  bytes[at + 1] = word >>> 16;
  bytes[at + 2] = word >>> 8;
  bytes[at + 3] = word;
}
