/** Where the lines go: stderr, or a file of `-o` with the messages still on stderr. */

import { open } from 'node:fs/promises';
import { FdWriter, OutputError } from './fd-writer.js';
import type { PrinterSink } from './strace-printer.js';
import { UsageError } from './usage-error.js';

export class TraceOutput implements PrinterSink, AsyncDisposable {
  readonly #log: FdWriter;
  readonly #stdout = new FdWriter(1);
  readonly #stderr: FdWriter;
  readonly #close: () => Promise<void>;

  private constructor(log: FdWriter, stderr: FdWriter, close: () => Promise<void>) {
    this.#log = log;
    this.#stderr = stderr;
    this.#close = close;
  }

  /** Opens `path`, which is emptied; stderr where there is none. Throws an OutputError. */
  static async open(path: string | undefined): Promise<TraceOutput> {
    const stderr = new FdWriter(2);
    if (path === undefined) {
      return new TraceOutput(stderr, stderr, async () => {});
    }
    if (/^[|!]/.test(path)) {
      throw new UsageError(`-o wants the name of a file: '${path}'`);
    }
    const file = await open(path, 'w').catch((error: unknown) => {
      throw new OutputError(`open '${path}'`, error);
    });
    return new TraceOutput(new FdWriter(file.fd), stderr, () => file.close());
  }

  log(text: string): void {
    this.#log.add(text);
  }

  notice(text: string): void {
    this.#stderr.add(`ptracectl: ${text}\n`);
  }

  /** Bytes that the command wrote to its fd 1 or 2. */
  output(fd: number, bytes: Uint8Array): void {
    (fd === 1 ? this.#stdout : this.#stderr).addBytes(bytes);
  }

  /** Fulfils when everything so far is written. Rejects with an OutputError. */
  async flush(): Promise<void> {
    await Promise.all([this.#log.flush(), this.#stdout.flush(), this.#stderr.flush()]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#close();
  }
}
