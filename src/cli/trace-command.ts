/** `ptracectl trace`: starts a command and prints what it does. */

import { OrphanAction } from '../client/index.js';
import { captureOptions } from './capture-options.js';
import { COMMON_HELP, type Command, LAUNCH_HELP, printHelp } from './command.js';
import { serverOf } from './connection.js';
import { checkSessionOptions, startDetached } from './detached.js';
import { StraceSink } from './frame-sink.js';
import { launchSurroundings } from './launch-inheritance.js';
import { LaunchRun } from './launch-run.js';
import { embeddedLaunch, remoteLaunch } from './launch-target.js';
import { COMMON_OPTIONS, LAUNCH_OPTIONS, parseOptions } from './options.js';
import { StracePrinter } from './strace-printer.js';
import { TraceOutput } from './trace-output.js';
import { printerOptions } from './trace-run.js';
import { UsageError } from './usage-error.js';

const help = `Usage: ptracectl trace [OPTION]... [--] COMMAND [ARGUMENT]...

Starts the command, follows whatever it starts, and prints each system call as strace does. Its
input, output and exit status are passed through.

${LAUNCH_HELP}
${COMMON_HELP}

Exit status: that of the command, or the signal that killed it. 1: it could not be traced.
2: the command line is wrong.`;

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
    const address = serverOf(values.server ?? server);
    checkSessionOptions(values, address);
    const launch = (address === undefined ? embeddedLaunch : remoteLaunch)(operands, values);
    const target = {
      case: 'launch' as const,
      value: { ...launch, startPaused: values.paused },
    };
    const capture = captureOptions(values, address);
    if (values.detach && address !== undefined) {
      return await startDetached(address, [target], capture, values.label);
    }
    const options = printerOptions(values, 'launch');

    await using output = await TraceOutput.open(values.output);
    const sink = new StraceSink(new StracePrinter(output, options), output);
    const run = new LaunchRun(operands[0] ?? '', sink, output.sharedFd);
    const request = { target, capture, onDisconnect: OrphanAction.KILL };
    return await run.follow(address, request, launchSurroundings());
  },
};
