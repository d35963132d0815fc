/** The command line is wrong: told in one line, exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}
