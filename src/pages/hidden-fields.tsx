/** Values that a form carries along; the absent ones are left out. */
export const HiddenFields = ({ values }: { values: Record<string, string | undefined> }) => (
  <>
    {Object.entries(values).map(
      ([name, value]) => value !== undefined && <input type="hidden" name={name} value={value} />,
    )}
  </>
);
