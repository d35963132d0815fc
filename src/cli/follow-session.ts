/** Streams a session to a sink until it ends or the user does: `subscribe`, and `record --session`. */

import type { MessageInitShape } from '@bufbuild/protobuf';
import { EndCause, type SubscribeRequestSchema } from '../client/index.js';
import { describeFailure, openConnection, throwUsageError } from './connection.js';
import { type ExitStatus, FAILURE } from './exit-status.js';
import { OutputError } from './fd-writer.js';
import type { FrameSink } from './frame-sink.js';
import { abortAtHangup } from './hangup.js';
import { sessionName } from './session-name.js';
import { onEndSignal, signalNumber } from './signals.js';
import { describeEnd, Interrupted, printStream } from './trace-run.js';
import { UsageError } from './usage-error.js';

export type SubscribeRequest = MessageInitShape<typeof SubscribeRequestSchema>;

/** The session goes on when we leave. A connection that breaks is told of, and made again. */
export async function followSession(
  address: string,
  session: string,
  request: SubscribeRequest,
  sink: FrameSink,
): Promise<ExitStatus> {
  const abort = new AbortController();
  using _signals = onEndSignal(abort.signal, (signal) => abort.abort(new Interrupted(signal)));
  using _hangup = await abortAtHangup(sink.fd, abort);
  await using connection = await openConnection(address);
  const { client } = connection;
  let connected = false;
  try {
    const name = await sessionName(client, session);
    const onDisconnect = (error: unknown, attempt: number): void => {
      if (attempt === 0) {
        sink.notice(`${describeFailure(error, address, true)}; trying to resume`);
      }
    };
    const options = { signal: abort.signal, reconnect: { onDisconnect } };
    const stream = client.subscribe({ ...request, session: name }, options);
    const ended = await printStream(stream, sink, {
      onHeader: () => {
        connected = true;
      },
    });
    sink.finish();
    if (ended.cause === EndCause.TRACEES_EXITED) {
      return { code: 0 };
    }
    sink.notice(describeEnd(ended) ?? '');
    return ended.cause === EndCause.CLIENT_REQUEST ? { code: 0 } : FAILURE;
  } catch (error) {
    if (error instanceof OutputError || error instanceof UsageError) {
      throw error;
    }
    if (error instanceof Interrupted) {
      sink.left();
      return { signal: signalNumber(error.signal) };
    }
    throwUsageError(error, address);
    sink.finish();
    sink.notice(describeFailure(error, address, connected));
    return FAILURE;
  } finally {
    await sink.flush();
  }
}
