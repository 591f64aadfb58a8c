import { EventTable, type NewEvent } from '../../src/user/tables/event.ts';
import { password } from './person.ts';

// Before every test file: whatever the tests make happen, an event with something secret in it fails them. So the rule is
// held against every type of event that any test causes.

const tokens = /pc_[a-z]{2}_/;
const jwt = /eyJ[\w-]{10,}\.[\w-]*\./;
/** An address of a network, IPv4 or IPv6. */
const address = /(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])|(?:[0-9a-f]{1,4}:){3,}[0-9a-f:]*/i;

/** What is wrong with a detail, or undefined. Browsers write numbers with dots into their names for themselves. */
function faultOf(detail: Record<string, unknown>): string | undefined {
  const text = JSON.stringify(detail);
  if (tokens.test(text) || jwt.test(text)) return 'a token';
  if (text.includes(password)) return 'a password';
  const { userAgent: _, ...rest } = detail;
  return address.test(JSON.stringify(rest)) ? 'an address' : undefined;
}

const append = EventTable.prototype.append;
EventTable.prototype.append = function (this: EventTable, event: NewEvent) {
  const fault = faultOf(event.detail);
  if (fault) throw new Error(`there is ${fault} in an event: ${event.type}`);
  append.call(this, event);
};
