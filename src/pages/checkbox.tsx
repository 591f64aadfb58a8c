/** One labelled box to tick. Its hint is read out with it. */
export const Checkbox = ({ name, label, hint }: { name: string; label: string; hint: string }) => (
  <div class="choice">
    <input type="checkbox" id={name} name={name} value="yes" aria-describedby={`${name}-hint`} />
    <label for={name}>{label}</label>
    <p class="hint" id={`${name}-hint`}>
      {hint}
    </p>
  </div>
);
