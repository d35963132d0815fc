/** One tracer with its tracees and its ring of records. */
import { randomBytes } from 'node:crypto';
import type { NativeCursor, NativeEnd, NativeSession, NativeSessionInfo } from '../native/addon.js';

/** How the tracees are let go. */
export type EndAction = 'detach' | 'kill';

/** What a session is, beside its tracer. */
export interface SessionProperties {
  /** Principal that made it. */
  readonly owner: string;
  /** Launched commands are ours to kill; attached processes are not. */
  readonly target: 'launch' | 'attach';
  /** What becomes of the tracees when the server stops. */
  readonly shutdownAction: EndAction;
}

/** What a hold is for. */
export interface HoldOptions {
  /** A stream to a client: it counts as a subscriber. Default: false. */
  readonly stream?: boolean;
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

export class TraceSession {
  /** "sessions/" and an id that never comes again. */
  readonly name = `sessions/${randomBytes(idBytes).toString('hex')}`;
  /** Milliseconds of Unix time. */
  readonly createTimeMs = Date.now();
  readonly properties: SessionProperties;
  /** Settles once no tracee is left; never rejects. */
  readonly ended: Promise<SessionEnding>;
  readonly #native: NativeSession;
  #ending: SessionEnding | undefined;
  #holds = 0;
  #streams = 0;
  #whenFree: (() => void) | undefined;

  constructor(native: NativeSession, properties: SessionProperties) {
    this.#native = native;
    this.properties = properties;
    this.ended = native.ended.then((end) => {
      this.#ending = { ...end, timeMs: Date.now() };
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

  /** A reader of the ring. Only while the session is held. */
  openCursor(options: { afterSerial: bigint; lossless: boolean }): NativeCursor {
    return this.#native.openCursor(options);
  }

  /** Lets every tracee go; `cause` is an EndCause. The first call decides. Resolves as `ended`. */
  async end(action: EndAction, cause: number): Promise<SessionEnding> {
    await this.#native.end(action, cause);
    return this.ended;
  }

  /** While it is held, the ring can be read, also after the registry has forgotten the session. */
  hold({ stream = false }: HoldOptions = {}): SessionHold {
    this.#holds++;
    this.#streams += stream ? 1 : 0;
    let held = true;
    const release = (): void => {
      if (held) {
        held = false;
        this.#streams -= stream ? 1 : 0;
        this.#holds--;
        this.#freeWhereUnheld();
      }
    };
    return { session: this, [Symbol.dispose]: release };
  }

  /** Frees the ring of a session that has ended: now, or once nobody holds it. Then calls `whenFree`. */
  discard(whenFree: () => void): void {
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
