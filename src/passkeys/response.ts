import * as v from 'valibot';
import { base64url } from '../crypto/bytes.ts';

// What a browser answers with, in the JSON form of WebAuthn §5.1 (`PublicKeyCredential.toJSON()`). Members that nobody
// needs here may stand in it and are not looked at.

/** Characters; a key and its id of the largest kind take a tenth of it, and a form has no room for more. */
const MAXIMUM_RESPONSE = 16_000;

/** base64url in its one spelling, without padding. */
const bytes = v.pipe(
  v.string(),
  v.regex(/^[A-Za-z0-9_-]+$/),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    try {
      const decoded = Uint8Array.from(base64url.decode(dataset.value));
      if (base64url.encode(decoded) === dataset.value) return decoded;
    } catch {}
    addIssue({ message: 'is no base64url' });
    return NEVER;
  }),
);

const registration = v.object({
  id: v.string(),
  type: v.literal('public-key'),
  response: v.object({
    clientDataJSON: bytes,
    attestationObject: bytes,
    transports: v.optional(v.array(v.string())),
  }),
});

const assertion = v.object({
  id: v.string(),
  type: v.literal('public-key'),
  response: v.object({
    clientDataJSON: bytes,
    authenticatorData: bytes,
    signature: bytes,
    /** The user id, which the authenticator got with the key. Where it was told the key's id it may leave it out. */
    userHandle: v.nullish(v.string()),
  }),
});

export type RegistrationResponse = v.InferOutput<typeof registration>;
export type AssertionResponse = v.InferOutput<typeof assertion>;

function read<Schema extends v.GenericSchema>(
  schema: Schema,
  text: string,
): v.InferOutput<Schema> | undefined {
  if (text.length > MAXIMUM_RESPONSE) return undefined;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  const parsed = v.safeParse(schema, json);
  return parsed.success ? parsed.output : undefined;
}

/** A new passkey, as `navigator.credentials.create` answers; undefined for anything else. */
export const readRegistration = (text: string): RegistrationResponse | undefined => read(registration, text);

/** A use of a passkey, as `navigator.credentials.get` answers; undefined for anything else. */
export const readAssertion = (text: string): AssertionResponse | undefined => read(assertion, text);
