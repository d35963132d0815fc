/** How long a call waits for its connection. */

import { type Client, connectivityState } from '@grpc/grpc-js';
import { PtracedError } from './errors.js';

/**
 * Gives a call up whose connection is not there in time. grpc-js has no such bound: a peer that takes the
 * connection and says nothing, or packets that nobody answers, would hold the call for ever.
 */
export class ConnectDeadline implements Disposable {
  readonly #timer: NodeJS.Timeout | undefined;
  #error: PtracedError | undefined;

  /** `giveUp` is called at most once, and not after the disposal. */
  constructor(channel: Client, timeoutMs: number, giveUp: () => void) {
    const isReady = () =>
      channel.getChannel().getConnectivityState(false) === connectivityState.READY;
    if (isReady()) {
      return;
    }
    this.#timer = setTimeout(() => {
      if (!isReady()) {
        this.#error = new PtracedError('UNAVAILABLE', `no answer within ${timeoutMs / 1000} s`);
        giveUp();
      }
    }, timeoutMs);
  }

  /** What the call fails with; undefined where it was not given up. */
  get error(): PtracedError | undefined {
    return this.#error;
  }

  [Symbol.dispose](): void {
    clearTimeout(this.#timer);
  }
}
