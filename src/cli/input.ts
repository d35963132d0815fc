/** Our standard input, a piece at a time: no more is taken of it than has been asked for. */

import { closeSync, constants, fstatSync, openSync, read } from 'node:fs';
import { Socket, type SocketConstructorOpts } from 'node:net';
import { setTimeout } from 'node:timers/promises';
import { isatty, ReadStream } from 'node:tty';
import { promisify } from 'node:util';
import { inForeground } from './signals.js';

const readSome = promisify(read);

/** Bytes of a piece at most. */
export const PIECE_BYTES = 16 * 1024;
/** While we are in the background of our terminal. */
const FOREGROUND_POLL_MS = 500;

export interface Input {
  /** The next bytes; undefined at the end. Rejects with an errno error. */
  next(): Promise<Uint8Array | undefined>;
  /** Takes no more; a `next` that waits gives undefined. */
  close(): void;
}

/** Opens descriptor 0. */
export function openInput(): Input {
  if (isatty(0)) {
    return new TerminalInput();
  }
  const stat = fstatSync(0);
  return stat.isFIFO() || stat.isSocket() ? new PipeInput() : new FileInput();
}

/** A file, or a device: a read of it takes no time that anybody waits for. */
class FileInput implements Input {
  #closed = false;

  async next(): Promise<Uint8Array | undefined> {
    if (this.#closed) {
      return undefined;
    }
    const { bytesRead, buffer } = await readSome(
      0,
      Buffer.alloc(PIECE_BYTES),
      0,
      PIECE_BYTES,
      null,
    );
    return bytesRead === 0 || this.#closed ? undefined : buffer.subarray(0, bytesRead);
  }

  close(): void {
    this.#closed = true;
  }
}

interface Waiting {
  resolve(piece: Uint8Array | undefined): void;
  reject(error: Error): void;
}

/** What may have nothing to read for now. A blocking read would keep the process from ending. */
abstract class StreamInput implements Input {
  #socket: Socket | undefined;
  #waiting: Waiting | undefined;
  #ended = false;
  #error: Error | undefined;

  async next(): Promise<Uint8Array | undefined> {
    await this.ready();
    if (this.#error !== undefined) {
      throw this.#error;
    }
    if (this.#ended) {
      return undefined;
    }
    return await new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#socket ??= this.#open();
      this.#socket.resume();
    });
  }

  close(): void {
    this.#ended = true;
    this.#socket?.destroy();
    this.#take()?.resolve(undefined);
  }

  protected get isClosed(): boolean {
    return this.#ended;
  }

  /** Fulfils when it may be read from. */
  protected async ready(): Promise<void> {}

  /** A stream of it that has not begun to read. */
  protected abstract stream(options: SocketConstructorOpts): Socket;

  #open(): Socket {
    const onread = {
      buffer: Buffer.alloc(PIECE_BYTES),
      callback: (size: number, buffer: Uint8Array): boolean => {
        this.#take()?.resolve(Buffer.from(buffer.subarray(0, size)));
        return false; // read no further: until the next resume
      },
    };
    const socket = this.stream({
      readable: true,
      writable: false,
      manualStart: true,
      onread,
    } as SocketConstructorOpts);
    socket.on('end', () => this.close());
    socket.on('error', (error) => {
      this.#error = error;
      this.#take()?.reject(error);
    });
    return socket;
  }

  #take(): Waiting | undefined {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    return waiting;
  }
}

class PipeInput extends StreamInput {
  protected stream(options: SocketConstructorOpts): Socket {
    return new Socket({ ...options, fd: reopened() });
  }
}

/**
 * A description of the pipe that is our own, since Node makes it non-blocking: others may share the one
 * that we have. Sockets, and pipes of other users, cannot be opened again.
 */
function reopened(): number {
  try {
    return openSync('/proc/self/fd/0', constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    return 0;
  }
}

class TerminalInput extends StreamInput {
  protected stream(options: SocketConstructorOpts): Socket {
    return new ReadStream(0, options);
  }

  /** A read in the background would stop us by SIGTTIN. */
  protected override async ready(): Promise<void> {
    while (!this.isClosed && !inForeground()) {
      await setTimeout(FOREGROUND_POLL_MS, undefined, { ref: false });
    }
  }
}

/** Nobody reads our input any more: whoever writes to it may learn so. */
export function giveUpInput(): void {
  closeSync(0);
  openSync('/dev/null', 'r'); // takes its place
}
