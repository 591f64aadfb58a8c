import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { digest } from '../../../src/audit/digest.ts';
import { linkOf } from '../../../src/core/audit/chain.ts';
import { type TrailRow, verifyChain } from '../../../src/core/audit/verify.ts';

type Row = TrailRow & { sequence: number; link: NonNullable<TrailRow['link']> };

/** The events of one user, as the trail has them when nobody touched it. */
function chain(length: number, types: Record<number, string> = {}): Row[] {
  const rows: Row[] = [];
  for (let sequence = 1; sequence <= length; sequence += 1) {
    const event = {
      sequence,
      eventId: `event-${sequence}`,
      userId: 'ada',
      type: types[sequence] ?? 'session_opened',
      at: 1_000 * sequence,
    };
    const detail = JSON.stringify({ by: 'person', place: 'Lisbon, PT', requestId: `request-${sequence}` });
    const previousHash = rows.at(-1)?.link.hash ?? '';
    const link = linkOf(digest, event, detail, { previousHash, salt: `salt-${sequence}` });
    rows.push({ ...event, detail, requestId: `request-${sequence}`, actor: 'person', link });
  }
  return rows;
}

const faultsOf = (rows: readonly TrailRow[]) =>
  verifyChain(digest, 'ada', rows).faults.map(({ sequence, fault }) => [sequence, fault]);

/** The same row, its hashes made anew by somebody who knows how. */
function forged(row: Row, changes: Partial<Row>, previousHash = row.link.previousHash): Row {
  const changed = { ...row, ...changes };
  return {
    ...changed,
    link: linkOf(digest, changed, changed.detail, { previousHash, salt: row.link.salt ?? '' }),
  };
}

const erased = (row: Row): Row => ({
  ...row,
  detail: '{}',
  requestId: null,
  link: { ...row.link, salt: null },
});

describe('a chain that nobody touched', () => {
  it('is found whole, in whatever order its rows come', () => {
    const rows = chain(5);
    expect(verifyChain(digest, 'ada', rows.toReversed())).toEqual({
      userId: 'ada',
      chained: 5,
      before: 0,
      beginsAt: 1,
      isWhole: true,
      head: { sequence: 5, hash: rows[4]?.link.hash },
      faults: [],
    });
  });

  it('may begin later, once what was older is not kept any more, and says so', () => {
    const verdict = verifyChain(digest, 'ada', chain(5).slice(2));
    expect(verdict).toMatchObject({ beginsAt: 3, isWhole: false, faults: [] });
  });

  it('is verified although the details of a deleted account are erased', () => {
    const rows = chain(5, { 4: 'account_deleted' });
    const left = rows.map((row) => (row.sequence === 4 ? row : erased(row)));
    expect(faultsOf(left)).toEqual([]);
    // An account that has a head was not deleted, whatever the trail says.
    const head = { sequence: 5, hash: rows[4]?.link.hash ?? '' };
    expect(verifyChain(digest, 'ada', left, head).faults.map(({ fault }) => fault)).toEqual(
      Array(4).fill('detail_changed'),
    );
  });

  it('may have events before it that were there before there was a chain', () => {
    const before = { ...chain(1)[0], sequence: null, link: null } as TrailRow;
    expect(verifyChain(digest, 'ada', [before, ...chain(2)])).toMatchObject({ before: 1, faults: [] });
  });

  it('reaches the head that the user’s object has, or goes further', () => {
    const rows = chain(5);
    for (const sequence of [3, 5]) {
      const hash = rows[sequence - 1]?.link.hash ?? '';
      expect(verifyChain(digest, 'ada', rows, { sequence, hash }).faults).toEqual([]);
    }
  });
});

describe('a chain that was tampered with', () => {
  const rows = chain(6);
  const third = rows[2] as Row;
  const replaced = (row: TrailRow) => rows.map((old) => (old.sequence === 3 ? row : old));

  it.each<[string, Partial<Row>, string]>([
    ['type', { type: 'session_ended' }, 'changed'],
    ['time', { at: 1 }, 'changed'],
    ['id', { eventId: 'other' }, 'changed'],
    ['detail', { detail: '{"by":"system"}' }, 'detail_changed'],
    ['actor', { actor: 'administrator' }, 'detail_changed'],
    ['request', { requestId: 'other' }, 'detail_changed'],
  ])('by another %s is found out', (_, changes, fault) => {
    expect(faultsOf(replaced({ ...third, ...changes }))).toEqual([[3, fault]]);
  });

  it('by another event whose hashes fit is found out by the next', () => {
    expect(faultsOf(replaced(forged(third, { type: 'session_ended' })))).toEqual([[4, 'out_of_order']]);
  });

  it('by an event taken out is found out', () => {
    expect(faultsOf(rows.filter(({ sequence }) => sequence !== 3))).toEqual([[3, 'missing']]);
  });

  it('by an event taken out, and the others numbered anew, is found out', () => {
    const closed = rows
      .filter(({ sequence }) => sequence !== 3)
      .map((row) => (row.sequence > 3 ? forged(row, { sequence: row.sequence - 1 }) : row));
    expect(faultsOf(closed)[0]).toEqual([3, 'out_of_order']);
  });

  it('by two events that changed places is found out', () => {
    const swapped = rows.map((row) =>
      row.sequence === 3 ? { ...row, sequence: 4 } : row.sequence === 4 ? { ...row, sequence: 3 } : row,
    );
    expect(faultsOf(swapped).map(([sequence]) => sequence)).toEqual(expect.arrayContaining([3, 4]));
  });

  it('by an event put in beside another is found out', () => {
    expect(faultsOf([...rows, forged(third, { eventId: 'another' })])).toContainEqual([3, 'twice']);
  });

  it('by a detail erased, of an account that is there, is found out', () => {
    expect(faultsOf(replaced(erased(third)))).toEqual([[3, 'detail_changed']]);
  });

  it('by a hash taken away is found out', () => {
    expect(faultsOf(replaced({ ...third, link: null }))).toEqual(
      expect.arrayContaining([
        [3, 'unchained'],
        [3, 'missing'],
      ]),
    );
  });

  it('by another user’s events put in is found out', () => {
    expect(faultsOf(rows.map((row) => ({ ...row, userId: 'eve' })))).toHaveLength(6);
  });

  it('by its end cut off, or made anew, is found out by whoever asks the user’s object', () => {
    const head = { sequence: 6, hash: rows[5]?.link.hash ?? '' };
    expect(faultsOf(rows.slice(0, 5)), 'the trail alone cannot know').toEqual([]);
    expect(verifyChain(digest, 'ada', rows.slice(0, 5), head).faults).toEqual([
      { sequence: 6, fault: 'cut_off' },
    ]);
    const remade = [...rows.slice(0, 5), forged(rows[5] as Row, { type: 'session_ended' })];
    expect(verifyChain(digest, 'ada', remade, head).faults).toEqual([{ sequence: 6, fault: 'not_the_head' }]);
    expect(verifyChain(digest, 'ada', [], head).faults).toEqual([{ sequence: 6, fault: 'cut_off' }]);
  });

  it('anywhere, in any column that is covered, is found out', () => {
    const column = fc.constantFrom('type', 'at', 'eventId', 'userId', 'detail', 'requestId', 'actor');
    const linked = fc.constantFrom('previousHash', 'salt', 'detailHash', 'hash');
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 5 }),
        fc.oneof(column, linked),
        fc.string(),
        (at, name, value) => {
          const row = rows[at] as Row;
          const text = `${value}!`;
          const changed = ['previousHash', 'salt', 'detailHash', 'hash'].includes(name)
            ? { ...row, link: { ...row.link, [name]: text } }
            : { ...row, [name]: name === 'at' ? text.length : text };
          const tampered = rows.map((old) => (old === row ? changed : old));
          return verifyChain(digest, 'ada', tampered).faults.length > 0;
        },
      ),
    );
  });
});
