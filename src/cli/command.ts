/** What a subcommand is. */

import { writeSync } from 'node:fs';
import type { ExitStatus } from './exit-status.js';

export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** Text of --help. */
  readonly help: string;
  /**
   * Does it. `server` is the --server that stood before the command. Throws a UsageError for
   * arguments that make no sense.
   */
  run(args: string[], server: string | undefined): Promise<ExitStatus>;
}

/** Prints what was asked for. */
export function printHelp(text: string): ExitStatus {
  writeSync(1, `${text}\n`);
  return { code: 0 };
}

/** Help for the options that `trace` and `attach` share. */
export const COMMON_HELP = `\
  -o, --output=FILE        write the lines into FILE instead of stderr
  -e, --trace=SET          calls to trace: names, %classes, /regexes, after "!" all others;
                           -e trace=SET and -e SET are the same
  -s, --string-limit=N     bytes of a string that are shown (default 32)
  -v, --no-abbrev          show every field of structures
  -f, --follow-forks       follow new threads and processes (this is the default)
      --no-follow          do not
  -q, --quiet              no messages about attaching and detaching; twice: nor about exits
  -a, --columns=N          column of the result (default 40)
      --overflow=POLICY    when the lines are not taken fast enough: "block" holds the tracees,
                           "drop-oldest" drops records and says how many
      --server=ADDR        use the ptraced at unix:PATH or HOST:PORT (default: $PTRACED_SERVER;
                           where neither is given, an own one)
  -h, --help               print this text`;
