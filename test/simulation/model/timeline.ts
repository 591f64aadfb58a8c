interface Event {
  at: number;
  run: () => void;
}

/** What happens, in order of time; at the same millisecond, in the order in which it was arranged. */
export class Timeline {
  /** Milliseconds, by the server's clock. */
  now: number;
  /** Latest first, so that the next one is popped. */
  readonly #events: Event[] = [];

  constructor(start: number) {
    this.now = start;
  }

  at(time: number, run: () => void): void {
    const at = Math.max(Math.round(time), this.now);
    let index = this.#events.length;
    while (index > 0 && (this.#events[index - 1]?.at ?? 0) <= at) index -= 1;
    this.#events.splice(index, 0, { at, run });
  }

  after(delay: number, run: () => void): void {
    this.at(this.now + delay, run);
  }

  run(): void {
    for (let event = this.#events.pop(); event; event = this.#events.pop()) {
      this.now = event.at;
      event.run();
    }
  }
}
