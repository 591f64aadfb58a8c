import { CourtLayout } from './layout.tsx';
import { usePresentation } from './presentation.tsx';
import { Time } from './time.tsx';
import { Words } from './words.tsx';

export interface ShownTrustedDevice {
  deviceId: string;
  deviceName: string;
  /** City and country, or empty. */
  place: string;
  /** Milliseconds since the epoch. */
  trustedAt: number;
}

export interface TrustedDevicesPageProps {
  /** The newest first. */
  devices: readonly ShownTrustedDevice[];
}

/** The browsers that stand in for the second factor, each with the way to end that. */
export const TrustedDevicesPage = ({ devices }: TrustedDevicesPageProps) => {
  const { common, secondFactor } = usePresentation().texts;
  const { trustedDevices } = secondFactor;
  return (
    <CourtLayout title={trustedDevices.title}>
      <div class="hero">
        <h1>{trustedDevices.title}</h1>
        <p class="lead">{devices.length > 0 ? trustedDevices.lead : trustedDevices.none}</p>
        <ul class="ways">
          <li>
            <a href="/account/authenticator">{secondFactor.authenticator.title}</a>
          </li>
          <li>
            <a href="/account">{common.yourAccount}</a>
          </li>
        </ul>
      </div>
      {devices.length > 0 && (
        <section aria-label={trustedDevices.title}>
          <ul>
            {devices.map(({ deviceId, deviceName, place, trustedAt }) => (
              <li class="row">
                <div class="row-text">
                  <h2>
                    <bdi>{deviceName}</bdi>
                  </h2>
                  {place && (
                    <p>
                      <bdi>{place}</bdi>
                    </p>
                  )}
                  <p>
                    <Words text={trustedDevices.since} values={{ time: <Time at={trustedAt} /> }} />
                  </p>
                </div>
                <form method="post" action="/account/trusted-devices">
                  <input type="hidden" name="device_id" value={deviceId} />
                  <button class="button quiet small" type="submit">
                    {trustedDevices.forget} <span class="unseen">{deviceName}</span>
                  </button>
                </form>
              </li>
            ))}
          </ul>
        </section>
      )}
    </CourtLayout>
  );
};
