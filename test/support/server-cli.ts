/** `ptracectl` with the server of a test: what it prints, where it does what it is told and where it fails. */
import { type DescMessage, fromJsonString, type MessageShape } from '@bufbuild/protobuf';
import { expect } from 'vitest';
import { SessionSchema, SessionState } from '../../src/gen/ptraced/v1/session_pb.js';
import { eventually } from './eventually.js';
import { test as base } from './harness.js';
import { runCli } from './ptracectl.js';

/** Runs ptracectl with the server of the test. */
export class ServerCli {
  readonly address: string;

  constructor(address: string) {
    this.address = address;
  }

  /** Its stdout, where it succeeds without a message. */
  async ok(...args: string[]): Promise<string> {
    const { stdout, stderr, end } = await runCli(this.address, ...args);
    expect({ args, stderr, end }).toEqual({ args, stderr: '', end: 0 });
    return stdout;
  }

  /** What --json prints, read back. */
  async json<Schema extends DescMessage>(
    schema: Schema,
    ...args: string[]
  ): Promise<MessageShape<Schema>[]> {
    const lines = (await this.ok(...args, '--json')).split('\n').slice(0, -1);
    return lines.map((line) => fromJsonString(schema, line));
  }

  /** Its message, where it fails with status 1. */
  fails(...args: string[]): Promise<string> {
    return this.#fails(1, args);
  }

  /** Its message, where the command line is wrong: status 2. */
  refuses(...args: string[]): Promise<string> {
    return this.#fails(2, args);
  }

  async #fails(status: number, args: string[]): Promise<string> {
    const { stdout, stderr, end } = await runCli(this.address, ...args);
    expect({ args, stdout, end }).toEqual({ args, stdout: '', end: status });
    const hint = `Try 'ptracectl ${args[0]} --help' for more information.\n`;
    expect(stderr.endsWith(hint)).toBe(status === 2);
    const message = stderr.replace(hint, '');
    expect(message).toMatch(/^ptracectl: [^\n]+\n$/);
    return message.slice('ptracectl: '.length, -1);
  }

  /** Attaches and leaves; the session's name. */
  async attach(pid: number, ...options: string[]): Promise<string> {
    const name = await this.ok('attach', '-D', ...options, String(pid));
    expect(name).toMatch(/^sessions\/\w+\n$/);
    return name.trimEnd();
  }

  async state(session: string): Promise<SessionState | undefined> {
    return (await this.json(SessionSchema, 'sessions', 'get', session))[0]?.state;
  }

  async ended(session: string): Promise<void> {
    await eventually(`the end of ${session}`, async () => {
      return (await this.state(session)) === SessionState.ENDED;
    });
  }
}

/** The `test` of the harness, with a command line. */
export const test = base.extend<{ cli: ServerCli }>({
  cli: async ({ server }, use) => use(new ServerCli(server.address)),
});
