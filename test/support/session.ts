/** Sessions that a test creates. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import {
  type OrphanAction,
  type Session,
  SessionState,
} from '../../src/gen/ptraced/v1/session_pb.js';
import {
  type CreateSessionRequestSchema,
  TraceService,
  type UpdateSessionRequestSchema,
} from '../../src/gen/ptraced/v1/trace_service_pb.js';
import { eventually, longPatience } from './eventually.js';
import type { Client } from './rpc.js';
import { attach, launch, type TraceInit } from './trace.js';

const { createSession, getSession, updateSession, endSession } = TraceService.method;

export type CreateInit = MessageInitShape<typeof CreateSessionRequestSchema>;
type UpdateInit = MessageInitShape<typeof UpdateSessionRequestSchema>;

/** A duration of the API. */
export function ms(milliseconds: number): { seconds: bigint; nanos: number } {
  const seconds = Math.floor(milliseconds / 1000);
  return { seconds: BigInt(seconds), nanos: (milliseconds - seconds * 1000) * 1_000_000 };
}

/** A request to launch a command with the environment of all tests. */
export function launching(
  argv: string[],
  more: Omit<CreateInit, 'target'> = {},
  command: Parameters<typeof launch>[2] = {},
): CreateInit {
  return { target: (launch(argv, {}, command) as TraceInit).target, ...more } as CreateInit;
}

export function attaching(pid: number, more: Omit<CreateInit, 'target'> = {}): CreateInit {
  return { target: attach(pid).target, ...more } as CreateInit;
}

/** A session; ended when disposed of, as its target ends by default. */
export class TestSession implements AsyncDisposable {
  /** As CreateSession returned it. */
  readonly created: Session;
  readonly name: string;
  readonly #client: Client;

  constructor(client: Client, created: Session) {
    this.#client = client;
    this.created = created;
    this.name = created.name;
  }

  async get(): Promise<Session> {
    const { session } = await this.#client.unary(getSession, { name: this.name });
    return session as Session;
  }

  /** Changes what `session` has of it. */
  update(session: UpdateInit['session'], paths: string[] = []) {
    return this.#client.unary(updateSession, {
      session: { name: this.name, ...session } as NonNullable<UpdateInit['session']>,
      ...(paths.length > 0 && { updateMask: { paths } }),
    });
  }

  async end(action?: OrphanAction): Promise<Session> {
    const request = { name: this.name, ...(action !== undefined && { action }) };
    return (await this.#client.unary(endSession, request)).session as Session;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.end();
  }
}

/** Longer than any test: on a busy machine one may take more than the server's minute between two renewals. */
const leaseTtl = ms(2 * longPatience);

/** Creates a session, whose lease, where `init` has no other, outlives the test. */
export async function create(client: Client, init: CreateInit): Promise<TestSession> {
  const request = { ...init, lease: { ttl: leaseTtl, ...init.lease } } as CreateInit;
  const { session } = await client.unary(createSession, request);
  return new TestSession(client, session as Session);
}

/** Waits until no tracee of the session is left. */
export function ended(session: TestSession): Promise<Session> {
  return eventually('the end of the session', async () => {
    const now = await session.get();
    return now.state === SessionState.ENDED && now;
  });
}
