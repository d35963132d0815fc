/** Where the lines go: stderr, stdout for JSON, or a file of `-o`; messages always go to stderr. */

import { fstatSync, type Stats } from 'node:fs';
import { FdWriter, type OutputError, openOutput } from './fd-writer.js';
import type { PrinterSink } from './strace-printer.js';
import { UsageError } from './usage-error.js';

/**
 * What becomes of a trace whose lines or output cannot be written, such as to a disk that is full: it goes on
 * without them, or ends. It always ends where nobody reads them any more.
 */
export type WriteErrorPolicy = 'continue' | 'end';

/** `text` of --on-write-error. Throws a UsageError. */
export function writeErrorPolicy(text: string): WriteErrorPolicy {
  if (text !== 'continue' && text !== 'end') {
    throw new UsageError(`invalid --on-write-error argument: '${text}' (continue or end)`);
  }
  return text;
}

/** Where lines go. */
interface LogFile {
  readonly fd: number;
  /** Undefined for a standard stream. */
  readonly path?: string;
  close(): Promise<void>;
}

export class TraceOutput implements PrinterSink, AsyncDisposable {
  /** Descriptor of the lines where a command that inherits our streams may write to the same file. */
  readonly sharedFd: number | undefined;
  readonly #log: FdWriter;
  readonly #stdout: FdWriter;
  readonly #stderr: FdWriter;
  readonly #file: LogFile;
  readonly #onError: ((error: OutputError) => void) | undefined;
  #incomplete = false;

  private constructor(file: LogFile, policy: WriteErrorPolicy) {
    const { fd, path } = file;
    this.sharedFd = mayBeShared(fd) ? fd : undefined;
    this.#onError = policy === 'continue' ? (error) => this.#goOn(error) : undefined;
    this.#stdout = this.writer(1, 'write to standard output');
    this.#stderr = this.writer(2, 'write to standard error');
    this.#log = { 1: this.#stdout, 2: this.#stderr }[fd] ?? this.writer(fd, `write '${path}'`);
    this.#file = file;
  }

  /** Opens `path`, which is emptied; descriptor `fd` where there is none. Throws an OutputError. */
  static async open(
    path: string | undefined,
    policy: WriteErrorPolicy,
    fd: 1 | 2 = 2,
  ): Promise<TraceOutput> {
    if (path === undefined) {
      return new TraceOutput({ fd, close: async () => {} }, policy);
    }
    if (/^[|!]/.test(path)) {
      throw new UsageError(`-o wants the name of a file: '${path}'`);
    }
    return new TraceOutput({ ...(await openOutput(path)), path }, policy);
  }

  /** What writes to another file of the same trace, under the same policy. */
  writer(fd: number, doing: string): FdWriter {
    return new FdWriter(fd, { doing, onError: this.#onError });
  }

  /** Something could not be written, and the trace went on. */
  get incomplete(): boolean {
    return this.#incomplete;
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
    // Once more behind the others, whose errors it has.
    const tellErrors = () => this.#stderr.flush();
    await Promise.all([
      this.#log.flush().then(tellErrors),
      this.#stdout.flush().then(tellErrors),
      this.#stderr.flush(),
    ]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file.close();
  }

  #goOn({ message }: OutputError): void {
    this.#incomplete = true;
    this.notice(`${message}: the trace goes on without it`);
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
