/** `ptracectl trace`: starts a command and prints what it does. */

import { OrphanAction, PtracedError, StopReason, type TraceRecord } from '../client/index.js';
import { captureOptions } from './capture-options.js';
import { COMMON_HELP, type Command, printHelp } from './command.js';
import { describeFailure, openConnection, serverOf } from './connection.js';
import { type ExitStatus, FAILURE } from './exit-status.js';
import { OutputError } from './fd-writer.js';
import { embeddedLaunch, remoteLaunch } from './launch-target.js';
import { COMMON_OPTIONS, LAUNCH_OPTIONS, parseOptions } from './options.js';
import { type EndSignal, onEndSignal, signalNumber, terminalSentTo } from './signals.js';
import { StracePrinter } from './strace-printer.js';
import { TraceOutput } from './trace-output.js';
import {
  describeEnd,
  Interrupted,
  printerOptions,
  printStream,
  statusOf,
  type TraceRequest,
} from './trace-run.js';
import { UsageError } from './usage-error.js';

const help = `Usage: ptracectl trace [OPTION]... [--] COMMAND [ARGUMENT]...

Starts the command, follows whatever it starts, and prints each system call as strace does. Its
input, output and exit status are passed through.

  -E, --env=NAME=VALUE     add to the environment; NAME alone: remove from it
      --inherit-env        with --server: begin with the server's environment
      --cwd=DIR            start in this directory
  -u, --user=UID[:GID]     run as this user
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
    const launch = (address === undefined ? embeddedLaunch : remoteLaunch)(operands, values);
    const request: TraceRequest = {
      target: { case: 'launch', value: launch },
      capture: captureOptions(values),
      onDisconnect: OrphanAction.KILL,
    };
    const options = printerOptions(values, 'launch');

    await using output = await TraceOutput.open(values.output);
    const printer = new StracePrinter(output, options);
    const run = new LaunchRun(operands[0] ?? '', printer, output);
    return await run.print(address, request);
  },
};

/** How long the trace may go on after a signal to us where the command has ended already. */
const GRACE_MS = 1000;

/** One launched command, from its start to our exit status. */
class LaunchRun {
  readonly #program: string;
  readonly #printer: StracePrinter;
  readonly #output: TraceOutput;
  readonly #abort = new AbortController();
  /** Process id of the command, while it lives and signals can be sent to it from here. */
  #reachable = 0;
  /** A signal stopped it, such as SIGTTIN. */
  #stopped = false;
  /** A signal was passed on to it. */
  #forwarded = false;
  /** It has ended; what it has left behind may run on. */
  #rootEnded = false;
  /** Ends the trace after a signal that came when the command had just ended. */
  #grace: NodeJS.Timeout | undefined;

  constructor(program: string, printer: StracePrinter, output: TraceOutput) {
    this.#program = program;
    this.#printer = printer;
    this.#output = output;
  }

  async print(address: string | undefined, request: TraceRequest): Promise<ExitStatus> {
    using _ = onEndSignal(this.#abort.signal, (signal) => this.#onSignal(signal));
    await using connection = await openConnection(address);
    const stream = connection.client.trace(request, { signal: this.#abort.signal });
    try {
      const ended = await printStream(stream, this.#printer, this.#output, {
        onHeader: ({ rootPid }) => {
          this.#reachable = connection.embedded ? rootPid : 0;
        },
        onRecord: (record) => this.#note(record),
      });
      return await this.#finish(describeEnd(ended), statusOf(ended));
    } catch (error) {
      if (error instanceof OutputError) {
        throw error;
      }
      if (error instanceof Interrupted) {
        const signal = signalNumber(error.signal);
        return await this.#finish(`ended by ${error.signal}: the command is killed`, { signal });
      }
      const started = stream.header !== undefined;
      const why = describeFailure(error, connection.address, started);
      const refused = !started && error instanceof PtracedError && !error.isConnectionLoss;
      const notice = refused ? `cannot start '${this.#program}': ${why}` : why;
      return await this.#finish(notice, FAILURE);
    }
  }

  #note({ pid, detail }: TraceRecord): void {
    if (pid !== this.#reachable) {
      return;
    }
    if (detail.case === 'taskExit' && detail.value.processEnded) {
      this.#reachable = 0;
      this.#rootEnded = true;
    } else if (detail.case === 'stop') {
      const { reason } = detail.value;
      this.#stopped =
        reason === StopReason.GROUP_STOP || (this.#stopped && reason !== StopReason.GROUP_CONTINUE);
    }
  }

  async #finish(notice: string | undefined, status: ExitStatus): Promise<ExitStatus> {
    clearTimeout(this.#grace);
    this.#printer.finish();
    if (notice !== undefined) {
      this.#output.notice(notice);
    }
    await this.#output.flush();
    return status;
  }

  /**
   * The command gets the signal, and its end ends the trace: from the terminal, which sends it to
   * both of us, or from here. Where that was of no use, or the command is out of reach, the trace is
   * ended, and the server kills what is left. A command that has just ended may have had the signal as
   * well, and ended the trace by that.
   */
  #onSignal(signal: EndSignal): void {
    if (this.#reachable !== 0) {
      if (terminalSentTo(this.#reachable, signal)) {
        return;
      }
      if (!this.#forwarded && this.#send(signal)) {
        this.#forwarded = true;
        return;
      }
    }
    const end = (): void => this.#abort.abort(new Interrupted(signal));
    if (this.#rootEnded && this.#grace === undefined) {
      this.#grace = setTimeout(end, GRACE_MS);
    } else {
      end();
    }
  }

  #send(signal: EndSignal): boolean {
    try {
      process.kill(this.#reachable, signal);
      if (this.#stopped) {
        // It would take no signal before it is continued.
        process.kill(this.#reachable, 'SIGCONT');
      }
      return true;
    } catch (error) {
      // It has just ended, and its last records are on their way; or it runs as another user.
      return (error as NodeJS.ErrnoException).code === 'ESRCH';
    }
  }
}
