/** The command line is wrong: told in one line, exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  /** The subcommand whose --help tells more; empty for none. */
  readonly command: string;

  /** `cause`: what the server said, where it found the mistake. */
  constructor(message: string, command = '', cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.command = command;
  }
}
