/** C1 and C11: a million calls of random numbers and arguments, in two million records that the validator sees. */
import { create } from '@bufbuild/protobuf';
import { expect } from 'vitest';
import { Arch, RecordKind, type TraceRecord } from '../../src/gen/ptraced/v1/record_pb.js';
import {
  TraceRequestSchema,
  type TraceResponse,
  TraceService,
} from '../../src/gen/ptraced/v1/trace_service_pb.js';
import { longPatience } from '../support/eventually.js';
import { fixture } from '../support/fixtures.js';
import { test } from '../support/harness.js';
import { launch } from '../support/trace.js';
import { StreamValidator } from '../support/validator.js';

const calls = 1_000_000;
const seed = 20_251_124;
const word32 = 2n ** 32n;
const word64 = 2n ** 64n;

interface Call {
  arch: Arch;
  /** As the kernel takes it, 32 bits. */
  number: number;
  args: bigint[];
}

/** The calls of the fixture, by the same generator. */
class Calls {
  #state = seed;
  readonly #buffer: bigint;

  constructor(buffer: bigint) {
    this.#buffer = buffer;
  }

  #draw(): number {
    this.#state ^= this.#state << 13;
    this.#state ^= this.#state >>> 17;
    this.#state ^= this.#state << 5;
    return this.#state >>> 0;
  }

  #word(): bigint {
    const kind = this.#draw() % 4;
    const low = this.#draw();
    switch (kind) {
      case 0:
        return BigInt(low & 0xff);
      case 1:
        return (BigInt(this.#draw()) << 32n) | BigInt(low);
      case 2:
        return this.#buffer + BigInt(low & 0xffff);
      default:
        return (word64 - BigInt(low & 0xffff)) % word64;
    }
  }

  next(): Call {
    const kind = this.#draw() % 8;
    const any = this.#draw();
    const args = Array.from({ length: 6 }, () => this.#word());
    if (kind === 7) {
      return { arch: Arch.I386, number: any % 480, args: args.map((word) => word % word32) };
    }
    const native = kind < 5 ? any % 480 : kind === 5 ? (0x40000000 | (any % 600)) >>> 0 : any;
    const number = native === 335 || native === 336 ? 39 : native;
    // A negative number is no table's.
    const isX32 = (number & 0x40000000) !== 0 && number < 2 ** 31;
    return { arch: isX32 ? Arch.X32 : Arch.X86_64, number, args };
  }
}

/** What of the record is not the call; empty where it is. */
function difference(record: TraceRecord, { arch, number, args }: Call): string {
  const { syscall, sysno, text } = record;
  const name = `syscall_0x${BigInt.asUintN(64, BigInt(number | 0)).toString(16)}(`;
  const inTable = arch === Arch.X32 ? number - 0x40000000 : number;
  const kept = syscall === '' ? sysno === -1 && text.startsWith(name) : sysno === inTable;
  const words = args.every((word, index) => word === record.args[index]);
  const inHexadecimal = args.map((word) => (word === 0n ? '0' : `0x${word.toString(16)}`));
  const isWhole = syscall === '' && record.kind === RecordKind.ENTER;
  const shown = !isWhole || text === name + inHexadecimal.join(', ');
  return arch === record.arch && kept && words && shown
    ? ''
    : `${Arch[record.arch]} ${sysno} "${syscall}" ${record.args} ${text}, wanted ${Arch[arch]} ${number} ${args}`;
}

test(`${calls} calls: none is missing, numbers and words are kept, each ENTER is closed`, {
  timeout: 3 * longPatience,
}, async ({ client }) => {
  const request = launch([fixture('random-calls'), String(calls), String(seed)]);
  const validator = new StreamValidator(create(TraceRequestSchema, request));
  const different: string[] = [];
  let expected: Calls | undefined;
  let output = '';
  let begun = false;
  let seen = 0;
  const take = (record: TraceRecord): void => {
    if (record.detail.case === 'output') {
      output += Buffer.from(record.detail.value.data).toString();
    } else if (record.kind === RecordKind.ENTER && begun && seen < calls) {
      seen++;
      expected ??= new Calls(BigInt(/^buffer (\w+)\n/.exec(output)?.[1] ?? 0));
      const what = difference(record, expected.next());
      if (what !== '' && different.length < 10) {
        different.push(`call ${seen}: ${what}`);
      }
    } else if (record.kind === RecordKind.EXIT && record.syscall === 'seccomp' && !begun) {
      begun = true;
    }
  };
  let ended: TraceResponse['frame'] | undefined;
  for await (const response of client.stream(TraceService.method.trace, request)) {
    const { frame } = response as TraceResponse;
    validator.frame(response as TraceResponse);
    if (frame.case === 'batch') {
      frame.value.records.forEach(take);
    }
    ended = frame;
  }
  expect(different).toEqual([]);
  expect(seen).toBe(calls);
  expect(output).toMatch(/^buffer \w+\ndone\n$/);
  expect(validator.complaints).toEqual([]);
  expect(validator.counts.received).toBeGreaterThan(2n * BigInt(calls));
  expect(ended).toMatchObject({
    case: 'ended',
    value: { lostRecords: 0n, rootExit: { exitCode: 0 } },
  });
});
