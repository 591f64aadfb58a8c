import { obtainTokens, portcullisServer, refreshing, signUp } from '../flow.ts';
import { compare, connect, type Lane, type Measured, type Pace } from '../load.ts';
import { startFamilies } from '../servers.ts';

const familyCounts = [1, 100, 1_000, 10_000];
const SESSIONS = 1_000;
const ROTATIONS = 10;

export interface FamilyCosts {
  /** One client that refreshes, for each number of families that its user may have. */
  refresh: { families: number; load: Measured }[];
  bytesPerFamily: number;
  bytesPerSession: number;
  rowsWrittenPerRotation: number;
}

const subject = (accessToken: string): string =>
  JSON.parse(Buffer.from(accessToken.split('.')[1] ?? '', 'base64url').toString()).sub;

/**
 * What a refresh costs as a user's families grow: users with 1 to 10,000 of them, each refreshed through the token
 * endpoint one request at a time, in turns. The families beside the one that is refreshed are copies of it.
 */
export async function measureFamilies(pace: Pace): Promise<FamilyCosts> {
  const runtime = await startFamilies();
  const http = connect(runtime.url);
  const bench = async (query: Record<string, string>): Promise<{ bytes: number; rowsWritten: number }> => {
    const { status, body } = await http.send({
      method: 'POST',
      path: `/bench/?${new URLSearchParams(query)}`,
    });
    if (status !== 200) throw new Error(`bench: ${status} ${body}`);
    return JSON.parse(body);
  };
  const server = portcullisServer(http);
  const newUser = async () => {
    const { browser } = await signUp(http);
    const tokens = await obtainTokens(server, browser);
    const refresh = refreshing(server, tokens);
    // Rotated once, so that the row is as large as it gets, and so are its copies.
    await refresh();
    return { user: subject(tokens.access_token), refresh };
  };
  try {
    const lanes: Record<string, Lane[]> = {};
    let bytesPerFamily = Number.NaN;
    for (const count of familyCounts) {
      const { user, refresh } = await newUser();
      const before = await bench({ user });
      const after = await bench({ user, fill: 'family', count: String(count) });
      if (count > 1) bytesPerFamily = (after.bytes - before.bytes) / (count - 1);
      lanes[count] = [refresh];
    }
    const { user, refresh } = await newUser();
    const before = await bench({ user });
    for (let rotation = 0; rotation < ROTATIONS; rotation++) await refresh();
    const rotated = await bench({ user });
    const after = await bench({ user, fill: 'session', count: String(SESSIONS) });
    const loads = await compare(lanes, pace);
    return {
      refresh: Object.entries(loads).map(([families, load]) => ({ families: Number(families), load })),
      bytesPerFamily,
      bytesPerSession: (after.bytes - rotated.bytes) / (SESSIONS - 1),
      rowsWrittenPerRotation: (rotated.rowsWritten - before.rowsWritten) / ROTATIONS,
    };
  } finally {
    http.close();
    await runtime.stop();
  }
}
