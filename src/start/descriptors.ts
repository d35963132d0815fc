/**
 * Descriptors as the bundle has them: @bufbuild/protobuf decodes each file from its encoding at import, which was
 * the greater part of what a start computed. These are made of tables that the build wrote
 * (`.ci/lib/descriptors.mjs`): a message at its first use, the others never. All that the library's have is in
 * them, `proto` aside.
 */
import type {
  DescEnum,
  DescEnumValue,
  DescExtension,
  DescField,
  DescFile,
  DescMessage,
  DescMethod,
  DescOneof,
  DescService,
} from '@bufbuild/protobuf';
import type {
  EnumTable,
  FieldRow,
  FileTable,
  MessageTable,
  MethodRow,
  ServiceTable,
  ValueRow,
} from './descriptor-tables.js';

type Oneof = { -readonly [Key in keyof DescOneof]: DescOneof[Key] };

/** All messages and enums of the files that are loaded. */
const messages = new Map<string, DescMessage>();
const enums = new Map<string, DescEnum>();

/** Throws, since only a damaged bundle lacks a file that another one imports. */
function find<T>(types: ReadonlyMap<string, T>, name: string): T {
  const found = types.get(name);
  if (found === undefined) {
    throw new Error(`no descriptor of ${name}`);
  }
  return found;
}

const lastPart = (typeName: string): string => typeName.slice(typeName.lastIndexOf('.') + 1);

/** What all kinds of descriptors have in common. */
abstract class Descriptor {
  readonly deprecated: boolean;

  constructor(deprecated: boolean) {
    this.deprecated = deprecated;
  }

  get proto(): never {
    throw new Error(`${this} has no proto in the bundle`);
  }
}

class EnumValue extends Descriptor {
  readonly kind = 'enum_value';
  readonly parent: DescEnum;
  readonly name: string;
  readonly localName: string;
  readonly number: number;
  readonly jsonName: string;

  constructor([name, localName, number, jsonName, deprecated]: ValueRow, parent: DescEnum) {
    super(deprecated);
    this.parent = parent;
    this.name = name;
    this.localName = localName;
    this.number = number;
    this.jsonName = jsonName;
  }

  override toString(): string {
    return `enum value ${this.parent.typeName}.${this.name}`;
  }
}

class Enum extends Descriptor {
  readonly kind = 'enum';
  readonly typeName: string;
  readonly name: string;
  readonly file: DescFile;
  readonly parent: DescMessage | undefined;
  readonly open: boolean;
  readonly sharedPrefix: string | undefined;
  readonly #rows: string;
  #values: DescEnumValue[] | undefined;
  #value: Record<number, DescEnumValue> | undefined;

  constructor(table: EnumTable, file: DescFile, parent: DescMessage | undefined) {
    super(table.deprecated);
    this.typeName = table.typeName;
    this.name = lastPart(table.typeName);
    this.file = file;
    this.parent = parent;
    this.open = table.open;
    this.sharedPrefix = table.sharedPrefix;
    this.#rows = table.values;
  }

  get values(): DescEnumValue[] {
    this.#values ??= (JSON.parse(this.#rows) as ValueRow[]).map(
      (row) => new EnumValue(row, this) as DescEnumValue,
    );
    return this.#values;
  }

  get value(): Record<number, DescEnumValue> {
    // The first name of a number, as in the library.
    this.#value ??= Object.fromEntries(
      this.values.toReversed().map((value) => [value.number, value]),
    );
    return this.#value;
  }

  override toString(): string {
    return `enum ${this.typeName}`;
  }
}

class OneofGroup extends Descriptor {
  readonly kind = 'oneof';
  readonly parent: DescMessage;
  readonly fields: DescField[] = [];
  readonly name: string;
  readonly localName: string;

  constructor([name, localName]: readonly [string, string], parent: DescMessage) {
    super(false);
    this.parent = parent;
    this.name = name;
    this.localName = localName;
  }

  override toString(): string {
    return `oneof ${this.parent.typeName}.${this.name}`;
  }
}

class Field extends Descriptor {
  readonly kind = 'field';
  readonly parent: DescMessage;
  readonly oneof: DescOneof | undefined;
  readonly name: string;
  readonly localName: string;
  readonly jsonName: string;
  readonly number: number;
  readonly presence: number;
  readonly utf8Validation: boolean;
  readonly fieldKind: string;
  readonly listKind: string | undefined;
  readonly mapKind: string | undefined;
  readonly mapKey: number | undefined;
  readonly scalar: number | undefined;
  readonly message: DescMessage | undefined;
  readonly enum: DescEnum | undefined;
  readonly delimitedEncoding: boolean | undefined;
  readonly packed: boolean | undefined;
  readonly longAsString: boolean;
  readonly getDefaultValue: (() => undefined) | undefined;

  constructor(row: FieldRow, parent: DescMessage, oneofs: readonly DescOneof[]) {
    super(row.deprecated === true);
    this.parent = parent;
    this.oneof = row.oneof === undefined ? undefined : oneofs[row.oneof];
    this.name = row.name;
    this.localName = row.localName;
    this.jsonName = row.jsonName ?? row.localName;
    this.number = row.number;
    this.presence = row.presence;
    this.utf8Validation = row.utf8Validation === true;
    this.fieldKind = row.fieldKind;
    this.listKind = row.listKind;
    this.mapKind = row.mapKind;
    this.mapKey = row.mapKey;
    this.scalar = row.scalar;
    this.message = row.message === undefined ? undefined : find(messages, row.message);
    this.enum = row.enum === undefined ? undefined : find(enums, row.enum);
    this.delimitedEncoding = row.delimitedEncoding;
    this.packed = row.packed;
    this.longAsString = row.longAsString === true;
    // proto3 has no defaults.
    this.getDefaultValue = row.singular === true ? () => undefined : undefined;
  }

  override toString(): string {
    return `field ${this.parent.typeName}.${this.name}`;
  }
}

/** What is made of a message at its first use. */
interface Content {
  readonly fields: DescField[];
  readonly field: Record<string, DescField>;
  readonly oneofs: DescOneof[];
  readonly members: (DescField | DescOneof)[];
}

class Message extends Descriptor {
  readonly kind = 'message';
  readonly typeName: string;
  readonly name: string;
  readonly file: DescFile;
  readonly parent: DescMessage | undefined;
  readonly nestedEnums: DescEnum[];
  readonly nestedMessages: DescMessage[];
  readonly nestedExtensions: DescExtension[] = [];
  readonly #table: MessageTable;
  #content: Content | undefined;

  constructor(table: MessageTable, file: DescFile, parent: DescMessage | undefined) {
    super(table.deprecated);
    this.#table = table;
    this.typeName = table.typeName;
    this.name = lastPart(table.typeName);
    this.file = file;
    this.parent = parent;
    messages.set(this.typeName, this.#self);
    this.nestedEnums = addEnums(table.enums, file, this.#self);
    this.nestedMessages = addMessages(table.messages, file, this.#self);
  }

  get #self(): DescMessage {
    return this as unknown as DescMessage;
  }

  get #filled(): Content {
    this.#content ??= contentOf(this.#table, this.#self);
    return this.#content;
  }

  get fields(): DescField[] {
    return this.#filled.fields;
  }

  get field(): Record<string, DescField> {
    return this.#filled.field;
  }

  get oneofs(): DescOneof[] {
    return this.#filled.oneofs;
  }

  get members(): (DescField | DescOneof)[] {
    return this.#filled.members;
  }

  override toString(): string {
    return `message ${this.typeName}`;
  }
}

function contentOf(table: MessageTable, message: DescMessage): Content {
  const oneofs: Oneof[] = table.oneofs.map((row) => new OneofGroup(row, message) as Oneof);
  const rows = JSON.parse(table.fields) as FieldRow[];
  const fields = rows.map((row) => new Field(row, message, oneofs) as unknown as DescField);
  const members = new Set<DescField | DescOneof>();
  for (const field of fields) {
    field.oneof?.fields.push(field);
    members.add(field.oneof ?? field);
  }
  const field = Object.fromEntries(fields.map((field) => [field.localName, field]));
  return { fields, field, oneofs, members: [...members] };
}

class Method extends Descriptor {
  readonly kind = 'rpc';
  readonly parent: DescService;
  readonly name: string;
  readonly localName: string;
  readonly methodKind: string;
  readonly input: DescMessage;
  readonly output: DescMessage;
  readonly idempotency: number;

  constructor(row: MethodRow, parent: DescService) {
    super(row.deprecated);
    this.parent = parent;
    this.name = row.name;
    this.localName = row.localName;
    this.methodKind = row.methodKind;
    this.input = find(messages, row.input);
    this.output = find(messages, row.output);
    this.idempotency = row.idempotency;
  }

  override toString(): string {
    return `rpc ${this.parent.typeName}.${this.name}`;
  }
}

class Service extends Descriptor {
  readonly kind = 'service';
  readonly file: DescFile;
  readonly name: string;
  readonly typeName: string;
  readonly methods: DescMethod[];
  readonly method: Record<string, DescMethod>;

  constructor(table: ServiceTable, file: DescFile) {
    super(table.deprecated);
    this.file = file;
    this.typeName = table.typeName;
    this.name = lastPart(table.typeName);
    const self = this as unknown as DescService;
    this.methods = table.methods.map((row) => new Method(row, self) as unknown as DescMethod);
    this.method = Object.fromEntries(this.methods.map((method) => [method.localName, method]));
  }

  override toString(): string {
    return `service ${this.typeName}`;
  }
}

function addEnums(tables: readonly EnumTable[], file: DescFile, parent?: DescMessage): DescEnum[] {
  return tables.map((table) => {
    const added = new Enum(table, file, parent) as unknown as DescEnum;
    enums.set(added.typeName, added);
    return added;
  });
}

function addMessages(
  tables: readonly MessageTable[],
  file: DescFile,
  parent?: DescMessage,
): DescMessage[] {
  return tables.map((table) => new Message(table, file, parent) as unknown as DescMessage);
}

class File extends Descriptor {
  readonly kind = 'file';
  readonly edition: number;
  readonly name: string;
  readonly dependencies: DescFile[];
  readonly enums: DescEnum[];
  readonly messages: DescMessage[];
  readonly extensions: DescExtension[] = [];
  readonly services: DescService[];

  constructor(table: FileTable, imports: DescFile[]) {
    super(table.deprecated);
    const self = this as unknown as DescFile;
    this.edition = table.edition;
    this.name = table.name;
    this.dependencies = imports;
    this.enums = addEnums(table.enums, self);
    this.messages = addMessages(table.messages, self);
    this.services = table.services.map(
      (service) => new Service(service, self) as unknown as DescService,
    );
  }

  override toString(): string {
    return `file ${this.name}.proto`;
  }
}

/** In place of the library's: of a table instead of an encoding. */
export function fileDesc(table: FileTable, imports: DescFile[] = []): DescFile {
  return new File(table, imports) as unknown as DescFile;
}
