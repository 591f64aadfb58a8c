/**
 * What a page with a new password runs: it tells while somebody types how far they are. It is a hint and decides nothing;
 * the rules are the server's (core/account/password-rules.ts). Nothing that is typed leaves the page by it.
 *
 * - `[data-strength]` names the input that it is about, and says what it finds by `data-short`, `data-weak`, `data-fair` and
 *   `data-strong`; a screen reader hears of it once the typing pauses, as the element is a live region.
 */
export const strengthScript = `
const judge = (text, minimum) => {
  const characters = [...text.normalize('NFC').toLowerCase()];
  if (characters.length < minimum) return 'short';
  let runs = 1;
  let step;
  for (let index = 1; index < characters.length; index += 1) {
    const next = characters[index].codePointAt(0) - characters[index - 1].codePointAt(0);
    const goesOn = Math.abs(next) <= 1 && (step === undefined || step === next);
    if (!goesOn) runs += 1;
    step = goesOn ? next : undefined;
  }
  const different = new Set(characters).size;
  if (different < 5 || runs <= characters.length / 5) return 'weak';
  return characters.length >= minimum + 6 && different >= 10 ? 'strong' : 'fair';
};
for (const told of document.querySelectorAll('[data-strength]')) {
  const input = document.getElementById(told.dataset.strength);
  let waiting;
  input.addEventListener('input', () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      const found = input.value === '' ? undefined : judge(input.value, input.minLength);
      told.dataset.level = found ?? '';
      told.textContent = found ? told.dataset[found] : '';
    }, 300);
  });
}
`;
