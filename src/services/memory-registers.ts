/** Registers of held tasks. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { CallContext } from '../context.js';
import { invalidField, ServiceError } from '../errors.js';
import type {
  GetRegistersRequest,
  GetRegistersResponseSchema,
  SetRegistersRequest,
  SetRegistersResponseSchema,
} from '../gen/ptraced/v1/memory_service_pb.js';
import { RegistersSchema } from '../gen/ptraced/v1/record_pb.js';
import { withServiceErrors } from '../session/native-failure.js';
import type { TraceSession } from '../session/session.js';
import { auditRegisters } from './audit.js';
import { checkPid } from './fields.js';
import { hex } from './memory-place.js';

/** In the order of struct user_regs_struct, which is that of the message and of the addon. */
const registers = RegistersSchema.fields;

const selectors = new Set(['cs', 'ss', 'ds', 'es', 'fs', 'gs']);

/** Bits that a register has, so that the kernel cuts nothing off silently. */
function widthOf(name: string): bigint {
  return selectors.has(name) ? 16n : name === 'eflags' ? 32n : 64n;
}

function toMessage(values: BigUint64Array): MessageInitShape<typeof RegistersSchema> {
  return Object.fromEntries(registers.map(({ localName }, index) => [localName, values[index]]));
}

/** A value as it is written: decimal, also negative, or 0x hexadecimal. */
function parseValue(name: string, text: string): bigint {
  const field = `values[${name}]`;
  if (!/^(?:0x[0-9a-f]{1,16}|-?[0-9]{1,20})$/i.test(text)) {
    throw invalidField(field, `'${text}' is no number, decimal or 0x hexadecimal`);
  }
  const value = BigInt(text);
  const width = widthOf(name);
  if (value < -(1n << (width - 1n)) || value >= 1n << width) {
    throw invalidField(field, `${text} does not fit ${width} bits`);
  }
  return BigInt.asUintN(Number(width), value);
}

function parseValues(values: Readonly<Record<string, string>>): Record<string, bigint> {
  const entries = Object.entries(values);
  if (entries.length === 0) {
    throw invalidField('values', 'must name a register');
  }
  return Object.fromEntries(
    entries.map(([name, text]) => {
      if (!registers.some((register) => register.name === name)) {
        throw new ServiceError('UNKNOWN_REGISTER', `there is no register '${name}'`, {
          metadata: { register: name },
        });
      }
      return [name, parseValue(name, text)];
    }),
  );
}

export async function getRegisters(
  { tid }: GetRegistersRequest,
  { native }: TraceSession,
): Promise<MessageInitShape<typeof GetRegistersResponseSchema>> {
  checkPid('tid', tid);
  const { values, stopId } = await withServiceErrors(() => native.registers(tid));
  return {
    registers: toMessage(values),
    hex: Object.fromEntries(registers.map(({ name }, index) => [name, hex(values[index] ?? 0n)])),
    stopId,
  };
}

/** Names the field where the kernel has refused the value of a register. */
function explained(error: unknown): unknown {
  if (error instanceof ServiceError && error.reason === 'FIELD_INVALID') {
    const field = `values[${error.metadata['register'] ?? ''}]`;
    return invalidField(field, 'the kernel refuses this value');
  }
  return error;
}

export async function setRegisters(
  request: SetRegistersRequest,
  { name, native }: TraceSession,
  { log }: CallContext,
): Promise<MessageInitShape<typeof SetRegistersResponseSchema>> {
  const { tid, expectedStopId } = request;
  checkPid('tid', tid);
  const wanted = parseValues(request.values);
  try {
    const { values } = await withServiceErrors(() =>
      native.setRegisters(tid, wanted, expectedStopId),
    );
    auditRegisters(log, name, tid, Object.keys(wanted));
    return { registers: toMessage(values) };
  } catch (error) {
    throw explained(error);
  }
}
