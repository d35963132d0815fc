/** A server that only this process can call, for as long as it is used. */

import type { Transport } from '../client/transport.js';
import { createHostConfig, type HostOptions } from '../config.js';
import { silentLog } from '../log.js';
import type { NativeAddon } from '../native/addon.js';
import { loadAddon } from '../native/load.js';
import { ServiceHost } from '../service-host.js';
import { atMost } from '../time.js';
import { InProcessTransport } from './in-process-transport.js';

/** How long handlers of cancelled calls may take to end, before the sessions are ended. */
const HANDLERS_END_MS = 3000;
/** Any time that a timer can have. */
const LONG_MS = 2 ** 31 - 1;

export class EmbeddedServer implements AsyncDisposable {
  readonly #host: ServiceHost;
  readonly #transport = new InProcessTransport(silentLog);
  /** A promise keeps no process running, and a call is nothing more here. */
  readonly #alive = setInterval(() => {}, LONG_MS);

  /** Throws an Error where the addon cannot be loaded. `addon` is for tests. */
  constructor(options: HostOptions = {}, addon: NativeAddon = loadAddon()) {
    const config = createHostConfig({
      ...options,
      limits: { maxRequestBytes: 0 },
      launchPolicy: 'own',
    });
    this.#host = new ServiceHost(config, addon, silentLog);
    this.#host.eachService((service, handlers) => this.#transport.serve(service, handlers));
  }

  /** The way to its services. */
  get transport(): Transport {
    return this.#transport;
  }

  /** Ends every session; attached processes run on. Settles within 8 s. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#transport.close();
    await atMost(HANDLERS_END_MS, this.#transport.idle());
    await this.#host.close();
    clearInterval(this.#alive);
  }
}
