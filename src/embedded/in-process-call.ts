/** A call of a server stream within one process. */

import { PtracedError } from '../client/errors.js';
import type { ByteCall } from '../client/transport.js';
import type { LocalContext } from './call-context.js';
import { toPtracedError } from './local-errors.js';

/**
 * The handler runs up to its first message at once, as over a network. Each further message is taken from
 * it when the consumer asks: that is how a consumer that pauses reaches the tracees under BLOCK.
 */
export class InProcessCall implements ByteCall {
  readonly closed: Promise<void>;
  /** Fulfils when the handler has ended; never rejects. */
  readonly ended: Promise<void>;
  readonly #messages: AsyncIterator<Buffer, unknown>;
  readonly #context: LocalContext;
  #next: Promise<IteratorResult<Buffer, unknown>>;
  #close!: () => void;
  #end!: () => void;
  #isClosed = false;

  constructor(messages: AsyncIterable<Buffer>, context: LocalContext) {
    this.#messages = messages[Symbol.asyncIterator]();
    this.#context = context;
    this.closed = new Promise((resolve) => {
      this.#close = resolve;
    });
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    context.signal.addEventListener('abort', () => this.#finish(), { once: true });
    this.#next = this.#pull();
    if (context.signal.aborted) {
      this.#finish();
    }
  }

  cancel(): void {
    if (!this.#isClosed) {
      this.#context.cancel(new PtracedError('CANCELLED', 'cancelled by its caller'));
    }
  }

  async *messages(): AsyncGenerator<Buffer, void, undefined> {
    try {
      for (;;) {
        const { done, value } = await this.#context.orCancelled(this.#next);
        if (done) {
          break;
        }
        yield value;
        this.#context.signal.throwIfAborted();
        this.#next = this.#pull();
      }
    } catch (error) {
      throw this.#context.signal.aborted
        ? this.#context.signal.reason
        : toPtracedError(error, this.#context.log);
    } finally {
      this.cancel();
    }
  }

  #pull(): Promise<IteratorResult<Buffer, unknown>> {
    const next = this.#messages.next();
    // It may fail before anybody iterates, or after everybody left.
    next.then(
      ({ done }) => done && this.#end(),
      () => this.#end(),
    );
    return next;
  }

  /** Ends the call here at once. The handler, which its signal has told, has its own end to make. */
  #finish(): void {
    if (this.#isClosed) {
      return;
    }
    this.#isClosed = true;
    this.#close();
    // Queued behind the message that is on its way: what the handler has open is then closed.
    Promise.resolve(this.#messages.return?.()).then(this.#end, this.#end);
  }
}
