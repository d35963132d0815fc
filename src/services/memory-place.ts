/** What requests of MemoryService have in common: a place in a process's memory, and the lack of one. */
import { invalidField, ServiceError } from '../errors.js';
import type { EngineFault, EngineLocation } from '../session/engine.js';
import { checkPid } from './fields.js';

/** Bytes of one read or write at most. */
export const maxTransferBytes = 1024 * 1024;

/** The fields that name a place, as in ReadMemoryRequest. */
export interface PlaceRequest {
  readonly session: string;
  readonly pid: number;
  readonly location:
    | { case: 'address'; value: bigint }
    | { case: 'at'; value: string }
    | { case: 'atBytes'; value: Uint8Array }
    | { case: undefined; value?: undefined };
}

/** Longer than any path. */
const maxExpressionLength = 8192;

/** Where the request points; the expression is read by the addon, which knows the registers and modules. */
export function toLocation({ pid, location }: PlaceRequest): EngineLocation {
  checkPid('pid', pid);
  if (location.case === undefined) {
    throw invalidField('location', 'must be address, at or at_bytes');
  }
  if (location.case !== 'address' && location.value.length > maxExpressionLength) {
    const field = location.case === 'at' ? 'at' : 'at_bytes';
    throw invalidField(field, `must have at most ${maxExpressionLength} characters`);
  }
  return location.value;
}

/** A number of bytes from 1 to 1 MiB. Throws FIELD_INVALID or READ_TOO_LARGE. */
export function checkTransferSize(field: string, size: number): number {
  if (size === 0) {
    throw invalidField(field, 'must be at least one byte');
  }
  if (size > maxTransferBytes) {
    throw new ServiceError(
      'READ_TOO_LARGE',
      `${field}: ${size} bytes are more than ${maxTransferBytes}, the most of one call`,
      { metadata: { field, maximum: String(maxTransferBytes) } },
    );
  }
  return size;
}

/** "0x7ffe12345678". */
export function hex(value: bigint): string {
  return `0x${value.toString(16)}`;
}

/** ADDRESS_UNMAPPED with the first address that could not be read. */
export function unmapped({ address, permissions }: EngineFault): ServiceError {
  const at = hex(address);
  return permissions === ''
    ? new ServiceError('ADDRESS_UNMAPPED', `nothing is mapped at ${at}`, {
        metadata: { address: at },
      })
    : new ServiceError(
        'ADDRESS_UNMAPPED',
        `${at} may not be read by the process (${permissions})`,
        {
          metadata: { address: at, permissions },
        },
      );
}

/** Bytes from hexadecimal digits, two a byte, blanks anywhere between. */
export function parseHex(field: string, digits: string): Uint8Array {
  const packed = digits.replace(/\s+/g, '');
  if (!/^(?:[0-9a-f]{2})*$/i.test(packed)) {
    throw invalidField(field, 'must be hexadecimal digits, two a byte');
  }
  return Buffer.from(packed, 'hex');
}
