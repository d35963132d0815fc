/** `ptracectl read`: shows the memory of a process. */

import {
  DumpMemoryResponseSchema,
  ReadMemoryResponseSchema,
  ReadSocketAddressResponseSchema,
  ReadStringVectorResponseSchema,
  Rendering,
} from '../client/index.js';
import { type Location, locationOf } from './byte-arguments.js';
import { type OptionSpecs, parseUint64 } from './options.js';
import { type RemoteCall, remoteCommand } from './remote-command.js';
import { sessionName } from './session-name.js';
import { parseId } from './task-columns.js';
import { printable } from './text-output.js';
import { UsageError } from './usage-error.js';
import { enumValue } from './values.js';

const OPTIONS = {
  as: { type: 'string', default: 'hexdump' },
  partial: { type: 'boolean', default: false },
} as const satisfies OptionSpecs;

/** Where to read, and how much. */
interface Range {
  readonly session: string;
  readonly pid: number;
  readonly location: Location;
  /** Undefined: as much as the form takes by default. */
  readonly size: bigint | undefined;
}

type Call = RemoteCall<typeof OPTIONS>;
type Reader = (call: Call, range: Range) => Promise<void>;

const FORMS: Readonly<Record<string, Reader>> = {
  hexdump: (call, range) => readRendered(call, range, Rendering.HEXDUMP, 256n),
  hex: (call, range) => readRendered(call, range, Rendering.HEX, 256n),
  string: (call, range) => readRendered(call, range, Rendering.STRING, 4096n),
  raw: readRaw,
  argv: readVector,
  sockaddr: readSocketAddress,
};

export const readCommand = remoteCommand({
  name: 'read',
  summary: 'show the memory of a process',
  synopsis: 'SESSION PID ADDRESS [SIZE]',
  description: `Shows the memory of a process, SIZE bytes from ADDRESS on: a number, a register or a module, with an
offset, such as 0x7ffe1000, rsp+16 or libc.so.6+0x29d90. Registers are those of a held thread.`,
  options: OPTIONS,
  optionHelp: `\
      --as=FORM            hexdump (the default), hex, string (up to its NUL), argv (strings up to
                           a NULL, SIZE of them at most), sockaddr, or raw: the bytes themselves,
                           of any SIZE
      --partial            show what there is where the memory ends before SIZE`,
  async run(call) {
    const [session = '', pid = '', address = '', size] = call.operands;
    const reader = enumValue(FORMS, call.values.as, '--as');
    const range = {
      pid: parseId(pid, 'PID'),
      location: locationOf(address),
      size: size === undefined ? undefined : parseUint64(size, 'SIZE'),
    };
    await reader(call, { ...range, session: await sessionName(call.client, session) });
  },
});

/** A size for a field of 32 bits. */
function size32(size: bigint): number {
  if (size > 0xffff_ffffn) {
    throw new UsageError(`SIZE is too large for this form: ${size} (try --as=raw)`);
  }
  return Number(size);
}

async function readRendered(
  { client, values, output }: Call,
  { size, ...where }: Range,
  rendering: Rendering,
  byDefault: bigint,
): Promise<void> {
  const untilNul = rendering === Rendering.STRING;
  const request = { ...where, size: size32(size ?? byDefault), untilNul, rendering };
  // Whoever gives no size asks for what there is.
  const allowPartial = values.partial || untilNul || size === undefined;
  let response = await client.memory.readMemory({ ...request, allowPartial });
  if (response.partial && response.data.length === 0) {
    // There is nothing, and the server says why.
    response = await client.memory.readMemory(request);
  }
  output.message(ReadMemoryResponseSchema, response, ({ text, terminated }) => {
    output.line(text.replace(/\n$/, ''));
    if (untilNul && !terminated) {
      output.notice('there is no NUL within these bytes');
    }
  });
}

async function readVector({ client, output }: Call, { size, ...where }: Range): Promise<void> {
  const maxStrings = size32(size ?? 0n);
  const response = await client.memory.readStringVector({ ...where, maxStrings });
  output.message(ReadStringVectorResponseSchema, response, ({ texts, truncated }) => {
    for (const text of texts) {
      output.line(printable(text));
    }
    if (truncated) {
      output.notice('there are more strings, or longer ones');
    }
  });
}

async function readSocketAddress({ client, output }: Call, range: Range): Promise<void> {
  const { size, ...where } = range;
  if (size === undefined) {
    throw new UsageError('--as=sockaddr must have SIZE, the length of the address');
  }
  const request = { ...where, length: size32(size) };
  const response = await client.memory.readSocketAddress(request);
  output.message(ReadSocketAddressResponseSchema, response, ({ text }) => output.line(text));
}

/** Bytes that stand for a hole, at most at a time. */
const ZEROES = new Uint8Array(256 * 1024);

/** Holes are zeroes, so that offsets stay those of the memory. */
async function readRaw({ client, output, values }: Call, { size, ...where }: Range): Promise<void> {
  if (size === undefined) {
    throw new UsageError('--as=raw must have SIZE');
  }
  for await (const part of client.dumpMemory({ ...where, size })) {
    output.message(DumpMemoryResponseSchema, part, ({ data }) => output.bytes(data));
    if (part.unreadable > 0n && !values.json) {
      output.notice(`${part.unreadable} bytes at 0x${part.address.toString(16)} cannot be read`);
      for (let left = part.unreadable; left > 0n; left -= BigInt(ZEROES.length)) {
        output.bytes(left < ZEROES.length ? ZEROES.subarray(0, Number(left)) : ZEROES);
        await output.flush();
      }
    }
    await output.flush();
  }
}
