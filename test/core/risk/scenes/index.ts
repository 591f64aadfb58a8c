import browserUpdate from './browser-update.json' with { type: 'json' };
import carefulThief from './careful-thief.json' with { type: 'json' };
import commuter from './commuter.json' with { type: 'json' };
import credentialStuffing from './credential-stuffing.json' with { type: 'json' };
import developer from './developer.json' with { type: 'json' };
import familyBehindOneAddress from './family-behind-one-address.json' with { type: 'json' };
import flight from './flight.json' with { type: 'json' };
import foundPassword from './found-password.json' with { type: 'json' };
import newPhone from './new-phone.json' with { type: 'json' };
import nightWorker from './night-worker.json' with { type: 'json' };
import office from './office.json' with { type: 'json' };
import phone from './phone.json' with { type: 'json' };
import roaming from './roaming.json' with { type: 'json' };
import stolenCookie from './stolen-cookie.json' with { type: 'json' };
import stolenCookieNearby from './stolen-cookie-nearby.json' with { type: 'json' };
import tablet from './tablet.json' with { type: 'json' };
import train from './train.json' with { type: 'json' };
import vpn from './vpn.json' with { type: 'json' };

/** Every scene there is. */
export const written: unknown[] = [
  browserUpdate,
  carefulThief,
  commuter,
  credentialStuffing,
  developer,
  familyBehindOneAddress,
  flight,
  foundPassword,
  newPhone,
  nightWorker,
  office,
  phone,
  roaming,
  stolenCookie,
  stolenCookieNearby,
  tablet,
  train,
  vpn,
];
