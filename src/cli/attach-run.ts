/** Attaches to processes and follows them until they end or the user ends it. */

import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  type CaptureOptionsSchema,
  OrphanAction,
  type ReceivedFrame,
  type RecordStream,
  type RulesSchema,
} from '../client/index.js';
import { type Connection, describeFailure, openConnection, throwUsageError } from './connection.js';
import { Departure } from './departure.js';
import { type ExitStatus, FAILURE } from './exit-status.js';
import { OutputError } from './fd-writer.js';
import type { FrameSink } from './frame-sink.js';
import { abortAtHangup } from './hangup.js';
import { onEndSignal, signalNumber } from './signals.js';
import { describeEnd, Interrupted, printStream, type TraceRequest } from './trace-run.js';
import { UsageError } from './usage-error.js';

/** The kernel's own limit (proc_sys_kernel(5), pid_max). */
export const MAX_PID = 4_194_304;

/** How processes are attached to. */
export interface AttachOptions {
  readonly capture: MessageInitShape<typeof CaptureOptionsSchema>;
  readonly rules: MessageInitShape<typeof RulesSchema>;
  readonly singleThread: boolean;
  readonly startPaused: boolean;
}

/** What is asked of the server for one process. */
export function attachTarget(pid: number, options: AttachOptions): TraceRequest['target'] & object {
  const { singleThread, startPaused } = options;
  return { case: 'attach', value: { pid, singleThread, startPaused } };
}

/** The processes run on when we leave. */
export async function attachTo(
  pids: readonly number[],
  options: AttachOptions,
  address: string | undefined,
  sink: FrameSink,
): Promise<ExitStatus> {
  const departure = new Departure(OrphanAction.DETACH);
  using _signals = onEndSignal(departure.signal, (signal) => departure.begin(signal));
  using _hangup = await abortAtHangup(sink.fd, departure);
  await using connection = await openConnection(address);
  const runs = pids.map((pid) => {
    const request: TraceRequest = {
      target: attachTarget(pid, options),
      capture: options.capture,
      rules: options.rules,
      onDisconnect: OrphanAction.DETACH,
    };
    return followProcess(pid, request, connection, sink, departure);
  });
  // The same request is wrong for each of them: all have said so before one of them is told.
  const outcomes = await Promise.all(runs.map((run) => run.catch(orUsageError)));
  const statuses = outcomes.map((outcome) => {
    if (outcome instanceof UsageError) {
      throw outcome;
    }
    return outcome;
  });
  if (departure.cause !== undefined) {
    sink.detached();
    await sink.flush();
    return { signal: signalNumber(departure.cause.signal) };
  }
  sink.finish();
  await sink.flush();
  return statuses.find((status) => status === FAILURE) ?? { code: 0 };
}

function orUsageError(error: unknown): UsageError {
  if (error instanceof UsageError) {
    return error;
  }
  throw error;
}

/** What detaching does to calls under way is no part of the trace, as for strace. */
async function* untilLeft(
  stream: RecordStream,
  departure: Departure,
): AsyncGenerator<ReceivedFrame, void, undefined> {
  for await (const received of stream.messages()) {
    if (departure.cause === undefined) {
      yield received;
    }
  }
}

/** Follows one process to its end, or to ours. */
async function followProcess(
  pid: number,
  request: TraceRequest,
  connection: Connection,
  sink: FrameSink,
  departure: Departure,
): Promise<ExitStatus> {
  const { client } = connection;
  const stream = client.trace(request, { signal: departure.signal });
  departure.add(client, stream);
  const notify = async (message: string): Promise<ExitStatus> => {
    sink.notice(`process ${pid}: ${message}`);
    await sink.flush();
    return FAILURE;
  };
  try {
    const ended = await printStream({ messages: () => untilLeft(stream, departure) }, sink, {});
    const early = departure.cause === undefined ? describeEnd(ended) : undefined;
    return early === undefined ? { code: 0 } : await notify(early);
  } catch (error) {
    if (error instanceof OutputError) {
      throw error;
    }
    if (error instanceof Interrupted) {
      return { code: 0 };
    }
    throwUsageError(error, connection.address);
    return await notify(describeFailure(error, connection.address, stream.header !== undefined));
  }
}
