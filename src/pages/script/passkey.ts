/**
 * What a page with passkeys runs: navigator.credentials is the one thing that no form can do. It fetches nothing: what the
 * browser answers goes into a field of a form, and the form is sent. As it is sent to browsers, without comments:
 *
 * - `form[data-passkey]` is for `get` or `create`. It is hidden until the browser is known to have passkeys; what stands in
 *   for it, `[data-passkey-missing]`, is hidden then. Its `[data-options]` is what navigator.credentials takes, in JSON.
 * - `[data-passkey-offer]`, whatever else leads to passkeys, is shown then.
 * - `[data-autofill]` asks at once as well, so that passkeys are among what the browser offers to fill in.
 * - `[data-failed]` is shown when the browser says no; `excluded` when that is since the device holds a passkey already.
 * - `[data-signal]` tells the device which passkeys there are, where it listens (WebAuthn §5.1.10).
 */
export const passkeyScript = `
const decode = (text) =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (character) => character.charCodeAt(0));
const encode = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
const decoded = (list = []) => list.map((one) => ({ ...one, id: decode(one.id) }));
const optionsOf = (form) => {
  const options = JSON.parse(form.querySelector('[data-options]').value);
  return {
    ...options,
    challenge: decode(options.challenge),
    ...(options.user && { user: { ...options.user, id: decode(options.user.id) } }),
    allowCredentials: decoded(options.allowCredentials),
    excludeCredentials: decoded(options.excludeCredentials),
  };
};
const answerOf = ({ id, type, response }) => {
  const names = ['clientDataJSON', 'attestationObject', 'authenticatorData', 'signature', 'userHandle'];
  const bytes = names.filter((name) => response[name]).map((name) => [name, encode(response[name])]);
  const transports = response.getTransports?.();
  return JSON.stringify({ id, rawId: id, type, response: { ...Object.fromEntries(bytes), transports } });
};
let asking;
const ask = async (form, mediation) => {
  asking?.abort();
  const controller = new AbortController();
  asking = controller;
  const request = { publicKey: optionsOf(form), signal: controller.signal, ...(mediation && { mediation }) };
  const credential = await navigator.credentials[form.dataset.passkey](request);
  if (controller.signal.aborted || !credential) return;
  form.elements.credential.value = answerOf(credential);
  form.submit();
};
const autofill = async (form) => {
  if (await PublicKeyCredential.isConditionalMediationAvailable?.()) await ask(form, 'conditional').catch(() => {});
};
const tell = (form, error) => {
  const told = [...form.querySelectorAll('[data-failed]')];
  const why = error?.name === 'InvalidStateError' ? 'excluded' : '';
  const shown = told.find((one) => one.dataset.failed === why) ?? told[0];
  for (const one of told) one.hidden = !error || one !== shown;
};
if (window.PublicKeyCredential) {
  for (const one of document.querySelectorAll('[data-passkey-missing]')) one.hidden = true;
  for (const one of document.querySelectorAll('[data-passkey-offer]')) one.hidden = false;
  for (const form of document.querySelectorAll('form[data-passkey]')) {
    const renew = 'autofill' in form.dataset ? () => autofill(form) : () => {};
    form.hidden = false;
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      tell(form);
      ask(form).catch((error) => {
        tell(form, error);
        renew();
      });
    });
    renew();
  }
  for (const { dataset, value } of document.querySelectorAll('[data-signal]'))
    PublicKeyCredential[dataset.signal]?.(JSON.parse(value)).catch(() => {});
}
`;
