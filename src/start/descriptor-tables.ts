/** What the build makes of a file of descriptors, for `descriptors.ts`. Texts are JSON, parsed at the first use. */

/** Name, local name, number, JSON name, whether it is deprecated. */
export type ValueRow = readonly [string, string, number, string, boolean];

export interface EnumTable {
  readonly typeName: string;
  readonly deprecated: boolean;
  readonly open: boolean;
  readonly sharedPrefix: string | undefined;
  /** ValueRow[], as JSON. */
  readonly values: string;
}

/** Message and enum by the names of their types, the oneof by its place in the message; what is false is left out. */
export interface FieldRow {
  readonly name: string;
  readonly localName: string;
  /** Unless it is the local name. */
  readonly jsonName?: string;
  readonly number: number;
  readonly deprecated?: true;
  readonly presence: number;
  readonly utf8Validation?: true;
  readonly fieldKind: string;
  readonly listKind?: string;
  readonly mapKind?: string;
  readonly mapKey?: number;
  readonly scalar?: number;
  readonly message?: string;
  readonly enum?: string;
  readonly delimitedEncoding?: boolean;
  readonly packed?: boolean;
  readonly longAsString?: true;
  readonly oneof?: number;
  /** Whether the field has `getDefaultValue`. */
  readonly singular?: true;
}

export interface MessageTable {
  readonly typeName: string;
  readonly deprecated: boolean;
  /** FieldRow[], as JSON. */
  readonly fields: string;
  /** Name and local name of each. */
  readonly oneofs: readonly (readonly [string, string])[];
  readonly messages: readonly MessageTable[];
  readonly enums: readonly EnumTable[];
}

export interface MethodRow {
  readonly name: string;
  readonly localName: string;
  readonly methodKind: string;
  readonly input: string;
  readonly output: string;
  readonly idempotency: number;
  readonly deprecated: boolean;
}

export interface ServiceTable {
  readonly typeName: string;
  readonly deprecated: boolean;
  readonly methods: readonly MethodRow[];
}

export interface FileTable {
  /** Without `.proto`. */
  readonly name: string;
  readonly edition: number;
  readonly deprecated: boolean;
  readonly messages: readonly MessageTable[];
  readonly enums: readonly EnumTable[];
  readonly services: readonly ServiceTable[];
}
