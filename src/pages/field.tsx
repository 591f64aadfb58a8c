/** One labelled input. Its hint and its error are read out with it. */
export interface FieldProps {
  /** The form field's name, and the input's id. */
  name: string;
  label: string;
  type: 'text' | 'email' | 'password';
  /** The autofill token that password managers and browsers look for (HTML, autofill field names). */
  autocomplete: 'name' | 'username' | 'current-password' | 'new-password';
  value?: string | undefined;
  /** Told before anyone types. */
  hint?: string;
  error?: string | undefined;
  /** The id of an error shown elsewhere that concerns this field too. */
  describedBy?: string | undefined;
  minlength?: number;
  maxlength: number;
  autofocus?: boolean;
}

export const Field = ({ name, label, hint, error, describedBy, ...input }: FieldProps) => {
  const described = [hint && `${name}-hint`, error && `${name}-error`, describedBy].filter(Boolean).join(' ');
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
      <input
        {...input}
        id={name}
        name={name}
        required
        dir={input.type === 'text' ? 'auto' : undefined}
        autocapitalize={input.type === 'text' ? 'words' : 'none'}
        spellcheck={false}
        aria-invalid={error || describedBy ? 'true' : undefined}
        aria-describedby={described || undefined}
      />
    </div>
  );
};
