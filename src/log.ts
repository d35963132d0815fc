/** What the parts of a server need of a log. pino's Logger is one. */

interface Write {
  (fields: object, message?: string): void;
  (message: string): void;
}

export interface Log {
  readonly debug: Write;
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
  /** A log whose lines carry these fields too. */
  child(fields: Record<string, unknown>): Log;
}

const nothing = (): void => {};

/** Keeps nothing. */
export const silentLog: Log = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  child: () => silentLog,
};
