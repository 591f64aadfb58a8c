import { type Fault, faultInWords } from '../texts/fault.ts';
import type { Texts } from '../texts/texts.ts';
import { Alert } from './alert.tsx';
import { Field, type FieldProps } from './field.tsx';
import { CourtLayout } from './layout.tsx';
import { MAXIMUM_NAME_LENGTH } from './limits.ts';
import { usePresentation } from './presentation.tsx';

type Entry = { name: keyof Texts['profile']['labels'] } & Pick<FieldProps, 'autocomplete' | 'maxlength'> &
  Partial<Pick<FieldProps, 'type' | 'lines' | 'required'>>;

const address: Entry[] = [
  { name: 'street_address', autocomplete: 'street-address', maxlength: 200, lines: 3 },
  { name: 'postal_code', autocomplete: 'postal-code', maxlength: 20 },
  { name: 'locality', autocomplete: 'address-level2', maxlength: 100 },
  { name: 'region', autocomplete: 'address-level1', maxlength: 100 },
  { name: 'country', autocomplete: 'country-name', maxlength: 100 },
];

/** By the names of the claims (OpenID Connect Core §5.1). */
const sections: { id: keyof Texts['profile']['sections']; fields: Entry[] }[] = [
  {
    id: 'names',
    fields: [
      {
        name: 'name',

        autocomplete: 'name',
        maxlength: MAXIMUM_NAME_LENGTH,
        required: true,
      },
      { name: 'given_name', autocomplete: 'given-name', maxlength: 100 },
      { name: 'middle_name', autocomplete: 'additional-name', maxlength: 100 },
      { name: 'family_name', autocomplete: 'family-name', maxlength: 100 },
      { name: 'nickname', autocomplete: 'nickname', maxlength: 100 },
      { name: 'preferred_username', autocomplete: 'off', maxlength: 100 },
    ],
  },
  {
    id: 'about',
    fields: [
      {
        name: 'birthdate',

        autocomplete: 'bday',
        maxlength: 10,
      },
      { name: 'gender', autocomplete: 'sex', maxlength: 50 },
      {
        name: 'locale',

        autocomplete: 'language',
        maxlength: 35,
      },
      {
        name: 'zoneinfo',

        autocomplete: 'off',
        maxlength: 50,
      },
      {
        name: 'picture',

        type: 'url',
        autocomplete: 'photo',
        maxlength: 500,
      },
      {
        name: 'profile',

        type: 'url',
        autocomplete: 'off',
        maxlength: 500,
      },
      { name: 'website', type: 'url', autocomplete: 'url', maxlength: 500 },
    ],
  },
  {
    id: 'reach',
    fields: [
      {
        name: 'phone_number',

        type: 'tel',
        autocomplete: 'tel',
        maxlength: 40,
      },
      ...address,
    ],
  },
];

/** The names of the form's fields. */
export const profileFields: readonly string[] = sections.flatMap(({ fields }) =>
  fields.map(({ name }) => name),
);
/** Those that are members of the address. */
export const addressParts: readonly string[] = address.map(({ name }) => name);

export interface ProfilePageProps {
  /** By the names of the fields. */
  values: Readonly<Record<string, string>>;
  /** What is wrong with a field, by its name. */
  faults: Readonly<Record<string, Fault>>;
}

/** What apps are told about the person, if the person allows it. All of it may be left out but the name. */
export const ProfilePage = ({ values, faults }: ProfilePageProps) => {
  const presentation = usePresentation();
  const { common, profile } = presentation.texts;
  const hints: Readonly<Record<string, string>> = profile.hints;
  const faulty = profileFields.find((field) => faults[field] !== undefined);
  const errorOf = (field: string) => faults[field] && faultInWords(presentation, faults[field]);
  return (
    <CourtLayout title={profile.title} faulty={faulty !== undefined}>
      <div class="hero">
        <h1>{profile.title}</h1>
        <p class="lead">{profile.lead}</p>
      </div>
      {faulty && <Alert id="form-error" message={profile.faulty} />}
      <form class="sheet" method="post" action="/account/profile">
        {sections.map(({ id, fields }) => (
          <section aria-labelledby={id}>
            <h2 id={id}>{profile.sections[id]}</h2>
            <div class="fields">
              {fields.map((field) => (
                <Field
                  type="text"
                  required={false}
                  {...field}
                  label={profile.labels[field.name]}
                  hint={hints[field.name]}
                  value={values[field.name]}
                  error={errorOf(field.name)}
                  autofocus={field.name === faulty}
                />
              ))}
            </div>
          </section>
        ))}
        <div class="actions">
          <button class="button" type="submit">
            {profile.save}
          </button>
          <a class="button quiet" href="/account">
            {common.cancel}
          </a>
        </div>
      </form>
    </CourtLayout>
  );
};
