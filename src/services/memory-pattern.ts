/** What SearchMemory looks for. */
import { invalidField } from '../errors.js';
import type { SearchMemoryRequest } from '../gen/ptraced/v1/memory_service_pb.js';

/** A byte matches where it equals that of `value` in the bits of `mask`. */
export interface BytePattern {
  readonly value: Buffer;
  readonly mask: Buffer;
}

const maxPatternBytes = 4096;

/** Digits two a byte, "?" for any digit, blanks anywhere. */
function fromHex(text: string): BytePattern {
  const digits = text.replace(/\s+/g, '');
  if (!/^(?:[0-9a-f?]{2})*$/i.test(digits)) {
    throw invalidField('hex', 'must be hexadecimal digits or "?", two a byte');
  }
  return {
    value: Buffer.from(digits.replaceAll('?', '0'), 'hex'),
    mask: Buffer.from(digits.replace(/[^?]/g, 'f').replaceAll('?', '0'), 'hex'),
  };
}

function exactly(value: Buffer): BytePattern {
  return { value, mask: Buffer.alloc(value.length, 0xff) };
}

/** Throws FIELD_INVALID. */
export function toPattern({ pattern }: SearchMemoryRequest): BytePattern {
  if (pattern.case === undefined) {
    throw invalidField('pattern', 'must be data, hex or text');
  }
  const found =
    pattern.case === 'hex' ? fromHex(pattern.value) : exactly(Buffer.from(pattern.value));
  if (found.value.length === 0 || found.value.length > maxPatternBytes) {
    throw invalidField(pattern.case, `must be from 1 to ${maxPatternBytes} bytes`);
  }
  return found;
}
