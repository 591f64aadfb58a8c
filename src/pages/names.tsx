import { usePresentation } from './presentation.tsx';

/** A list of names that others chose, each in its own direction. */
export const Names = ({ names }: { names: readonly string[] }) => {
  const list = new Intl.ListFormat(usePresentation().language, { type: 'unit' });
  return (
    <>
      {list.formatToParts(names).map(({ type, value }) => (type === 'element' ? <bdi>{value}</bdi> : value))}
    </>
  );
};
