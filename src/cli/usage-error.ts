/** The command line is wrong: told in one line, exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  /** The subcommand whose --help tells more; empty for none. */
  readonly command: string;

  constructor(message: string, command = '') {
    super(message);
    this.command = command;
  }
}
