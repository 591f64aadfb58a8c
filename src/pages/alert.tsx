/** What went wrong with a form as a whole, above its fields. */
export const Alert = ({ id, message }: { id: string; message: string }) => (
  <p class="alert" id={id} role="alert">
    {message}
  </p>
);
