/** Pairs of fields X and X_bytes; proto/ptraced/v1/record.proto defines what they hold. */
import { isUtf8 } from 'node:buffer';
import {
  clone,
  type DescField,
  type DescMessage,
  type MessageShape,
  ScalarType,
} from '@bufbuild/protobuf';
import { type ReflectMessage, reflect } from '@bufbuild/protobuf/reflect';
import { displayBytes, type TextOrBytes } from '../bytes.js';
import { invalidField } from '../errors.js';

/** The value of the field that is set, and the path of that field. */
export interface Chosen<T> {
  readonly field: string;
  readonly value: T;
}

function refuseBoth(field: string): never {
  const name = field.slice(field.lastIndexOf('.') + 1);
  throw invalidField(`${field}_bytes`, `must not be set together with ${name}`);
}

/** X_bytes where it is set, otherwise X. Throws FIELD_INVALID where both are set. */
export function chosen(field: string, text: string, bytes: Uint8Array): Chosen<TextOrBytes> {
  if (bytes.length === 0) {
    return { field, value: text };
  }
  return text === '' ? { field: `${field}_bytes`, value: bytes } : refuseBoth(field);
}

/** The same for a list. */
export function chosenList(
  field: string,
  texts: readonly string[],
  bytes: readonly Uint8Array[],
): Chosen<readonly TextOrBytes[]> {
  if (bytes.length === 0) {
    return { field, value: texts };
  }
  return texts.length === 0 ? { field: `${field}_bytes`, value: bytes } : refuseBoth(field);
}

/** X and X_bytes of a message that only the server sends: X is for people where it is not UTF-8. */
export function textFields<Name extends string>(
  name: Name,
  bytes: Uint8Array,
): { [Key in Name]: string } & { [Key in `${Name}Bytes`]?: Uint8Array };
export function textFields(name: string, bytes: Uint8Array): Record<string, string | Uint8Array> {
  return { [name]: displayBytes(bytes), ...(!isUtf8(bytes) && { [`${name}Bytes`]: bytes }) };
}

/** The same for a list. */
export function textListFields<Name extends string>(
  name: Name,
  entries: readonly Uint8Array[],
): { [Key in Name]: string[] } & { [Key in `${Name}Bytes`]?: Uint8Array[] };
export function textListFields(
  name: string,
  entries: readonly Uint8Array[],
): Record<string, string[] | readonly Uint8Array[]> {
  const isText = entries.every((entry) => isUtf8(entry));
  return { [name]: entries.map(displayBytes), ...(!isText && { [`${name}Bytes`]: entries }) };
}

/** The field X of a field X_bytes. */
function textFieldOf(message: ReflectMessage, field: DescField): DescField | undefined {
  return field.name.endsWith('_bytes')
    ? message.fields.find(({ name }) => `${name}_bytes` === field.name)
    : undefined;
}

function isBytesList(field: DescField): field is DescField & { fieldKind: 'list' } {
  return field.fieldKind === 'list' && field.scalar === ScalarType.BYTES;
}

/** Moves what is UTF-8 from X_bytes to X. */
function moveText(message: ReflectMessage, field: DescField): void {
  const text = textFieldOf(message, field);
  if (text?.fieldKind === 'scalar' && field.fieldKind === 'scalar') {
    const bytes = message.get(field) as Uint8Array;
    if (isUtf8(bytes)) {
      message.set(text, Buffer.from(bytes).toString());
      message.clear(field);
    }
  } else if (text?.fieldKind === 'list' && isBytesList(field)) {
    const entries = [...message.get(field)] as Uint8Array[];
    if (entries.every((entry) => isUtf8(entry))) {
      const texts = message.get(text);
      for (const entry of entries) {
        texts.add(Buffer.from(entry).toString());
      }
      message.clear(field);
    }
  }
}

function settle(message: ReflectMessage): void {
  for (const field of message.fields) {
    if (!message.isSet(field)) {
      continue;
    }
    if (field.fieldKind === 'message') {
      settle(message.get(field));
    } else if (field.fieldKind === 'list' && field.listKind === 'message') {
      for (const entry of message.get(field)) {
        settle(entry as ReflectMessage);
      }
    } else {
      moveText(message, field);
    }
  }
}

/** A copy of a checked request as a response has it: X is set where the value is UTF-8, else X_bytes. */
export function asShown<D extends DescMessage>(
  schema: D,
  message: MessageShape<D>,
): MessageShape<D> {
  const copy = clone(schema, message);
  settle(reflect(schema, copy));
  return copy;
}
