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

const OUTPUT_HELP = `\
  -o, --output=FILE        write the lines into FILE instead of stderr`;

/** Help for WRITE_OPTIONS. */
export const WRITE_HELP = `\
      --on-write-error=POLICY
                           when something cannot be written, as on a full disk: "continue"
                           says so, and the tracees go on without (default; the exit status
                           is 1 then), "end" ends the trace`;

/** Help for FILTER_OPTIONS. */
export const FILTER_HELP = `\
  -e, --trace=SET          calls to trace: names, %classes, /regexes, after "!" all others;
                           -e trace=SET and -e SET are the same
      --trace-fds=N,...    only calls that use one of these descriptors
      --status=STATUS      successful, failed: as -z, -Z
  -P, --trace-path=PATH    only calls that use a file below PATH (repeatable)
  -z, --successful-only    of calls that have returned, only those that succeeded
  -Z, --failed-only        only those that failed`;

const TAMPERING_HELP = `\
      --inject=SET:ACTION[:ACTION]...
                           tamper with these of the traced calls; -e inject= is the same.
                           ACTION: error=ERRNO, retval=VALUE, signal=SIG, delay_enter=DELAY,
                           delay_exit=DELAY, poke_enter=@argN=HEX,..., poke_exit=@argN=HEX,...,
                           when=FIRST[..LAST][+[STEP]]. DELAY is a number with s, ms, us or ns
      --fault=SET[:error=ERRNO][:when=...]
                           let these calls fail, by default with ENOSYS`;

const DETAIL_HELP = `\
  -s, --string-limit=N     bytes of a string that are shown, 0 to 1048576 (default 32)
  -v, --no-abbrev          show every field of structures
  -f, --follow-forks       follow new threads and processes (this is the default)
      --no-follow          do not`;

const LOOK_HELP = `\
  -q, --quiet              no messages about attaching and detaching; twice: nor about exits
  -a, --columns=N          column of the result (default 40)`;

const COUNT_HELP = `\
  -c, --summary-only       count calls, errors and times instead of printing lines
  -C, --summary            print lines, then the counts
  -S, --summary-sort-by=COLUMN
                           order of the counts (default time)
  -U, --summary-columns=COLUMN,...
                           time-percent, total-time, min-time, max-time, avg-time, calls,
                           errors, name
  -w, --summary-wall-clock times are from entry to exit, not those in the kernel`;

const OVERFLOW_HELP = `\
      --overflow=POLICY    when the lines are not taken fast enough: "block" holds the tracees,
                           "drop-oldest" drops records and says how many`;

const BASE_HELP = `\
      --server=ADDR        use the ptraced at unix:PATH or HOST:PORT (default: $PTRACED_SERVER;
                           where neither is given, an own one); empty: an own one
      --local              as --server=
  -h, --help               print this text`;

/** Help for the options that `trace` and `attach` share. */
export const COMMON_HELP = `\
${OUTPUT_HELP}
${WRITE_HELP}
${FILTER_HELP}
${TAMPERING_HELP}
${DETAIL_HELP}
${LOOK_HELP}
${COUNT_HELP}
${OVERFLOW_HELP}
  -D, --detach             with --server: start a session, print its name, and leave it to itself
      --label=NAME=VALUE   with -D: a label of the session (repeatable)
      --paused             with --server: hold it at its start until 'ptracectl resume'
${BASE_HELP}`;

/** Help for CAPTURE_OPTIONS. */
export const CAPTURE_HELP = `\
${FILTER_HELP}
${TAMPERING_HELP}
${DETAIL_HELP}
${OVERFLOW_HELP}
${BASE_HELP}`;

/** Help for LAUNCH_OPTIONS. */
export const LAUNCH_HELP = `\
  -E, --env=NAME=VALUE     add to the environment; NAME alone: remove from it
      --inherit-env        with --server: begin with the server's environment
      --cwd=DIR            start in this directory
      --keep-capabilities  with --server: keep the server's capabilities, and what setuid programs
                           give; the server must have been started with --launch privileged
  -u, --user=USER          run as this user: NAME or UID, with the groups that the server's
                           machine gives it (nsswitch.conf(5)), or UID:GID`;

const JSON_HELP = `\
      --json               print protobuf's JSON, one message a line, on stdout`;

/** Help for PRINT_OPTIONS of a command that reads a file. */
export const REPLAY_HELP = `\
${OUTPUT_HELP}
${LOOK_HELP}
${COUNT_HELP}
${JSON_HELP}
  -h, --help               print this text`;

/** Help for PRINT_OPTIONS of a command that asks a server. */
export const PRINT_HELP = `\
${OUTPUT_HELP}
${LOOK_HELP}
${COUNT_HELP}
${JSON_HELP}
      --server=ADDR        use the ptraced at unix:PATH or HOST:PORT (default: $PTRACED_SERVER;
                           where neither is given, ptraced's default address)
  -h, --help               print this text`;
