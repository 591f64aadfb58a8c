/** What is kept of a sign-in that is bound to a key. The keys can be used by this origin and exported by nobody. */
export interface Kept {
  /** Signs proofs. */
  proofKeys: CryptoKeyPair;
  /** Opens `refreshToken`. */
  sealKey: CryptoKey;
  /** Counts writes: who has read an older state must not write over a newer one. */
  serial: number;
  /** AES-GCM, the nonce first. */
  refreshToken?: Uint8Array<ArrayBuffer> | undefined;
  idToken?: string | undefined;
  /** The issuer's last nonce for proofs: the next start of a page need not ask for one. */
  nonce?: string | undefined;
  /** How far the issuer's clock was ahead of this device's, in milliseconds. */
  skew?: number;
}

const done = <T>(request: IDBRequest<T>): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

async function makeKeys(): Promise<Kept> {
  const { subtle } = crypto;
  // Not extractable: whoever copies what is stored, or runs in the page, can take no key along.
  const [proofKeys, sealKey] = await Promise.all([
    subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign', 'verify']),
    subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']),
  ]);
  return { proofKeys, sealKey, serial: 0 };
}

/** Keeps one record under `name` in IndexedDB, shared by the tabs of this origin. */
export function keyStore(name: string) {
  // Where a browser keeps nothing, in some private windows, the page itself does until it is left.
  let own: Kept | undefined;
  let opened: Promise<IDBDatabase> | undefined;

  async function store(mode: IDBTransactionMode): Promise<IDBObjectStore> {
    opened ??= (() => {
      const request = indexedDB.open('portcullis', 1);
      request.onupgradeneeded = () => request.result.createObjectStore('sessions');
      return done(request);
    })();
    try {
      return (await opened).transaction('sessions', mode).objectStore('sessions');
    } catch (error) {
      // The browser closed it, to free space for instance: the next one opens it again.
      opened = undefined;
      throw error;
    }
  }

  const read = async (): Promise<Kept | undefined> => {
    try {
      return (await done((await store('readonly')).get(name))) ?? own;
    } catch {
      return own;
    }
  };

  return {
    read,

    /** Whether what was read is there for the next page as well. */
    lasts: () => own === undefined,

    /** What is there, or new keys. Tabs that ask at once get the same ones. */
    async readOrMake(): Promise<Kept> {
      const there = await read();
      if (there) return there;
      const made = await makeKeys();
      try {
        // `add` fails where another tab was faster.
        await done((await store('readwrite')).add(made, name));
      } catch (error) {
        if ((error as DOMException).name !== 'ConstraintError') own ??= made;
      }
      return (await read()) ?? made;
    },

    /**
     * Replaces what was read. Where another tab has done so meanwhile, that one knows better, unless this is a `newSignIn`.
     */
    async write(next: Kept, newSignIn: boolean): Promise<void> {
      if (own) own = next;
      try {
        const sessions = await store('readwrite');
        const there: Kept | undefined = await done(sessions.get(name));
        if (newSignIn || there?.serial === next.serial)
          await done(sessions.put({ ...next, serial: (there?.serial ?? next.serial) + 1 }, name));
      } catch {
        own = next;
      }
    },

    async clear(): Promise<void> {
      own = undefined;
      await store('readwrite')
        .then((sessions) => done(sessions.delete(name)))
        .catch(() => {});
    },
  };
}
