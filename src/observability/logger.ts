/** The log: JSON lines on stderr, in the order in which things happened. */
import { destination, type Logger, pino } from 'pino';
import type { LogLevel } from '../config.js';

const stderr = 2;

/** Writes are synchronous, so that the last line before an exit is not lost. */
export function createLogger(level: LogLevel): Logger {
  return pino(
    { name: 'ptraced', level, timestamp: pino.stdTimeFunctions.isoTime },
    destination({ dest: stderr, sync: true }),
  );
}
