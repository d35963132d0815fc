/** `ptracectl trace`: starts a command and prints what it does. */

import { OrphanAction, StdioMode } from '../client/index.js';
import { captureOptions } from './capture-options.js';
import { COMMON_HELP, type Command, LAUNCH_HELP, printHelp } from './command.js';
import { lastingServerOf, serverOf } from './connection.js';
import { checkSessionOptions, startDetached } from './detached.js';
import { statusWith } from './exit-status.js';
import { launchSurroundings } from './launch-inheritance.js';
import { LaunchRun } from './launch-run.js';
import { describePlace, embeddedLaunch, remoteLaunch } from './launch-target.js';
import { COMMON_OPTIONS, LAUNCH_OPTIONS, parseOptions } from './options.js';
import { openSink } from './print-output.js';
import { tamperingOf } from './rule-options.js';
import { writeErrorPolicy } from './trace-output.js';
import { UsageError } from './usage-error.js';

const help = `Usage: ptracectl trace [OPTION]... [--] COMMAND [ARGUMENT]...

Starts the command, follows whatever it starts, and prints each system call as strace does. Its
input, output and exit status are passed through.

${LAUNCH_HELP}
${COMMON_HELP}

Exit status: that of the command, or the signal that killed it. 1: it could not be traced,
or lines could not be written. 2: the command line is wrong.`;

export const traceCommand: Command = {
  name: 'trace',
  summary: 'start a command and print its system calls',
  help,
  async run(args, server) {
    const { values, operands } = parseOptions(args, { ...COMMON_OPTIONS, ...LAUNCH_OPTIONS });
    if (values.help) {
      return printHelp(help);
    }
    if (operands.length === 0) {
      throw new UsageError('must have COMMAND [ARGUMENT]...');
    }
    const address = (values.detach ? lastingServerOf : serverOf)(values, server);
    checkSessionOptions(values, address);
    const launch = (address === undefined ? embeddedLaunch : remoteLaunch)(operands, values);
    // A session that is left to itself has nobody who would pass anything on.
    const stdin = values.detach ? { stdin: StdioMode.NULL } : {};
    const target = {
      case: 'launch' as const,
      value: { ...launch, ...stdin, startPaused: values.paused },
    };
    const capture = captureOptions(values, address);
    const tampering = tamperingOf(values, address);
    const { rules } = tampering;
    const policy = writeErrorPolicy(values['on-write-error']);
    if (values.detach && address !== undefined) {
      const start = () => startDetached(address, [target], { capture, rules }, values.label);
      return await tampering.blame(start);
    }
    await using opened = await openSink({ ...values, json: false }, 'launch', policy);
    const run = new LaunchRun(operands[0] ?? '', opened.sink, opened.sharedFd);
    const isTold = address !== undefined && values.quiet.length === 0;
    const place = isTold ? describePlace(address, values) : undefined;
    const request = { target, capture, rules, onDisconnect: OrphanAction.KILL };
    const follow = () => run.follow(address, request, launchSurroundings(), place);
    return statusWith(opened.sink, await tampering.blame(follow));
  },
};
