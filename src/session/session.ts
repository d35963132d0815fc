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

const idBytes = 12;

export class TraceSession {
  /** "sessions/" and an id that never comes again. */
  readonly name = `sessions/${randomBytes(idBytes).toString('hex')}`;
  readonly properties: SessionProperties;
  readonly #native: NativeSession;
  readonly #whenIdle: (session: TraceSession) => void;
  #holders = 1;
  #hasEnded = false;

  /** `whenIdle` is called once: the session has ended and nobody holds it. Its maker holds it at first. */
  constructor(
    native: NativeSession,
    properties: SessionProperties,
    whenIdle: (session: TraceSession) => void,
  ) {
    this.#native = native;
    this.properties = properties;
    this.#whenIdle = whenIdle;
    void native.ended.then(() => {
      this.#hasEnded = true;
      this.#settle();
    });
  }

  /** The tracer, for what acts on its tasks. */
  get native(): NativeSession {
    return this.#native;
  }

  get rootPid(): number {
    return this.#native.rootPid;
  }

  /** Settles once no tracee is left; never rejects. */
  get ended(): Promise<NativeEnd> {
    return this.#native.ended;
  }

  info(): NativeSessionInfo {
    return this.#native.info();
  }

  /** A reader of the ring. Only while the session is held. */
  openCursor(options: { afterSerial: bigint; lossless: boolean }): NativeCursor {
    return this.#native.openCursor(options);
  }

  /** Lets every tracee go; `cause` is an EndCause. The first call decides. Resolves as `ended`. */
  end(action: EndAction, cause: number): Promise<NativeEnd> {
    return this.#native.end(action, cause);
  }

  /** Gives up a hold. */
  release(): void {
    this.#holders--;
    this.#settle();
  }

  #settle(): void {
    if (this.#hasEnded && this.#holders === 0) {
      this.#native.dispose();
      this.#whenIdle(this);
    }
  }
}
