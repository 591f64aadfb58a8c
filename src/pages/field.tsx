/** One labelled input. Its hint and its error are read out with it. */
export interface FieldProps {
  /** The form field's name, and the input's id. */
  name: string;
  label: string;
  type: 'text' | 'email' | 'password' | 'tel' | 'url';
  /** The autofill token that password managers and browsers look for (HTML, autofill field names). */
  autocomplete: string;
  value?: string | undefined;
  /** Told before anyone types. */
  hint?: string | undefined;
  error?: string | undefined;
  /** The id of an error shown elsewhere that concerns this field too. */
  describedBy?: string | undefined;
  /** Default true. */
  required?: boolean | undefined;
  /** For a text of several lines: how many are shown. */
  lines?: number | undefined;
  /** Shown, and sent as it is. */
  readonly?: boolean | undefined;
  /** Of codes in figures: phones show the keys for them. */
  numeric?: boolean;
  /** Of codes in capital letters. */
  capitals?: boolean;
  minlength?: number;
  maxlength: number;
  autofocus?: boolean;
}

export const Field = ({
  name,
  label,
  hint,
  error,
  describedBy,
  lines,
  capitals,
  numeric,
  value,
  ...input
}: FieldProps) => {
  const { type, required = true, ...rest } = input;
  const described = [hint && `${name}-hint`, error && `${name}-error`, describedBy].filter(Boolean).join(' ');
  const shared = {
    ...rest,
    id: name,
    name,
    required,
    inputmode: numeric ? ('numeric' as const) : undefined,
    dir: type === 'text' ? 'auto' : undefined,
    autocapitalize: numeric
      ? ('none' as const)
      : capitals
        ? ('characters' as const)
        : type === 'text'
          ? ('words' as const)
          : ('none' as const),
    spellcheck: false,
    'aria-invalid': error || describedBy ? ('true' as const) : undefined,
    'aria-describedby': described || undefined,
  };
  return (
    <div class="field">
      <label for={name}>{label}</label>
      {hint && (
        <p class="hint" id={`${name}-hint`}>
          {hint}
        </p>
      )}
      {error && (
        <p class="field-error" id={`${name}-error`}>
          {error}
        </p>
      )}
      {lines === undefined ? (
        <input {...shared} type={type} value={value} />
      ) : (
        <textarea {...shared} rows={lines}>
          {value}
        </textarea>
      )}
    </div>
  );
};
