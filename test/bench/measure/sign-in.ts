import type { Runtime } from '../../runtime/runtime.ts';
import { type Person, signingIn } from '../flow.ts';
import { compare, connect, type Measured, type Pace } from '../load.ts';

/** Two at once: a sign-in is a third of a second of hashing, and more at once would only wait. */
const AT_ONCE = 2;

/** Sign-ins with a password, beside the bare password hash. */
export async function measureSignIn(
  runtime: Runtime,
  people: readonly Person[],
  pace: Pace,
): Promise<Record<'portcullis' | 'floor', Measured>> {
  const own = connect(runtime.url);
  const bare = connect(runtime.urls.floor ?? '');
  const hashing = async () => {
    const { status } = await bare.send({ method: 'POST', path: '/hash', form: {} });
    if (status !== 200) throw new Error(`hash: ${status}`);
  };
  try {
    return await compare(
      {
        portcullis: people.slice(0, AT_ONCE).map((person) => signingIn(own, person)),
        floor: Array.from({ length: AT_ONCE }, () => hashing),
      },
      pace,
    );
  } finally {
    own.close();
    bare.close();
  }
}
