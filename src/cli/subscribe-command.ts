/** `ptracectl subscribe`: prints the records of a session. */

import { subscriptionOf } from './capture-options.js';
import { type Command, FILTER_HELP, PRINT_HELP, printHelp, WRITE_HELP } from './command.js';
import { lastingServerOf } from './connection.js';
import { statusWith } from './exit-status.js';
import { followSession, type SubscribeRequest } from './follow-session.js';
import {
  FILTER_OPTIONS,
  type OptionSpecs,
  PRINT_OPTIONS,
  parseAnywhere,
  parseNumber,
  parseUint64,
  WRITE_OPTIONS,
} from './options.js';
import { openSink } from './print-output.js';
import { refuseTampering } from './rule-options.js';
import { writeErrorPolicy } from './trace-output.js';
import { UsageError } from './usage-error.js';

const help = `Usage: ptracectl subscribe [OPTION]... SESSION

Prints the records of a session as strace does: those that are still in its ring, then what comes,
until the session ends. Ctrl-C leaves; the session goes on. A connection that breaks is made again,
and no record is missed or printed twice.

      --after=SERIAL       begin after this record
      --latest             begin with the next new record
  -p, --pid=ID             only records of this process or thread (repeatable)
      --lossless           where the session blocks on overflow, tracees wait for us
${FILTER_HELP}
${WRITE_HELP}
${PRINT_HELP}

Exit status: 0 when the session has ended; the signal that ended us. 1: the session could not be
followed to its end, or lines could not be written. 2: the command line is wrong.`;

const OPTIONS = {
  ...PRINT_OPTIONS,
  ...FILTER_OPTIONS,
  ...WRITE_OPTIONS,
  after: { type: 'string' },
  latest: { type: 'boolean', default: false },
  lossless: { type: 'boolean', default: false },
  pid: { type: 'string', short: 'p', multiple: true, default: [] },
} as const satisfies OptionSpecs;

const MAX_PID = 4_194_304;

export const subscribeCommand: Command = {
  name: 'subscribe',
  summary: "print a session's system calls",
  help,
  async run(args, server) {
    const { values, operands } = parseAnywhere(args, OPTIONS);
    if (values.help) {
      return printHelp(help);
    }
    const [session, ...rest] = operands;
    if (session === undefined || rest.length > 0) {
      throw new UsageError(session === undefined ? 'must have SESSION' : 'must have one SESSION');
    }
    if (values.after !== undefined && values.latest) {
      throw new UsageError('--after and --latest exclude each other');
    }
    refuseTampering(values);
    const address = lastingServerOf(values, server);
    const pids = values.pid.map((pid) => parseNumber(pid, '-p', 1, MAX_PID));
    const request: SubscribeRequest = {
      start: startOf(values.after, values.latest),
      filter: { ...subscriptionOf(values, address), pids },
      lossless: values.lossless,
    };
    const policy = writeErrorPolicy(values['on-write-error']);
    await using opened = await openSink(values, 'session', policy);
    const { sink } = opened;
    return statusWith(sink, await followSession(address, session, request, sink));
  },
};

function startOf(
  after: string | undefined,
  latest: boolean,
): NonNullable<SubscribeRequest['start']> {
  if (after !== undefined) {
    return { case: 'afterSerial', value: parseUint64(after, '--after') };
  }
  return latest ? { case: 'latest', value: true } : { case: undefined };
}
