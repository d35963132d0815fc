/** A launched command from its start to our exit status, and what a signal does in between. */

import {
  OrphanAction,
  type PtracedClient,
  PtracedError,
  StopReason,
  type TraceRecord,
} from '../client/index.js';
import { describeFailure, openConnection, throwUsageError } from './connection.js';
import { Departure } from './departure.js';
import { type ExitStatus, FAILURE } from './exit-status.js';
import { OutputError } from './fd-writer.js';
import type { FrameSink } from './frame-sink.js';
import type { LaunchSurroundings } from './launch-inheritance.js';
import { type EndSignal, onEndSignal, signalNumber, terminalSentTo } from './signals.js';
import { describeEnd, Interrupted, printStream, statusOf, type TraceRequest } from './trace-run.js';

/** How long the trace may go on after a signal to us where the command has ended already. */
const GRACE_MS = 1000;

/** One launched command, from its start to our exit status. */
export class LaunchRun {
  readonly #program: string;
  readonly #sink: FrameSink;
  readonly #linesFd: number | undefined;
  /** Aborted when the command has no more to read. */
  readonly #ended = new AbortController();
  readonly #departure = new Departure(OrphanAction.KILL);
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

  /**
   * `program` is how messages call it; `linesFd` the descriptor by which the sink writes about it, where the
   * command may write to the same file.
   */
  constructor(program: string, sink: FrameSink, linesFd?: number) {
    this.#program = program;
    this.#sink = sink;
    this.#linesFd = linesFd;
  }

  /**
   * Starts it, and returns its end as our own. `surroundings`: what it has from us on our own server;
   * `place`: what the user is told about where it runs.
   */
  async follow(
    address: string | undefined,
    request: TraceRequest,
    surroundings: LaunchSurroundings,
    place?: string,
  ): Promise<ExitStatus> {
    using _ = onEndSignal(this.#departure.signal, (signal) => this.#onSignal(signal));
    if (address === undefined && surroundings.descriptorsLeftOut > 0) {
      const count = surroundings.descriptorsLeftOut;
      this.#sink.notice(`too many descriptors: the command does not get ${count} of them`);
    }
    await using connection = await openConnection(address, {
      ...surroundings,
      linesFd: this.#linesFd,
    });
    const { client } = connection;
    const stream = client.trace(request, { signal: this.#departure.signal });
    this.#departure.add(client, stream);
    try {
      const ended = await printStream(stream, this.#sink, {
        onHeader: ({ rootPid, session }) => {
          if (place !== undefined) {
            this.#sink.notice(place);
          }
          if (connection.embedded) {
            this.#reachable = rootPid;
          } else {
            this.#passStdin(client, session);
          }
        },
        onRecord: (record) => this.#note(record),
      });
      return await (this.#departure.cause === undefined
        ? this.#finish(describeEnd(ended), statusOf(ended))
        : this.#leave(this.#departure.cause));
    } catch (error) {
      if (error instanceof OutputError) {
        throw error;
      }
      if (error instanceof Interrupted) {
        return await this.#leave(error);
      }
      throwUsageError(error, connection.address);
      const started = stream.header !== undefined;
      const why = describeFailure(error, connection.address, started);
      const refused = !started && error instanceof PtracedError && !error.isConnectionLoss;
      const notice = refused ? `cannot start '${this.#program}': ${why}` : why;
      return await this.#finish(notice, FAILURE);
    }
  }

  /** Its output comes back as records; our input goes there. */
  #passStdin(client: PtracedClient, session: string): void {
    const { signal } = this.#ended;
    // Here and not above: they load node:net, and a command of our own server has our input itself.
    const parts = Promise.all([import('./stdin-pump.js'), import('./input.js')]);
    const passed = parts.then(async ([{ passStdin }, { openInput }]) => {
      if (!signal.aborted) {
        await passStdin(client, session, openInput(), signal);
      }
    });
    passed.catch((error: unknown) => {
      if (!signal.aborted) {
        const why = error instanceof Error ? error.message : String(error);
        this.#sink.notice(`standard input is not passed on: ${why}`);
      }
    });
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

  async #leave({ signal }: Interrupted): Promise<ExitStatus> {
    this.#sink.left();
    const status = { signal: signalNumber(signal) };
    return await this.#finish(`ended by ${signal}: the command is killed`, status);
  }

  async #finish(notice: string | undefined, status: ExitStatus): Promise<ExitStatus> {
    clearTimeout(this.#grace);
    this.#ended.abort();
    this.#sink.finish();
    if (notice !== undefined) {
      this.#sink.notice(notice);
    }
    await this.#sink.flush();
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
    const end = (): void => this.#departure.begin(signal);
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
