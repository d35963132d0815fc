/** From the MemoryProbes of a request to what the engine takes. */
import { invalidField } from '../errors.js';
import type { MemoryProbe } from '../gen/ptraced/v1/session_pb.js';
import type { EngineProbe } from '../session/engine.js';
import { chosen } from './bytes-fields.js';
import { checkText } from './fields.js';
import { toFilter } from './record-filter.js';

const maxProbes = 64;
const maxNameLength = 256;
const maxExpressionLength = 8192;
const defaultMaxBytes = 4096;
/** Of one snapshot. */
const mostBytes = 1024 * 1024;
const callWords = 6;

function toMaxBytes(field: string, maxBytes: number): number {
  if (maxBytes > mostBytes) {
    throw invalidField(`${field}.max_bytes`, `must be at most ${mostBytes}`);
  }
  return maxBytes || defaultMaxBytes;
}

function toLength(
  field: string,
  { length }: MemoryProbe,
  maxBytes: number,
): Pick<EngineProbe, 'length' | 'number'> {
  switch (length.case) {
    case 'bytes':
      if (length.value === 0 || length.value > maxBytes) {
        throw invalidField(`${field}.bytes`, `must be from 1 to max_bytes, which is ${maxBytes}`);
      }
      return { length: 'bytes', number: length.value };
    case 'lengthArgument':
      if (length.value >= callWords) {
        throw invalidField(`${field}.length_argument`, 'must be from 0 to 5');
      }
      return { length: 'argument', number: length.value };
    case 'lengthIsReturn':
      if (!length.value) {
        throw invalidField(`${field}.length_is_return`, 'must be true, or another length be set');
      }
      return { length: 'return', number: 0 };
    default:
      throw invalidField(`${field}.length`, 'must be bytes, length_argument or length_is_return');
  }
}

function toProbe(field: string, probe: MemoryProbe): EngineProbe {
  const name = checkText(`${field}.name`, probe.name);
  if (name.length > maxNameLength) {
    throw invalidField(`${field}.name`, `must have at most ${maxNameLength} characters`);
  }
  const given = chosen(`${field}.address`, probe.address, probe.addressBytes);
  const address = checkText(given.field, given.value);
  if (address.length > maxExpressionLength) {
    throw invalidField(given.field, `must have at most ${maxExpressionLength} characters`);
  }
  const maxBytes = toMaxBytes(field, probe.maxBytes);
  return {
    field,
    name,
    at: toFilter(`${field}.at`, probe.at),
    address,
    ...toLength(field, probe, maxBytes),
    maxBytes,
  };
}

/** The probes with every default filled in. */
export function completeProbes(probes: readonly MemoryProbe[]): MemoryProbe[] {
  return probes.map((probe) => ({ ...probe, maxBytes: probe.maxBytes || defaultMaxBytes }));
}

/** Throws a ServiceError where one of them is not acceptable; addresses are read by the addon. */
export function toProbes(field: string, probes: readonly MemoryProbe[]): EngineProbe[] {
  if (probes.length > maxProbes) {
    throw invalidField(field, `must have at most ${maxProbes} entries`);
  }
  return probes.map((probe, index) => toProbe(`${field}[${index}]`, probe));
}
