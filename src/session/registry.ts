/** All sessions of a server: their names, their limits and their common end. */
import { ServiceError } from '../errors.js';
import { EndCause } from '../gen/ptraced/v1/session_pb.js';
import type { Log } from '../log.js';
import type { NativeSession } from '../native/addon.js';
import { atMost } from '../time.js';
import { exceeded, type RegistryLimits, ringCapacity } from './limits.js';
import { type SessionHold, type SessionProperties, TraceSession } from './session.js';

export interface RegistryOptions {
  readonly limits: RegistryLimits;
  /** How long an ended session can be read, in milliseconds of monotonic time. */
  readonly keepEndedMs: number;
  readonly log: Log;
  /** Threads that trace, or wait for the end of a launched command that was let go. */
  readonly tracerThreads: () => number;
}

/** How often the tasks are counted: a fork bomb is ended within this time of passing the limit. */
const taskCountIntervalMs = 500;
/** What an ended session counts for at least, however little is in its ring: it bounds how many are kept. */
const endedRingBytes = 64 * 1024;

/** How long the end of the server waits for starts: of a command on a mount that does not answer there is no other end. */
const startsEndMs = 2000;

/** A place that is taken, whether its session has started yet or not. */
interface Place {
  /** The capacity of the ring; once the session has ended, what is in it. */
  ringBytes: number;
}

interface Entry {
  readonly session: TraceSession;
  readonly place: Place;
}

interface EndedEntry extends Entry {
  readonly forgetting: NodeJS.Timeout;
}

export class SessionRegistry {
  readonly #limits: RegistryLimits;
  readonly #keepEndedMs: number;
  readonly #log: Log;
  readonly #tracerThreads: () => number;
  /** Of all rings, those that are still read after their session was forgotten included. */
  readonly #places = new Set<Place>();
  readonly #running = new Map<string, Entry>();
  /** In the order of their ends. */
  readonly #ended = new Map<string, EndedEntry>();
  readonly #starting = new Set<Promise<unknown>>();
  #taskCounter: NodeJS.Timeout | undefined;
  #created = 0;
  #closing = false;

  constructor({ limits, keepEndedMs, log, tracerThreads }: RegistryOptions) {
    this.#limits = limits;
    this.#keepEndedMs = keepEndedMs;
    this.#log = log;
    this.#tracerThreads = tracerThreads;
  }

  /**
   * Makes a session of what `start` starts with a ring of the capacity that it is given: `ringBytes`,
   * or where that is 0 the default one. The caller gets a hold on it, and disposes of that. Rejects as
   * `start` does, and before it is called with SESSION_LIMIT, TASK_LIMIT or SERVER_SHUTDOWN.
   */
  async create(
    properties: SessionProperties,
    ringBytes: number,
    start: (ringBytes: number) => Promise<NativeSession>,
  ): Promise<SessionHold> {
    if (properties.target === 'launch') {
      this.#checkDetached();
    }
    const place = this.#takePlace(ringBytes);
    const starting = start(place.ringBytes);
    this.#starting.add(starting);
    try {
      const session = this.#adopt(await starting, properties, place);
      const { name, rootPid: pid, owner, target } = session;
      this.#log.info({ session: name, pid, owner, target }, 'session started');
      return session.hold();
    } catch (error) {
      this.#places.delete(place);
      throw error;
    } finally {
      this.#starting.delete(starting);
    }
  }

  /** The session of that name, running or ended. Throws SESSION_NOT_FOUND. */
  find(name: string): TraceSession {
    const entry = this.#running.get(name) ?? this.#ended.get(name);
    if (entry === undefined) {
      throw new ServiceError('SESSION_NOT_FOUND', `there is no session '${name}'`, {
        metadata: { session: name },
      });
    }
    return entry.session;
  }

  /** The running session that traces the process or thread; undefined where none does. */
  async tracing(tid: number): Promise<TraceSession | undefined> {
    for (const { session } of this.#running.values()) {
      // One that is ending has no tasks to list.
      const [task] = await session.native.listTasks(tid - 1, 1).catch(() => []);
      if (task?.tid === tid) {
        return session;
      }
    }
    return undefined;
  }

  /** Every session that `find` finds, the newest first. */
  all(): TraceSession[] {
    const entries = [...this.#running.values(), ...this.#ended.values()];
    return entries.map(({ session }) => session).toSorted((a, b) => b.sequence - a.sequence);
  }

  /** Refuses new sessions, ends all and waits for their end. What a hold is on can still be read. */
  async close(): Promise<void> {
    this.#closing = true;
    // What is just starting has tracees before it is one of the sessions.
    await atMost(startsEndMs, Promise.allSettled(this.#starting));
    const running = [...this.#running.values()].map(({ session }) => session);
    await Promise.all(
      running.map((session) => session.end(session.shutdownAction, EndCause.SERVER_SHUTDOWN)),
    );
    for (const name of this.#ended.keys()) {
      this.#forget(name);
    }
  }

  #adopt(native: NativeSession, properties: SessionProperties, place: Place): TraceSession {
    this.#created++;
    const session = new TraceSession(native, properties, {
      sequence: this.#created,
      ringBytes: place.ringBytes,
    });
    this.#running.set(session.name, { session, place });
    this.#taskCounter ??= setInterval(() => this.#enforceTaskLimit(), taskCountIntervalMs).unref();
    void session.ended.then(({ cause }) => {
      this.#log.info({ session: session.name, cause: EndCause[cause] }, 'session ended');
      this.#retire({ session, place });
    });
    return session;
  }

  /** Keeps a session that has ended for a while. */
  #retire({ session, place }: Entry): void {
    const { name } = session;
    this.#running.delete(name);
    if (this.#running.size === 0) {
      clearInterval(this.#taskCounter);
      this.#taskCounter = undefined;
    }
    // What is shown of the request is kept as long as the ring.
    place.ringBytes = Math.max(session.info().ringBytes + session.shownBytes, endedRingBytes);
    const forgetting = setTimeout(() => this.#forget(name), this.#keepEndedMs).unref();
    this.#ended.set(name, { session, place, forgetting });
  }

  #forget(name: string): void {
    const entry = this.#ended.get(name);
    if (entry !== undefined) {
      clearTimeout(entry.forgetting);
      this.#ended.delete(name);
      entry.session.discard(() => this.#places.delete(entry.place));
    }
  }

  /** A command that is let go keeps the thread that made it, which reaps it, and its output pipes. */
  #checkDetached(): void {
    const detached = this.#tracerThreads() - this.#running.size - this.#starting.size;
    if (detached >= this.#limits.maxDetached) {
      throw exceeded('SESSION_LIMIT', 'detached commands that run', this.#limits.maxDetached);
    }
  }

  #takePlace(wantedRingBytes: number): Place {
    if (this.#closing) {
      throw new ServiceError('SERVER_SHUTDOWN', 'the server is shutting down');
    }
    if (this.#countTasks() >= this.#limits.maxTasks) {
      throw exceeded('TASK_LIMIT', 'tasks', this.#limits.maxTasks);
    }
    const forgettable = this.#forgettable();
    const spare = forgettable.reduce((sum, { place }) => sum + place.ringBytes, 0);
    const ringBytes = ringCapacity(this.#limits, wantedRingBytes, {
      running: this.#running.size + this.#starting.size,
      taken: this.#takenBytes() - spare,
    });
    this.#makeRoom(ringBytes, forgettable);
    const place: Place = { ringBytes };
    this.#places.add(place);
    return place;
  }

  /** Ended sessions whose ring nobody reads, the oldest first. */
  #forgettable(): EndedEntry[] {
    return [...this.#ended.values()].filter(({ session }) => !session.isHeld);
  }

  #makeRoom(ringBytes: number, forgettable: EndedEntry[]): void {
    for (const { session } of forgettable) {
      if (this.#takenBytes() + ringBytes <= this.#limits.maxRingBytes) {
        return;
      }
      this.#forget(session.name);
    }
  }

  #takenBytes(): number {
    return [...this.#places].reduce((sum, place) => sum + place.ringBytes, 0);
  }

  #countTasks(): number {
    return [...this.#running.values()].reduce(
      (sum, { session }) => sum + session.info().liveTasks,
      0,
    );
  }

  /** Ends the session with the most tasks where all together have too many. */
  #enforceTaskLimit(): void {
    if (this.#countTasks() <= this.#limits.maxTasks) {
      return;
    }
    const running = [...this.#running.values()].map(({ session }) => session);
    const largest = running.reduce((most, session) =>
      session.info().liveTasks > most.info().liveTasks ? session : most,
    );
    this.#log.warn({ session: largest.name, limit: this.#limits.maxTasks }, 'too many tasks');
    const action = largest.target === 'launch' ? 'kill' : 'detach';
    void largest.end(action, EndCause.LIMIT_EXCEEDED);
  }
}
