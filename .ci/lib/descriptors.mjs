/**
 * Tables of the descriptors of messages, which the bundle has in place of their encodings
 * (src/start/descriptors.ts, docs/adr/0018).
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './paths.mjs';

/**
 * @typedef {import('@bufbuild/protobuf').DescEnum} DescEnum
 * @typedef {import('@bufbuild/protobuf').DescField} DescField
 * @typedef {import('@bufbuild/protobuf').DescFile} DescFile
 * @typedef {import('@bufbuild/protobuf').DescMessage} DescMessage
 * @typedef {import('@bufbuild/protobuf').DescService} DescService
 */

/** @param {DescEnum} desc */
function enumTable({ typeName, deprecated, open, sharedPrefix, values }) {
  const rows = values.map((value) => [
    ...[value.name, value.localName, value.number, value.jsonName, value.deprecated],
  ]);
  return { typeName, deprecated, open, sharedPrefix, values: JSON.stringify(rows) };
}

/** @param {DescField} field */
function fieldRow(field) {
  // Each kind has some of them.
  const desc = /** @type {Record<string, any>} */ (/** @type {unknown} */ (field));
  return {
    name: field.name,
    localName: field.localName,
    jsonName: field.jsonName === field.localName ? undefined : field.jsonName,
    number: field.number,
    deprecated: field.deprecated || undefined,
    presence: field.presence,
    utf8Validation: field.utf8Validation || undefined,
    fieldKind: field.fieldKind,
    listKind: desc['listKind'],
    mapKind: desc['mapKind'],
    mapKey: desc['mapKey'],
    scalar: desc['scalar'],
    message: desc['message']?.typeName,
    enum: desc['enum']?.typeName,
    delimitedEncoding: desc['delimitedEncoding'],
    packed: desc['packed'],
    longAsString: desc['longAsString'] || undefined,
    oneof: field.oneof && field.parent.oneofs.indexOf(field.oneof),
    singular: desc['getDefaultValue'] !== undefined || undefined,
  };
}

/** @param {DescMessage} desc @returns {object} */
function messageTable(desc) {
  return {
    typeName: desc.typeName,
    deprecated: desc.deprecated,
    fields: JSON.stringify(desc.fields.map(fieldRow)),
    oneofs: desc.oneofs.map(({ name, localName }) => [name, localName]),
    messages: desc.nestedMessages.map(messageTable),
    enums: desc.nestedEnums.map(enumTable),
  };
}

/** @param {DescService} desc */
function serviceTable({ typeName, deprecated, methods }) {
  return {
    typeName,
    deprecated,
    methods: methods.map((method) => ({
      name: method.name,
      localName: method.localName,
      methodKind: method.methodKind,
      input: method.input.typeName,
      output: method.output.typeName,
      idempotency: method.idempotency,
      deprecated: method.deprecated,
    })),
  };
}

/** Whether a table has all of a file: it has neither extensions nor the defaults of proto2. @param {DescFile} file */
const describable = ({ proto }) => proto.syntax === 'proto3' && proto.extension.length === 0;

/** @param {DescFile} file @returns {import('../../src/start/descriptor-tables.js').FileTable} */
export function fileTable(file) {
  const table = {
    name: file.name,
    edition: file.edition,
    deprecated: file.deprecated,
    messages: file.messages.map(messageTable),
    enums: file.enums.map(enumTable),
    services: file.services.map(serviceTable),
  };
  return /** @type {import('../../src/start/descriptor-tables.js').FileTable} */ (table);
}

/** The modules that protoc-gen-es generated, of ours and of what they import. */
const generated = /_pb\.[jt]s$/;
const encoding = /\bfileDesc\("([A-Za-z0-9+/=]+)"/;

/** The file that a generated module describes, by the library. @param {string} id */
async function describedBy(id) {
  const module = id.endsWith('.ts') ? await compiled(id) : await import(id);
  return Object.values(module).find((value) => value?.kind === 'file');
}

/** A module of src/gen, with the library of node_modules. @param {string} id */
async function compiled(id) {
  const { rolldown } = await import('rolldown');
  const folder = mkdtempSync(join(root, 'dist', 'descriptors-'));
  try {
    const bundled = await rolldown({
      cwd: root,
      platform: 'node',
      input: { module: id },
      external: [/^@bufbuild\/protobuf/],
      resolve: { extensionAlias: { '.js': ['.ts', '.js'] } },
      logLevel: 'warn',
    });
    await bundled.write({ dir: folder, format: 'esm', entryFileNames: '[name].mjs' });
    await bundled.close();
    return await import(join(folder, 'module.mjs'));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A plugin of the bundler that puts the tables in place of the encodings. */
export const tablesOfDescriptors = {
  name: 'descriptors',
  /** @param {string} id */
  load(id) {
    return id.endsWith('/@bufbuild/protobuf/dist/esm/codegenv2/file.js')
      ? `export { fileDesc } from '${root}/src/start/descriptors.ts';`
      : null;
  },
  /** @param {string} code @param {string} id */
  async transform(code, id) {
    if (!generated.test(id) || !encoding.test(code)) {
      return null;
    }
    const file = await describedBy(id);
    if (!describable(file)) {
      return null; // a part of the library that nothing of ours uses
    }
    const table = JSON.stringify(fileTable(file));
    return { code: code.replace(encoding, () => `fileDesc(${table}`), map: null };
  },
  /** @param {string} code @param {{ name: string }} chunk */
  renderChunk(code, { name }) {
    if (encoding.test(code)) {
      throw new Error(`${name} has a file of messages that no table can describe`);
    }
    return null;
  },
};
