/**
 * Replaces Node's streams for stdout and stderr. It must have run before the rest of a program is
 * linked: from Node 24 on, loading node:util looks at `process.stderr`.
 *
 * Node makes a pipe non-blocking as soon as anything looks at `process.stderr`, and its own modules
 * do, node:net at each closed socket. The flag belongs to the open file, so that the traced command,
 * which shares it with us, would get EAGAIN where it would have waited (fcntl(2), O_NONBLOCK).
 */

import { writeSync } from 'node:fs';
import { Writable } from 'node:stream';

/** A stream that writes at once and leaves the descriptor as it is. */
function plainStream(fd: number): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      try {
        writeSync(fd, chunk);
        done();
      } catch (error) {
        done(error as Error);
      }
    },
  }).on('error', () => {
    // Only warnings of libraries come this way, and nobody reads them any more.
  });
}

for (const [name, fd] of [
  ['stdout', 1],
  ['stderr', 2],
] as const) {
  Object.defineProperty(process, name, { configurable: true, value: plainStream(fd) });
}
