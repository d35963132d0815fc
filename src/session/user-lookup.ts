/** Users of the server's machine by name, within bounds: a name service may hang. */
import { ServiceError } from '../errors.js';
import type { NativeAddon, NativeUser } from '../native/addon.js';
import { withServiceErrors } from './native-failure.js';

/** A call is answered by then. */
const patienceMs = 10_000;
/** At a time, those that nobody waits for any more among them: each has a thread. */
const maxLookups = 16;

export class UserLookup {
  readonly #addon: NativeAddon;
  #running = 0;

  constructor(addon: NativeAddon) {
    this.#addon = addon;
  }

  /**
   * The user called `name`, else the one whose id that is in decimal; null where there is none. Rejects with
   * USER_LOOKUP_FAILED, and with RATE_LIMIT where too many wait.
   */
  async find(name: string): Promise<NativeUser | null> {
    if (this.#running >= maxLookups) {
      throw new ServiceError('RATE_LIMIT', 'too many calls wait for the name service', {
        metadata: { limit: 'user_lookups', maximum: String(maxLookups) },
      });
    }
    this.#running += 1;
    const found = withServiceErrors(() => this.#addon.lookUpUser(name)).finally(() => {
      this.#running -= 1;
    });
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(tooLate(name)), patienceMs);
    });
    try {
      return await Promise.race([found, late]);
    } finally {
      clearTimeout(timer);
    }
  }
}

function tooLate(user: string): ServiceError {
  const message = `the name service of the server's machine has not answered within ${patienceMs / 1000} s`;
  return new ServiceError('USER_LOOKUP_FAILED', message, { metadata: { user } });
}
