/** All sessions of a server: their limits and their common end. */
import type { Logger } from 'pino';
import { ServiceError } from '../errors.js';
import { EndCause } from '../gen/ptraced/v1/session_pb.js';
import type { NativeSession } from '../native/addon.js';
import { type SessionProperties, TraceSession } from './session.js';

export interface RegistryLimits {
  /** Sessions at a time. */
  readonly maxSessions: number;
  /** Tasks at a time, over all sessions. */
  readonly maxTasks: number;
  /** Bytes of all rings together. */
  readonly maxRingBytes: number;
}

/** How often the tasks are counted: a fork bomb is ended within this time of passing the limit. */
const taskCountIntervalMs = 500;

/** Capacity of a ring where the client asks for none, as long as there is enough. */
const defaultRingBytes = 16 * 1024 * 1024;
/** Kept back for each session that may yet come, so that some with default rings cannot lock others out. */
const leastRingBytes = 1024 * 1024;

/** A place that is taken, whether its session has started yet or not. */
interface Place {
  readonly ringBytes: number;
}

export class SessionRegistry {
  readonly #limits: RegistryLimits;
  readonly #log: Logger;
  readonly #places = new Set<Place>();
  readonly #sessions = new Set<TraceSession>();
  readonly #starting = new Set<Promise<unknown>>();
  #taskCounter: NodeJS.Timeout | undefined;
  #closing = false;

  constructor(limits: RegistryLimits, log: Logger) {
    this.#limits = limits;
    this.#log = log;
  }

  /**
   * Makes a session of what `start` starts with a ring of the capacity that it is given: `ringBytes`,
   * or where that is 0 the default one. The caller holds the session. Rejects as `start` does, and before
   * it is called with SESSION_LIMIT, TASK_LIMIT or SERVER_SHUTDOWN.
   */
  async create(
    properties: SessionProperties,
    ringBytes: number,
    start: (ringBytes: number) => Promise<NativeSession>,
  ): Promise<TraceSession> {
    const place = this.#takePlace(ringBytes);
    const starting = start(place.ringBytes);
    this.#starting.add(starting);
    try {
      const session = this.#adopt(await starting, properties, place);
      this.#log.info(
        { session: session.name, pid: session.rootPid, ...properties },
        'session started',
      );
      return session;
    } catch (error) {
      this.#places.delete(place);
      throw error;
    } finally {
      this.#starting.delete(starting);
    }
  }

  /** The session of that name. Throws SESSION_NOT_FOUND. */
  find(name: string): TraceSession {
    const session = [...this.#sessions].find((candidate) => candidate.name === name);
    if (session === undefined) {
      throw new ServiceError('SESSION_NOT_FOUND', `there is no session '${name}'`, {
        metadata: { session: name },
      });
    }
    return session;
  }

  /** Refuses new sessions, ends all and waits for their end. What is in their rings can still be read. */
  async close(): Promise<void> {
    this.#closing = true;
    // What is just starting has tracees before it is one of the sessions.
    await Promise.allSettled(this.#starting);
    await Promise.all([...this.#sessions].map((session) => this.#shutDown(session)));
    clearInterval(this.#taskCounter);
  }

  #adopt(native: NativeSession, properties: SessionProperties, place: Place): TraceSession {
    const session = new TraceSession(native, properties, (idle) => {
      this.#sessions.delete(idle);
      this.#places.delete(place);
      if (this.#sessions.size === 0) {
        clearInterval(this.#taskCounter);
        this.#taskCounter = undefined;
      }
    });
    this.#sessions.add(session);
    this.#taskCounter ??= setInterval(() => this.#enforceTaskLimit(), taskCountIntervalMs).unref();
    void session.ended.then((end) =>
      this.#log.info({ session: session.name, cause: EndCause[end.cause] }, 'session ended'),
    );
    return session;
  }

  #shutDown(session: TraceSession): Promise<unknown> {
    return session.end(session.properties.shutdownAction, EndCause.SERVER_SHUTDOWN);
  }

  #takePlace(wantedRingBytes: number): Place {
    if (this.#closing) {
      throw new ServiceError('SERVER_SHUTDOWN', 'the server is shutting down');
    }
    const { maxSessions, maxTasks, maxRingBytes } = this.#limits;
    if (this.#places.size >= maxSessions) {
      throw exceeded('SESSION_LIMIT', 'sessions', maxSessions);
    }
    if (this.#countTasks() >= maxTasks) {
      throw exceeded('TASK_LIMIT', 'tasks', maxTasks);
    }
    const taken = [...this.#places].reduce((sum, place) => sum + place.ringBytes, 0);
    const left = maxRingBytes - taken;
    const reserve = (maxSessions - this.#places.size - 1) * leastRingBytes;
    const byDefault = Math.min(defaultRingBytes, Math.max(left - reserve, leastRingBytes));
    const ringBytes = wantedRingBytes || byDefault;
    if (ringBytes > left) {
      throw exceeded('SESSION_LIMIT', 'bytes of all rings together', maxRingBytes);
    }
    const place: Place = { ringBytes };
    this.#places.add(place);
    return place;
  }

  #countTasks(): number {
    return [...this.#sessions].reduce((sum, session) => sum + session.info().liveTasks, 0);
  }

  /** Ends the session with the most tasks where all together have too many. */
  #enforceTaskLimit(): void {
    if (this.#countTasks() <= this.#limits.maxTasks) {
      return;
    }
    const largest = [...this.#sessions].reduce((most, session) =>
      session.info().liveTasks > most.info().liveTasks ? session : most,
    );
    this.#log.warn({ session: largest.name, limit: this.#limits.maxTasks }, 'too many tasks');
    const action = largest.properties.target === 'launch' ? 'kill' : 'detach';
    void largest.end(action, EndCause.LIMIT_EXCEEDED);
  }
}

function exceeded(
  reason: 'SESSION_LIMIT' | 'TASK_LIMIT',
  what: string,
  maximum: number,
): ServiceError {
  return new ServiceError(reason, `the server's limit of ${maximum} ${what} is reached`, {
    metadata: { limit: what, maximum: String(maximum) },
  });
}
