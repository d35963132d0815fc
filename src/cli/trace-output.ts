/** Where the lines go: stderr, stdout for JSON, or a file of `-o`; messages always go to stderr. */

import { fstatSync, type Stats } from 'node:fs';
import { FdWriter, openOutput } from './fd-writer.js';
import type { PrinterSink } from './strace-printer.js';
import { UsageError } from './usage-error.js';

export class TraceOutput implements PrinterSink, AsyncDisposable {
  /** Descriptor of the lines where a command that inherits our streams may write to the same file. */
  readonly sharedFd: number | undefined;
  readonly #log: FdWriter;
  readonly #stdout: FdWriter;
  readonly #stderr: FdWriter;
  readonly #close: () => Promise<void>;

  private constructor(
    logFd: number,
    standard: { stdout: FdWriter; stderr: FdWriter },
    close: () => Promise<void>,
  ) {
    this.sharedFd = mayBeShared(logFd) ? logFd : undefined;
    this.#log = { 1: standard.stdout, 2: standard.stderr }[logFd] ?? new FdWriter(logFd);
    this.#stdout = standard.stdout;
    this.#stderr = standard.stderr;
    this.#close = close;
  }

  /** Opens `path`, which is emptied; descriptor `fd` where there is none. Throws an OutputError. */
  static async open(path: string | undefined, fd: 1 | 2 = 2): Promise<TraceOutput> {
    const standard = { stdout: new FdWriter(1), stderr: new FdWriter(2) };
    if (path === undefined) {
      return new TraceOutput(fd, standard, async () => {});
    }
    if (/^[|!]/.test(path)) {
      throw new UsageError(`-o wants the name of a file: '${path}'`);
    }
    const { fd: logFd, close } = await openOutput(path);
    return new TraceOutput(logFd, standard, close);
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

/** A standard stream, or what such a stream may lead to as well: a terminal, a FIFO, the same file. */
function mayBeShared(fd: number): boolean {
  const file = status(fd);
  if (file === undefined || fd <= 2 || !file.isFile()) {
    return file !== undefined;
  }
  return [1, 2].some((stream) => {
    const other = status(stream);
    return other?.ino === file.ino && other.dev === file.dev;
  });
}

/** Undefined where the descriptor is closed. */
function status(fd: number): Stats | undefined {
  try {
    return fstatSync(fd);
  } catch {
    return undefined;
  }
}
