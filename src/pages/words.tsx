import type { Child } from 'hono/jsx';
import type { Text } from '../texts/text.ts';

/** A text with elements in its places: each language puts them where its grammar wants them. */
export const Words = <Place extends string>({
  text,
  values,
}: {
  text: Text<Place>;
  values: Readonly<Record<Place, Child>>;
}) => (
  // What a capturing split finds between the separators are, every other one, the names of the places.
  <>
    {text
      .split(/\{(\w+)\}/)
      .map((part, index) =>
        index % 2 === 0 ? part : Object.hasOwn(values, part) ? values[part as Place] : `{${part}}`,
      )}
  </>
);
