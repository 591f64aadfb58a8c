import { GateLayout } from './layout.tsx';
import { usePresentation } from './presentation.tsx';

/** Says what is in the file before it is made. */
export const OwnDataPage = () => {
  const { common, ownData } = usePresentation().texts;
  const { profile, methods, sessions, apps, events } = ownData;
  return (
    <GateLayout title={ownData.title}>
      <h1>{ownData.title}</h1>
      <p class="lead">{ownData.lead}</p>
      <ul class="points">
        {[profile, methods, sessions, apps, events].map((part) => (
          <li>{part}</li>
        ))}
      </ul>
      <p class="hint">{ownData.elsewhere}</p>
      <form method="post" action="/account/data">
        <button class="button" type="submit">
          {ownData.submit}
        </button>
        <a class="button quiet" href="/account">
          {common.yourAccount}
        </a>
      </form>
    </GateLayout>
  );
};
