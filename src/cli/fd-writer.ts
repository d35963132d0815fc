/** Writes to a descriptor that is shared with other processes. */

import { close, fstatSync, open, write } from 'node:fs';
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

/** As most programs make files. */
const MODE = 0o666;

/**
 * Opens `path`, which is emptied, to be written to. A file that is not there yet is made with what the
 * umask leaves of `mode`. Throws an OutputError.
 */
export async function openOutput(
  path: string,
  mode = MODE,
): Promise<{ fd: number; close(): Promise<void> }> {
  try {
    const fd = await openFile(toBytes(path), 'w', mode);
    return { fd, close: () => closeOutput(fd, path) };
  } catch (error) {
    throw new OutputError(`open '${path}'`, error);
  }
}

/** What NFS could not write it says here (close(2)). */
async function closeOutput(fd: number, path: string): Promise<void> {
  try {
    await closeFile(fd);
  } catch (error) {
    throw new OutputError(`write '${path}'`, error);
  }
}

export interface FdWriterOptions {
  /** What it does, in messages. Default: "write". */
  readonly doing?: string;
  /**
   * Takes the error after which everything is dropped. Where it is missing, or where nobody is there to read
   * any more, flushes reject with the error.
   */
  readonly onError?: ((error: OutputError) => void) | undefined;
}

/** Whether the reader of a pipe or socket, or the terminal, has gone. */
function isHangup(fd: number, code: string): boolean {
  return code === 'EPIPE' || (code === 'EIO' && fstatSync(fd).isCharacterDevice());
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
  readonly #options: FdWriterOptions;
  #text = '';
  #chunks: Uint8Array[] = [];
  #tail: Promise<void> = Promise.resolve();
  /** `onError` has been called. */
  #failed = false;

  constructor(fd: number, options: FdWriterOptions = {}) {
    this.fd = fd;
    this.#options = options;
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
    for (let done = 0; done < bytes.length && !this.#failed; ) {
      try {
        done += (await writeSome(this.fd, bytes, done, bytes.length - done)).bytesWritten;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EAGAIN') {
          await setTimeout(RETRY_MS);
        } else {
          this.#fail(new OutputError(this.#options.doing ?? 'write', error));
        }
      }
    }
  }

  #fail(error: OutputError): void {
    const { onError } = this.#options;
    if (onError === undefined || isHangup(this.fd, error.code)) {
      throw error;
    }
    this.#failed = true;
    onError(error);
  }
}
