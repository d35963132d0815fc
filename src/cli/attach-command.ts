/** `ptracectl attach`: prints what running processes do, and leaves them running. */

import { readdirSync } from 'node:fs';
import { OrphanAction } from '../client/index.js';
import { captureOptions } from './capture-options.js';
import { COMMON_HELP, type Command, printHelp } from './command.js';
import { type Connection, describeFailure, openConnection, serverOf } from './connection.js';
import { type ExitStatus, FAILURE } from './exit-status.js';
import { OutputError } from './fd-writer.js';
import { COMMON_OPTIONS, parseNumber, parseOptions } from './options.js';
import { onEndSignal, signalNumber } from './signals.js';
import { StracePrinter } from './strace-printer.js';
import { TraceOutput } from './trace-output.js';
import {
  describeEnd,
  Interrupted,
  printerOptions,
  printStream,
  type TraceRequest,
} from './trace-run.js';
import { UsageError } from './usage-error.js';

/** The kernel's own limit (proc_sys_kernel(5), pid_max). */
const MAX_PID = 4_194_304;

const help = `Usage: ptracectl attach [OPTION]... PID...

Attaches to running processes with all their threads and prints each system call as strace does.
With --server, PID is the server's. Ctrl-C detaches; the processes run on.

${COMMON_HELP}

Exit status: 0 when the processes have ended, the signal that ended the trace. 1: a process could
not be traced to its end. 2: the command line is wrong.`;

export const attachCommand: Command = {
  name: 'attach',
  summary: "print a running process's system calls",
  help,
  async run(args, server) {
    const { values, operands } = parseOptions(args, COMMON_OPTIONS);
    if (values.help) {
      return printHelp(help);
    }
    if (operands.length === 0) {
      throw new UsageError('must have PID...');
    }
    const pids = new Set(operands.map((pid) => parseNumber(pid, 'PID', 1, MAX_PID)));
    const capture = captureOptions(values);
    const singleThread = values['no-follow'];
    const options = printerOptions(values, pids.size > 1 ? 'attach-several' : 'attach');

    await using output = await TraceOutput.open(values.output);
    const printer = new StracePrinter(output, options);
    const abort = new AbortController();
    using _ = onEndSignal(abort.signal, (signal) => abort.abort(new Interrupted(signal)));
    await using connection = await openConnection(serverOf(values.server ?? server));
    const runs = [...pids].map((pid) => {
      const request: TraceRequest = {
        target: { case: 'attach', value: { pid, singleThread } },
        capture,
        onDisconnect: OrphanAction.DETACH,
      };
      return printProcess(pid, request, connection, printer, output, abort.signal);
    });
    const statuses = await Promise.all(runs);
    if (abort.signal.reason instanceof Interrupted) {
      printer.detached();
      await output.flush();
      return { signal: signalNumber(abort.signal.reason.signal) };
    }
    printer.finish();
    await output.flush();
    return statuses.find((status) => status === FAILURE) ?? { code: 0 };
  },
};

/** Prints one process to its end, or to ours. */
async function printProcess(
  pid: number,
  request: TraceRequest,
  connection: Connection,
  printer: StracePrinter,
  output: TraceOutput,
  signal: AbortSignal,
): Promise<ExitStatus> {
  const stream = connection.client.trace(request, { signal });
  const notify = async (message: string): Promise<ExitStatus> => {
    printer.notice(`process ${pid}: ${message}`);
    await output.flush();
    return FAILURE;
  };
  try {
    const ended = await printStream(stream, printer, output, {
      onHeader: () => printer.attached(pid, connection.embedded ? threadsOf(pid) : [pid]),
    });
    const early = describeEnd(ended);
    return early === undefined ? { code: 0 } : await notify(early);
  } catch (error) {
    if (error instanceof OutputError) {
      throw error;
    }
    if (error instanceof Interrupted) {
      return { code: 0 };
    }
    return await notify(describeFailure(error, connection.address, stream.header !== undefined));
  }
}

/** Threads of a process that we can see. */
function threadsOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number);
  } catch {
    return [pid];
  }
}
