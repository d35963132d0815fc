/** Writes to a descriptor that is shared with other processes. */

import { close, open, write } from 'node:fs';
import { setTimeout } from 'node:timers/promises';
import { getSystemErrorMap, promisify } from 'node:util';
import { displayText, toBytes } from '../bytes.js';

const openFile = promisify(open);
const closeFile = promisify(close);
const writeSome = promisify(write);

/** Lines or output could not be written. */
export class OutputError extends Error {
  override readonly name = 'OutputError';
  /** Such as "EPIPE". */
  readonly code: string;

  /** `doing` is what failed; `cause` is the errno error. */
  constructor(doing: string, cause: unknown) {
    const { code = '', errno = 0, message } = cause as NodeJS.ErrnoException;
    super(`cannot ${doing}: ${getSystemErrorMap().get(errno)?.[1] ?? message}`, { cause });
    this.code = code;
  }
}

/** Opens `path`, which is emptied, to be written to. Throws an OutputError. */
export async function openOutput(path: string): Promise<{ fd: number; close(): Promise<void> }> {
  try {
    const fd = await openFile(toBytes(path), 'w');
    return { fd, close: () => closeFile(fd) };
  } catch (error) {
    throw new OutputError(`open '${path}'`, error);
  }
}

/** While the descriptor is non-blocking, since somebody else made it so, and full. */
const RETRY_MS = 10;

/**
 * Collects text and bytes and writes them in order. It does not use Node's streams for stdout and
 * stderr: those make a pipe non-blocking for everybody who shares it, such as the traced command.
 *
 * One flush follows the other; each fulfils when all that was added before it is written, and
 * rejects with an OutputError.
 */
export class FdWriter {
  readonly fd: number;
  #text = '';
  #chunks: Uint8Array[] = [];
  #tail: Promise<void> = Promise.resolve();

  constructor(fd: number) {
    this.fd = fd;
  }

  /** Adds text; arguments in it, strings of `fromBytes`, are shown by `displayText`. */
  add(text: string): void {
    this.#text += text;
  }

  /** Adds bytes. */
  addBytes(bytes: Uint8Array): void {
    this.#closeText();
    this.#chunks.push(bytes);
  }

  flush(): Promise<void> {
    this.#closeText();
    if (this.#chunks.length > 0) {
      const chunks = this.#chunks;
      this.#chunks = [];
      this.#tail = this.#tail.then(() => this.#write(Buffer.concat(chunks)));
    }
    return this.#tail;
  }

  #closeText(): void {
    if (this.#text !== '') {
      this.#chunks.push(Buffer.from(displayText(this.#text)));
      this.#text = '';
    }
  }

  async #write(bytes: Uint8Array): Promise<void> {
    for (let done = 0; done < bytes.length; ) {
      try {
        done += (await writeSome(this.fd, bytes, done, bytes.length - done)).bytesWritten;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') {
          throw new OutputError('write', error);
        }
        await setTimeout(RETRY_MS);
      }
    }
  }
}
