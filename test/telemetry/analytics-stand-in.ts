// Workers Analytics Engine as its documentation and its runtime have it: what is over a limit is refused.

export class DatasetStandIn {
  readonly points: Required<AnalyticsEngineDataPoint>[] = [];

  writeDataPoint({ indexes = [], blobs = [], doubles = [] }: AnalyticsEngineDataPoint = {}): void {
    const bytes = (value: string | ArrayBuffer | null) =>
      value === null
        ? 0
        : typeof value === 'string'
          ? new TextEncoder().encode(value).length
          : value.byteLength;
    const refuse = (what: string): never => {
      throw new TypeError(`Maximum of ${what} supported.`);
    };
    if (indexes.length > 1) refuse('1 index');
    if (blobs.length > 20) refuse('20 blobs');
    if (doubles.length > 20) refuse('20 doubles');
    if (indexes.some((index) => bytes(index) > 96)) refuse('96 bytes in an index');
    if (blobs.reduce((sum, blob) => sum + bytes(blob), 0) > 16 * 1024) refuse('16 KB in blobs');
    if (doubles.some((double) => typeof double !== 'number')) refuse('numbers in doubles');
    this.points.push({ indexes, blobs, doubles });
    if (this.points.length > 250) refuse('250 data points in an invocation');
  }
}
