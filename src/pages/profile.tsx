import { Alert } from './alert.tsx';
import { Field, type FieldProps } from './field.tsx';
import { CourtLayout } from './layout.tsx';
import { MAXIMUM_NAME_LENGTH } from './limits.ts';

type Entry = Pick<FieldProps, 'name' | 'label' | 'autocomplete' | 'maxlength'> &
  Partial<Pick<FieldProps, 'type' | 'hint' | 'lines' | 'required'>>;

const address: Entry[] = [
  { name: 'street_address', label: 'Street', autocomplete: 'street-address', maxlength: 200, lines: 3 },
  { name: 'postal_code', label: 'Postal code', autocomplete: 'postal-code', maxlength: 20 },
  { name: 'locality', label: 'City', autocomplete: 'address-level2', maxlength: 100 },
  { name: 'region', label: 'Region', autocomplete: 'address-level1', maxlength: 100 },
  { name: 'country', label: 'Country', autocomplete: 'country-name', maxlength: 100 },
];

/** By the names of the claims (OpenID Connect Core §5.1). */
const sections: { id: string; title: string; fields: Entry[] }[] = [
  {
    id: 'names',
    title: 'What you are called',
    fields: [
      {
        name: 'name',
        label: 'Full name',
        autocomplete: 'name',
        maxlength: MAXIMUM_NAME_LENGTH,
        required: true,
      },
      { name: 'given_name', label: 'Given name', autocomplete: 'given-name', maxlength: 100 },
      { name: 'middle_name', label: 'Middle name', autocomplete: 'additional-name', maxlength: 100 },
      { name: 'family_name', label: 'Family name', autocomplete: 'family-name', maxlength: 100 },
      { name: 'nickname', label: 'Nickname', autocomplete: 'nickname', maxlength: 100 },
      { name: 'preferred_username', label: 'Preferred username', autocomplete: 'off', maxlength: 100 },
    ],
  },
  {
    id: 'about',
    title: 'About you',
    fields: [
      {
        name: 'birthdate',
        label: 'Birthday',
        autocomplete: 'bday',
        maxlength: 10,
        hint: 'Year-month-day, like 1990-12-31; with 0000 the year stays with you.',
      },
      { name: 'gender', label: 'Gender', autocomplete: 'sex', maxlength: 50 },
      {
        name: 'locale',
        label: 'Language',
        autocomplete: 'language',
        maxlength: 35,
        hint: 'Like en or fr-CA.',
      },
      {
        name: 'zoneinfo',
        label: 'Time zone',
        autocomplete: 'off',
        maxlength: 50,
        hint: 'Like Europe/Paris.',
      },
      {
        name: 'picture',
        label: 'Address of your picture',
        type: 'url',
        autocomplete: 'photo',
        maxlength: 500,
      },
      {
        name: 'profile',
        label: 'Address of your profile page',
        type: 'url',
        autocomplete: 'off',
        maxlength: 500,
      },
      { name: 'website', label: 'Website', type: 'url', autocomplete: 'url', maxlength: 500 },
    ],
  },
  {
    id: 'reach',
    title: 'Where to reach you',
    fields: [
      {
        name: 'phone_number',
        label: 'Phone number',
        type: 'tel',
        autocomplete: 'tel',
        maxlength: 40,
        hint: 'With + and the country code, like +44 20 7946 0018.',
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
  name: string;
  /** By the names of the fields. */
  values: Readonly<Record<string, string>>;
  /** What is wrong with a field, by its name. */
  faults: Readonly<Record<string, string>>;
}

/** What apps are told about the person, if the person allows it. All of it may be left out but the name. */
export const ProfilePage = ({ name, values, faults }: ProfilePageProps) => {
  const faulty = profileFields.find((field) => faults[field] !== undefined);
  return (
    <CourtLayout name={name} title={faulty ? 'Error: your profile' : 'Your profile'}>
      <div class="hero">
        <h1>Your profile</h1>
        <p class="lead">Apps see what you allow them to see. Leave out whatever you like.</p>
      </div>
      {faulty && <Alert id="form-error" message="Nothing was saved yet: see the fields that are marked." />}
      <form class="sheet" method="post" action="/account/profile">
        {sections.map(({ id, title, fields }) => (
          <section aria-labelledby={id}>
            <h2 id={id}>{title}</h2>
            <div class="fields">
              {fields.map((field) => (
                <Field
                  type="text"
                  required={false}
                  {...field}
                  value={values[field.name]}
                  error={faults[field.name]}
                  autofocus={field.name === faulty}
                />
              ))}
            </div>
          </section>
        ))}
        <div class="actions">
          <button class="button" type="submit">
            Save
          </button>
          <a class="button quiet" href="/account">
            Cancel
          </a>
        </div>
      </form>
    </CourtLayout>
  );
};
