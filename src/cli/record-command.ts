/** `ptracectl record`: keeps what a trace brings, to print it later. */

import { OrphanAction } from '../client/index.js';
import { attachTo, MAX_PID } from './attach-run.js';
import { captureOptions, subscriptionOf } from './capture-options.js';
import { CAPTURE_HELP, type Command, LAUNCH_HELP, printHelp, WRITE_HELP } from './command.js';
import { lastingServerOf, serverOf } from './connection.js';
import { type ExitStatus, statusWith } from './exit-status.js';
import { followSession } from './follow-session.js';
import { launchSurroundings } from './launch-inheritance.js';
import { LaunchRun } from './launch-run.js';
import { describePlace, embeddedLaunch, remoteLaunch } from './launch-target.js';
import {
  CAPTURE_OPTIONS,
  LAUNCH_OPTIONS,
  type OptionSpecs,
  type ParsedArguments,
  parseNumber,
  parseOptions,
  WRITE_OPTIONS,
} from './options.js';
import { RecordingSink } from './recording-sink.js';
import { TAMPERING_ELSEWHERE, tamperingOf } from './rule-options.js';
import { writeErrorPolicy } from './trace-output.js';
import { UsageError } from './usage-error.js';

const help = `Usage: ptracectl record [OPTION]... FILE [--] COMMAND [ARGUMENT]...
       ptracectl record [OPTION]... FILE --pid=PID
       ptracectl record [OPTION]... FILE --session=SESSION

Records what a command, a process or the processes of a session do into FILE, for 'ptracectl replay
FILE'. The options come before the command, whose input, output and exit status are passed through.
Ctrl-C lets a process or a session go on without us. A new FILE has mode 0600.

  -q, --quiet              do not say where a command runs
  -p, --pid=PID            attach to this process
      --session=SESSION    subscribe to this session of a --server, from its oldest record on
${LAUNCH_HELP}
${WRITE_HELP}
${CAPTURE_HELP}

Exit status: as that of 'trace', 'attach' and 'subscribe'. 1: it could not be recorded to its end.
2: the command line is wrong.`;

const OPTIONS = {
  ...CAPTURE_OPTIONS,
  ...LAUNCH_OPTIONS,
  ...WRITE_OPTIONS,
  pid: { type: 'string', short: 'p' },
  quiet: { type: 'boolean', short: 'q', multiple: true, default: [] },
  session: { type: 'string' },
} as const satisfies OptionSpecs;

type Values = ParsedArguments<typeof OPTIONS>['values'];

export const recordCommand: Command = {
  name: 'record',
  summary: 'keep what a command, a process or a session does, for replay',
  help,
  async run(args, server) {
    const { file, values, command } = parse(args);
    if (values.help) {
      return printHelp(help);
    }
    if (file === '') {
      throw new UsageError('must have FILE');
    }
    const targets = [values.pid, values.session, command[0]].filter(
      (target) => target !== undefined,
    );
    if (targets.length !== 1) {
      throw new UsageError('must have one of COMMAND, --pid and --session');
    }
    return await startRecording(file, values, command, addressFor(values, server));
  },
};

/** A session is one of a server that goes on. */
function addressFor(values: Values, server: string | undefined): string | undefined {
  return values.session === undefined ? serverOf(values, server) : lastingServerOf(values, server);
}

/** The options may stand before or after FILE, but before the command. */
function parse(args: string[]): { file: string; values: Values; command: string[] } {
  const first = parseOptions(args, OPTIONS);
  const [file = '', ...rest] = first.operands;
  const before = args.slice(0, args.length - first.operands.length).filter((arg) => arg !== '--');
  const { values, operands } = parseOptions([...before, ...rest], OPTIONS);
  return { file, values, command: operands };
}

async function startRecording(
  file: string,
  values: Values,
  command: string[],
  address: string | undefined,
): Promise<ExitStatus> {
  // For -P, -e trace-fds and -s of replay.
  const capture = { ...captureOptions(values, address), files: true, textSpans: true };
  const tampering = tamperingOf(values, address);
  const { rules } = tampering;
  if (values.session !== undefined && rules.inject.length > 0) {
    throw new UsageError(TAMPERING_ELSEWHERE);
  }
  const pid = values.pid === undefined ? 0 : parseNumber(values.pid, '-p', 1, MAX_PID);
  const launch = address === undefined ? embeddedLaunch : remoteLaunch;
  const target = command.length > 0 ? launch(command, values) : undefined;

  await using sink = await RecordingSink.open(file, writeErrorPolicy(values['on-write-error']));
  return statusWith(sink, await follow());

  async function follow() {
    if (target !== undefined) {
      const run = new LaunchRun(command[0] ?? '', sink);
      const isTold = address !== undefined && values.quiet.length === 0;
      const request = {
        target: { case: 'launch' as const, value: target },
        capture,
        rules,
        onDisconnect: OrphanAction.KILL,
      };
      const place = isTold ? describePlace(address, values) : undefined;
      return await tampering.blame(() => run.follow(address, request, launchSurroundings(), place));
    }
    if (values.session !== undefined && address !== undefined) {
      return await followSession(
        address,
        values.session,
        { filter: subscriptionOf(values, address) },
        sink,
      );
    }
    const options = { capture, rules, singleThread: values['no-follow'], startPaused: false };
    return await tampering.blame(() => attachTo([pid], options, address, sink));
  }
}
