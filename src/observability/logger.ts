/** The log: JSON lines on stderr, in the order in which things happened. */
import { Writable } from 'node:stream';
import { destination, type Logger, pino } from 'pino';
import type { LogLevel } from '../config.js';

const stderr = 2;

/** Where lines go. */
export interface LineSink {
  write(lines: string): void;
}

/** Without a sink, writes are synchronous: to stderr, whose reader the caller then waits for. */
export function createLogger(
  level: LogLevel,
  sink: LineSink = destination({ dest: stderr, sync: true }),
): Logger {
  return pino({ name: 'ptraced', level, timestamp: pino.stdTimeFunctions.isoTime }, sink);
}

/** Has what libraries and Node write to `process.stderr` go where the log goes. */
export function redirectStderr(sink: LineSink): void {
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      sink.write(chunk.toString());
      done();
    },
  });
  Object.defineProperty(process, 'stderr', { configurable: true, value: stream });
}
