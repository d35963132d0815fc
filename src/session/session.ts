/** One tracer with its tracees and its ring of records. */
import { ServiceError } from '../errors.js';
import {
  type CaptureOptions,
  EndCause,
  type Rules,
  type Session,
} from '../gen/ptraced/v1/session_pb.js';
import type {
  NativeChanges,
  NativeCursor,
  NativeEnd,
  NativeReaderOptions,
  NativeSession,
  NativeSessionInfo,
} from '../native/addon.js';
import { randomBytes } from '../random.js';
import { KeptRequest, nothingShown, type ShownRequest, shownBytes } from './kept-request.js';
import type { Lease, LeaseTerms } from './lease.js';
import { toServiceError, withServiceErrors } from './native-failure.js';
import { StdinWriter } from './stdin.js';

/** How the tracees are let go. */
export type EndAction = 'detach' | 'kill';

/** What was asked for, without what must not be shown. */
export type SessionTarget = Session['target'];

/** What can change while a session runs. */
export interface SessionSettings {
  /** With every default filled in, but for the capacity of the ring. */
  readonly capture: CaptureOptions;
  readonly rules: Rules;
  readonly labels: Readonly<Record<string, string>>;
}

/** What a session is, beside its tracer. */
export interface SessionProperties {
  /** Principal that made it. */
  readonly owner: string;
  /** Launched commands are ours to kill; attached processes are not. */
  readonly target: 'launch' | 'attach';
  readonly request: SessionTarget;
  readonly settings: SessionSettings;
  /** What becomes of the tracees when the server stops. */
  readonly shutdownAction: EndAction;
}

/** What a hold is for. */
export interface HoldOptions {
  /** A stream to a client: it counts as a subscriber. Default: false. */
  readonly stream?: boolean;
  /** The lease does not run out meanwhile. Default: false. */
  readonly lease?: boolean;
}

/** Keeps the ring of a session readable until it is disposed of. Disposing of it twice does no harm. */
export interface SessionHold extends Disposable {
  readonly session: TraceSession;
}

/** How a session ended, and when. */
export interface SessionEnding extends NativeEnd {
  /** Milliseconds of Unix time. */
  readonly timeMs: number;
}

const idBytes = 12;

/** Throws SESSION_ENDED. */
export function checkRunning({ name, ending }: TraceSession): void {
  if (ending !== undefined) {
    throw new ServiceError('SESSION_ENDED', `session '${name}' has ended`, {
      metadata: { session: name },
    });
  }
}

export class TraceSession {
  /** "sessions/" and an id that never comes again. */
  readonly name = `sessions/${randomBytes(idBytes).toString('hex')}`;
  /** Milliseconds of Unix time. */
  readonly createTimeMs = Date.now();
  readonly owner: string;
  readonly target: 'launch' | 'attach';
  /** Higher for a session that was made later. */
  readonly sequence: number;
  /** Capacity of its ring. */
  readonly ringBytes: number;
  /** Settles once no tracee is left; never rejects. */
  readonly ended: Promise<SessionEnding>;
  readonly stdin: StdinWriter;
  readonly #native: NativeSession;
  #shown: ShownRequest | KeptRequest;
  #lease: Lease | undefined;
  #shutdownAction: EndAction;
  #revision = 1;
  #ending: SessionEnding | undefined;
  #holds = 0;
  #streams = 0;
  /** Streams that hold the lease, or would if there were one. */
  #holders = 0;
  /** It has been left to itself under KEEP, at least once. */
  #isKept = false;
  #changing: Promise<unknown> = Promise.resolve();
  #whenFree: (() => void) | undefined;

  constructor(
    native: NativeSession,
    properties: SessionProperties,
    { sequence, ringBytes }: Pick<TraceSession, 'sequence' | 'ringBytes'>,
  ) {
    this.#native = native;
    this.stdin = new StdinWriter(native);
    this.owner = properties.owner;
    this.target = properties.target;
    this.#shutdownAction = properties.shutdownAction;
    this.sequence = sequence;
    this.ringBytes = ringBytes;
    this.#shown = { request: properties.request, settings: properties.settings };
    this.ended = native.ended.then((end) => {
      this.#ending = { ...end, timeMs: Date.now() };
      this.#revision++;
      this.#lease?.end();
      this.#shown = new KeptRequest(this.shown);
      return this.#ending;
    });
  }

  /** The tracer, for what acts on its tasks. */
  get native(): NativeSession {
    return this.#native;
  }

  get rootPid(): number {
    return this.#native.rootPid;
  }

  /** What was asked for; nothing once the session is forgotten. Once it has ended, made anew for each caller. */
  get shown(): ShownRequest {
    return this.#shown instanceof KeptRequest ? this.#shown.shown() : this.#shown;
  }

  /** Bytes of `shown` as a message. */
  get shownBytes(): number {
    return this.#shown instanceof KeptRequest ? this.#shown.length : shownBytes(this.#shown);
  }

  get labels(): SessionSettings['labels'] {
    return this.#shown instanceof KeptRequest ? this.#shown.labels : this.#shown.settings.labels;
  }

  /** Undefined where a call keeps it alive. */
  get lease(): Lease | undefined {
    return this.#lease;
  }

  /** What becomes of the tracees when the server stops. */
  get shutdownAction(): EndAction {
    return this.#shutdownAction;
  }

  /** Another one after each change of what clients can set, and after its end. */
  get etag(): string {
    return `"${this.#revision}"`;
  }

  /** How it ended; undefined while it runs. */
  get ending(): SessionEnding | undefined {
    return this.#ending;
  }

  /** Streams that are open. */
  get subscribers(): number {
    return this.#streams;
  }

  get isHeld(): boolean {
    return this.#holds > 0;
  }

  info(): NativeSessionInfo {
    return this.#native.info();
  }

  /** A reader of the ring. Only while the session is held. Throws UNKNOWN_SYSCALL, FIELD_INVALID. */
  openCursor(options: NativeReaderOptions): NativeCursor {
    try {
      return this.#native.openCursor(options);
    } catch (error) {
      throw toServiceError(error);
    }
  }

  /** Changes what is recorded. Resolves with the serial of its RULES_CHANGED record; rejects with SESSION_ENDED. */
  update(changes: NativeChanges): Promise<bigint> {
    return withServiceErrors(() => this.#native.update(changes));
  }

  /** Counts of every call that its tracer saw. */
  summary(byProcess: boolean): ReturnType<NativeSession['summary']> {
    return this.#native.summary(byProcess);
  }

  /** Gives it the lease that keeps it alive from now on. Once, before anybody holds the lease. */
  keepBy(lease: Lease): void {
    this.#lease = lease;
    if (this.#ending !== undefined) {
      lease.end();
    }
  }

  /** The lease begins anew, on these terms; the end of the server heeds them too. */
  renewLease(terms: LeaseTerms, shutdownAction: EndAction): void {
    this.#lease?.renew(terms);
    this.#shutdownAction = shutdownAction;
    void this.#setHolder(true);
  }

  /** Changes settings, or with none says that the lease has changed. */
  change(settings: Partial<SessionSettings>): void {
    const { request, settings: before } = this.shown;
    const now = { request, settings: { ...before, ...settings } };
    // It may have ended while the change was under way.
    this.#shown = this.#ending === undefined ? now : new KeptRequest(now);
    this.#revision++;
  }

  /** Runs `change` when every such call before has settled, and settles as it does. */
  inTurn<T>(change: () => Promise<T>): Promise<T> {
    const turn = this.#changing.then(change);
    this.#changing = turn.catch(() => {});
    return turn;
  }

  /** Lets every tracee go; `cause` is an EndCause. The first call decides. Resolves as `ended`. */
  async end(action: EndAction, cause: EndCause): Promise<SessionEnding> {
    await this.#native.end(action, cause);
    return this.ended;
  }

  /**
   * Its lease has run out, or its call has ended. `action` undefined: its tracees stay traced, and none is
   * held as long as nobody is left who could let it go. Resolves once that is done.
   */
  async orphan(action: EndAction | undefined): Promise<void> {
    if (action !== undefined) {
      await this.end(action, EndCause.ORPHANED);
      return;
    }
    this.#isKept = true;
    if (this.#holders === 0) {
      await this.#setHolder(false);
    }
  }

  /** Whether somebody is there to let held tasks go. */
  async #setHolder(present: boolean): Promise<void> {
    if (this.#isKept) {
      try {
        await this.#native.setHolder(present);
      } catch {
        // No tracee is left, and so none that is held.
      }
    }
  }

  /** While it is held, the ring can be read, also after the registry has forgotten the session. */
  hold({ stream = false, lease = false }: HoldOptions = {}): SessionHold {
    this.#holds++;
    this.#streams += stream ? 1 : 0;
    const heldLease = lease ? this.#lease : undefined;
    heldLease?.hold();
    if (lease) {
      this.#holders++;
      void this.#setHolder(true);
    }
    let held = true;
    const release = (): void => {
      if (held) {
        held = false;
        heldLease?.release();
        if (lease) {
          this.#releaseHolder();
        }
        this.#streams -= stream ? 1 : 0;
        this.#holds--;
        this.#freeWhereUnheld();
      }
    };
    return { session: this, [Symbol.dispose]: release };
  }

  /** A session of Trace that was kept has no lease: it is left to itself with the last who holds it. */
  #releaseHolder(): void {
    this.#holders--;
    if (this.#holders === 0 && this.#lease === undefined) {
      void this.#setHolder(false);
    }
  }

  /** Frees the ring of a session that has ended: now, or once nobody holds it. Then calls `whenFree`. */
  discard(whenFree: () => void): void {
    this.#shown = nothingShown;
    this.#whenFree = whenFree;
    this.#freeWhereUnheld();
  }

  #freeWhereUnheld(): void {
    const whenFree = this.#whenFree;
    if (whenFree !== undefined && this.#holds === 0) {
      this.#whenFree = undefined;
      this.#native.dispose();
      whenFree();
    }
  }
}
