/** An email address, which a narrow window breaks before the @ rather than anywhere. */
export const Email = ({ address }: { address: string }) => {
  const at = address.lastIndexOf('@');
  return (
    <bdi>
      {at < 0 ? (
        address
      ) : (
        <>
          {address.slice(0, at)}
          <wbr />
          {address.slice(at)}
        </>
      )}
    </bdi>
  );
};
