/** A session that this program holds. */

import type { MessageInitShape } from '@bufbuild/protobuf';
import { durationMs } from '@bufbuild/protobuf/wkt';
import type { Lease, OrphanAction, Session, SessionSchema } from '../gen/ptraced/v1/session_pb.js';
import type {
  SubscribeRequestSchema,
  UpdateSessionResponse,
} from '../gen/ptraced/v1/trace_service_pb.js';
import type { PtracedClient, StreamOptions } from './client.js';
import { PtracedError } from './errors.js';
import type { RecordStream } from './record-stream.js';
import type { CallOptions } from './service-client.js';

/** What a server takes a lease without a time to live for. */
const DEFAULT_TTL_MS = 60_000;
/** Renewals in the time of a lease: two may fail before it runs out. */
const RENEWALS = 3;
/** Least time that a renewal has, on a machine that does other things as well. */
const MIN_RENEWAL_MS = 1000;

/** Errors that mean that there is nothing to end any more. */
const OVER: ReadonlySet<string> = new Set(['SESSION_NOT_FOUND', 'SESSION_ENDED']);

/** What of a session `update` changes. */
export type SessionChange = Pick<
  MessageInitShape<typeof SessionSchema>,
  'capture' | 'rules' | 'labels' | 'lease' | 'etag'
>;

/**
 * A session made by `client.createSession`. Its lease is renewed for as long as the handle is held,
 * three times in the lease's time; that alone keeps no program running. Disposing of the handle
 * ends the session, unless it is to be kept.
 */
export class SessionHandle implements AsyncDisposable {
  /** "sessions/" and an id. */
  readonly name: string;
  /** Process id of the command or process. */
  readonly rootPid: number;
  /**
   * Fires when the lease cannot be renewed any more though the session had not ended: the server has
   * forgotten the session, or gives us no right to it. Its reason is the PtracedError.
   */
  readonly leaseLost: AbortSignal;

  readonly #client: PtracedClient;
  readonly #leaseLost = new AbortController();
  #lease: Lease | undefined;
  #kept: boolean;
  /** Nobody holds it by this handle any more. */
  #released = false;
  #timer: NodeJS.Timeout | undefined;
  #renewal: Promise<void> = Promise.resolve();

  constructor(client: PtracedClient, session: Session, keep: boolean) {
    this.#client = client;
    this.name = session.name;
    this.rootPid = session.rootPid;
    this.leaseLost = this.#leaseLost.signal;
    this.#lease = session.lease;
    this.#kept = keep;
    this.#schedule();
  }

  /** The session as it is now. */
  async get(options: CallOptions = {}): Promise<Session> {
    const { session } = await this.#client.traces.getSession({ name: this.name }, options);
    return present(session);
  }

  /** Streams its records; `request.session` is filled in. See `client.subscribe`. */
  subscribe(
    request: Omit<MessageInitShape<typeof SubscribeRequestSchema>, 'session' | '$typeName'> = {},
    options: StreamOptions = {},
  ): RecordStream {
    return this.#client.subscribe({ ...request, session: this.name }, options);
  }

  /**
   * Changes what `paths` name: "capture.filter", "capture.probes", "rules", "labels" or "lease".
   * Returns the serial of the RULES_CHANGED record, after which the change is in effect.
   */
  async update(change: SessionChange, paths: string[], options: CallOptions = {}): Promise<bigint> {
    const request = { session: { ...change, name: this.name }, updateMask: { paths } };
    const call = (): Promise<UpdateSessionResponse> =>
      this.#client.traces.updateSession(request, options);
    const named = paths.length === 0 ? change.lease !== undefined : paths.includes('lease');
    const { effectiveSerial } = await (named ? this.#changeLease(call) : call());
    return effectiveSerial;
  }

  /**
   * Ends the session by detaching from its tracees or killing them; unspecified: a launched command
   * is killed, an attached process runs on. Returns the session as it ended. Where that fails, the
   * handle holds the session as before.
   */
  async end(action?: OrphanAction, options: CallOptions = {}): Promise<Session> {
    await this.#stopRenewing();
    try {
      const request = action === undefined ? { name: this.name } : { name: this.name, action };
      const { session } = await this.#client.traces.endSession(request, options);
      this.#released = true;
      this.#kept = true;
      return present(session);
    } finally {
      this.#renewAgain();
    }
  }

  /**
   * Leaves the session to others when the handle is disposed of: it then lives until its lease runs
   * out, or for as long as somebody else holds it.
   */
  keep(): this {
    this.#kept = true;
    return this;
  }

  /**
   * Stops renewing, and ends the session unless it is kept. Where the server cannot be reached any
   * more, the lease ends it.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#released = true;
    await this.#stopRenewing();
    if (this.#kept) {
      return;
    }
    this.#kept = true;
    try {
      await this.#client.traces.endSession({ name: this.name });
    } catch (error) {
      if (!(error instanceof PtracedError && (error.isConnectionLoss || OVER.has(error.reason)))) {
        throw error;
      }
    }
  }

  async #stopRenewing(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#renewal;
  }

  #renewAgain(): void {
    if (!this.#released && this.#timer === undefined) {
      this.#schedule();
    }
  }

  /** A renewal under way would undo the change: it comes before it, the next one with what it brings. */
  async #changeLease(change: () => Promise<UpdateSessionResponse>): Promise<UpdateSessionResponse> {
    await this.#stopRenewing();
    try {
      const response = await change();
      this.#lease = response.session?.lease ?? this.#lease;
      return response;
    } finally {
      this.#renewAgain();
    }
  }

  get #intervalMs(): number {
    const ttl = this.#lease?.ttl;
    return ((ttl && durationMs(ttl)) || DEFAULT_TTL_MS) / RENEWALS;
  }

  #schedule(): void {
    this.#timer = setTimeout(() => {
      this.#renewal = this.#renew();
    }, this.#intervalMs).unref();
  }

  /** Never rejects. */
  async #renew(): Promise<void> {
    const { ttl, orphanAction } = this.#lease ?? {};
    const lease = { ...(ttl && { ttl }), ...(orphanAction && { orphanAction }) };
    try {
      await this.#client.traces.updateSession(
        { session: { name: this.name, lease }, updateMask: { paths: ['lease'] } },
        { timeoutMs: Math.max(this.#intervalMs, MIN_RENEWAL_MS) },
      );
    } catch (error) {
      if (!isPassing(error)) {
        if (!(error instanceof PtracedError && error.reason === 'SESSION_ENDED')) {
          this.#leaseLost.abort(error);
        }
        return;
      }
    }
    if (this.#timer !== undefined) {
      this.#schedule();
    }
  }
}

/** Whether the next renewal may succeed though this one has not. */
function isPassing(error: unknown): boolean {
  return (
    error instanceof PtracedError && (error.isConnectionLoss || error.code === 'DEADLINE_EXCEEDED')
  );
}

function present(session: Session | undefined): Session {
  if (session === undefined) {
    throw new PtracedError('INTERNAL', 'the server answered without a session');
  }
  return session;
}
