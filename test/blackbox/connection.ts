import { connect, type Socket } from 'node:net';

const PATIENCE_MILLISECONDS = 20_000;

/** Where an answer ends in what was received: undefined while it is not all there. */
function endOf(received: string, isHead: boolean): number | undefined {
  const head = received.indexOf('\r\n\r\n');
  if (head < 0) return undefined;
  const lines = received.slice(0, head);
  const body = head + 4;
  if (isHead || /^HTTP\/1\.1 (?:204|304)/.test(lines)) return body;
  const length = /^content-length: *(\d+)/im.exec(lines)?.[1];
  if (length !== undefined) {
    const end = body + Number(length);
    return received.length >= end ? end : undefined;
  }
  if (!/^transfer-encoding: *chunked/im.test(lines)) return undefined;
  const end = received.indexOf('\r\n0\r\n\r\n', body - 2);
  return end < 0 ? undefined : end + 7;
}

/** A connection that is kept as long as the server keeps it, for requests in raw bytes. */
export interface Connection {
  /** @returns the status; 0 when the server hung up without one. @throws when it leaves the client waiting */
  send(bytes: string, method: string): Promise<number>;
  close(): void;
}

export function openConnection(url: string): Connection {
  const { hostname, port } = new URL(url);
  let socket: Socket | undefined;

  function exchange(bytes: string, isHead: boolean): Promise<number> {
    const own = socket ?? connect(Number(port), hostname);
    socket = own.setEncoding('latin1');
    let received = '';
    return new Promise((resolve, reject) => {
      const done = (status: number, isOver: boolean) => {
        own.removeAllListeners();
        // What comes after this no longer matters to anybody.
        own.on('error', () => undefined);
        if (isOver || /^connection: *close/im.test(received)) {
          own.destroy();
          socket = undefined;
        }
        resolve(status);
      };
      const status = (): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(received)?.[1] ?? 0);
      own.setTimeout(PATIENCE_MILLISECONDS, () => {
        own.destroy();
        socket = undefined;
        reject(new Error(`no end of the answer: ${received.slice(0, 200)}`));
      });
      own.on('data', (text: string) => {
        received += text;
        const end = endOf(received, isHead);
        // More than one answer: it took the request for two. The next one needs another connection.
        if (end !== undefined) done(status(), received.length > end);
      });
      own.on('close', () => done(status(), true));
      own.on('error', () => done(status(), true));
      own.write(Buffer.from(bytes, 'latin1'));
    });
  }

  return {
    async send(bytes, method) {
      const isReused = socket !== undefined;
      const status = await exchange(bytes, method === 'HEAD');
      // The server may have closed an idle connection just then: it has not seen the request.
      return status === 0 && isReused ? exchange(bytes, method === 'HEAD') : status;
    },
    close() {
      socket?.destroy();
      socket = undefined;
    },
  };
}
