/**
 * What the page with a proof of work runs: it looks for a number, shows how far it probably is, and sends the form. It
 * fetches nothing. As it is sent to browsers, without comments:
 *
 * - `[data-challenge]` is the progress bar, with the challenge and how many zero bits the hash must begin with.
 * - `[data-without-script]`, what to do where none runs, is hidden.
 * - `[data-start]` starts it: nobody's battery is used without being asked.
 *
 * A few hundred hashes at once, since each is a promise; in between the page can be used.
 */
export const workScript = `
const bar = document.querySelector('[data-challenge]');
const form = bar.closest('form');
const start = form.querySelector('[data-start]');
const { challenge, difficulty } = bar.dataset;
const bits = Number(difficulty);
const encoder = new TextEncoder();
const zeros = (bytes) => {
  let count = 0;
  for (const byte of bytes) {
    if (byte !== 0) return count + Math.clz32(byte) - 24;
    count += 8;
  }
  return count;
};
const hash = async (text) => new Uint8Array(await crypto.subtle.digest('SHA-256', encoder.encode(text)));
const solve = async () => {
  for (let from = 0; ; from += 256) {
    const answers = Array.from({ length: 256 }, (_, at) => challenge + '.' + (from + at));
    const found = (await Promise.all(answers.map(hash))).findIndex((bytes) => zeros(bytes) >= bits);
    if (found >= 0) return answers[found];
    bar.value = 1 - (1 - 2 ** -bits) ** from;
    if (from % 4096 === 0) await new Promise((resolve) => setTimeout(resolve));
  }
};
form.querySelector('[data-without-script]').hidden = true;
start.hidden = false;
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  start.disabled = true;
  bar.hidden = false;
  form.elements.answer.value = await solve();
  form.submit();
});
`;
