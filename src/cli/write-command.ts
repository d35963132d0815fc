/** `ptracectl write`: changes the memory of a process. */

import { readFileSync } from 'node:fs';
import { isText, toBytes } from '../bytes.js';
import {
  type WriteMemoryRequest,
  type WriteMemoryResponse,
  WriteMemoryResponseSchema,
} from '../client/index.js';
import { locationOf } from './byte-arguments.js';
import { OutputError } from './fd-writer.js';
import { parseUint64 } from './options.js';
import { remoteCommand } from './remote-command.js';
import { sessionName } from './session-name.js';
import { parseId } from './task-columns.js';
import { UsageError } from './usage-error.js';
import { parseHex } from './values.js';

export const writeCommand = remoteCommand({
  name: 'write',
  summary: 'write to the memory of a process',
  synopsis: 'SESSION PID ADDRESS',
  description: `Writes bytes to the memory of a process, all or none, and shows what was there. ADDRESS is a number,
a register or a module, with an offset, such as 0x7ffe1000, rsp+16 or libc.so.6+0x29d90.`,
  options: {
    expect: { type: 'string' },
    file: { type: 'string' },
    force: { type: 'boolean', default: false },
    hex: { type: 'string' },
    'stop-id': { type: 'string', default: '0' },
    text: { type: 'string' },
  },
  optionHelp: `\
      --text=TEXT          write this text, without a NUL
      --hex=DIGITS         write these bytes; blanks are allowed
      --file=FILE          write what this file holds; "-" for stdin
      --expect=DIGITS      only if these bytes are there; the thread must be held
      --force              also where the process itself may not write
      --stop-id=N          only if the thread is still held in this stop`,
  async run({ client, values, operands: [session = '', pid = '', address = ''], output }) {
    const request = {
      pid: parseId(pid, 'PID'),
      location: locationOf(address),
      payload: payloadOf(values),
      force: values.force,
      expected:
        values.expect === undefined ? new Uint8Array() : parseHex(values.expect, '--expect'),
      expectedStopId: parseUint64(values['stop-id'], '--stop-id'),
    };
    const name = await sessionName(client, session);
    const response = await client.memory.writeMemory({ ...request, session: name });
    output.message(WriteMemoryResponseSchema, response, () => output.line(describe(response)));
  },
});

interface PayloadValues {
  readonly file?: string | undefined;
  readonly hex?: string | undefined;
  readonly text?: string | undefined;
}

function payloadOf({ file, hex, text }: PayloadValues): WriteMemoryRequest['payload'] {
  if ([file, hex, text].filter((value) => value !== undefined).length !== 1) {
    throw new UsageError('must have one of --text, --hex and --file');
  }
  if (text !== undefined) {
    return isText(text) ? { case: 'text', value: text } : { case: 'data', value: toBytes(text) };
  }
  if (hex !== undefined) {
    return { case: 'data', value: parseHex(hex, '--hex') };
  }
  return { case: 'data', value: readInput(file ?? '-') };
}

function readInput(file: string): Uint8Array {
  try {
    return readFileSync(file === '-' ? 0 : toBytes(file));
  } catch (error) {
    throw new OutputError(`read '${file}'`, error);
  }
}

function describe({ address, written, previous }: WriteMemoryResponse): string {
  const bytes = Buffer.from(previous)
    .toString('hex')
    .replaceAll(/..(?=.)/g, '$& ');
  return `wrote ${written} bytes at 0x${address.toString(16)}, which were ${bytes}`;
}
