/** Where the lines go: stderr, stdout for JSON, or a file of `-o`; messages always go to stderr. */

import { open } from 'node:fs/promises';
import { FdWriter, OutputError } from './fd-writer.js';
import type { PrinterSink } from './strace-printer.js';
import { UsageError } from './usage-error.js';

export class TraceOutput implements PrinterSink, AsyncDisposable {
  readonly #log: FdWriter;
  readonly #stdout: FdWriter;
  readonly #stderr: FdWriter;
  readonly #close: () => Promise<void>;

  private constructor(
    log: FdWriter,
    standard: { stdout: FdWriter; stderr: FdWriter },
    close: () => Promise<void>,
  ) {
    this.#log = log;
    this.#stdout = standard.stdout;
    this.#stderr = standard.stderr;
    this.#close = close;
  }

  /** Opens `path`, which is emptied; descriptor `fd` where there is none. Throws an OutputError. */
  static async open(path: string | undefined, fd: 1 | 2 = 2): Promise<TraceOutput> {
    const standard = { stdout: new FdWriter(1), stderr: new FdWriter(2) };
    if (path === undefined) {
      const log = fd === 1 ? standard.stdout : standard.stderr;
      return new TraceOutput(log, standard, async () => {});
    }
    if (/^[|!]/.test(path)) {
      throw new UsageError(`-o wants the name of a file: '${path}'`);
    }
    const file = await open(path, 'w').catch((error: unknown) => {
      throw new OutputError(`open '${path}'`, error);
    });
    return new TraceOutput(new FdWriter(file.fd), standard, () => file.close());
  }

  /** Descriptor of the lines. */
  get fd(): number {
    return this.#log.fd;
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
