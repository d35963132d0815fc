/** The descriptors of the bundle are those of @bufbuild/protobuf, `proto` aside. */
import type { DescFile } from '@bufbuild/protobuf';
import { expect, test } from 'vitest';
import { fileTable } from '../../.ci/lib/descriptors.mjs';
import { file_google_rpc_error_details } from '../../src/gen/google/rpc/error_details_pb.js';
import { file_google_rpc_status } from '../../src/gen/google/rpc/status_pb.js';
import { file_health_v1_health } from '../../src/gen/health/v1/health_pb.js';
import { servedServices } from '../../src/service-host.js';
import { fileDesc } from '../../src/start/descriptors.js';

const roots = [
  ...servedServices.map((service) => service.file),
  file_google_rpc_error_details,
  file_google_rpc_status,
  file_health_v1_health,
];

const made = new Map<DescFile, DescFile>();

/** As the bundle makes it, from the table that the build writes. */
function make(file: DescFile): DescFile {
  let known = made.get(file);
  if (known === undefined) {
    const table = JSON.parse(JSON.stringify(fileTable(file)));
    known = fileDesc(table, file.dependencies.map(make));
    made.set(file, known);
  }
  return known;
}

/** Where two graphs differ: paths. Each pair of objects is compared once. */
function differences(expected: unknown, actual: unknown): string[] {
  const pairs = new Map<object, object>();
  const found: string[] = [];
  const visit = (left: unknown, right: unknown, path: string): void => {
    if (typeof left === 'function') {
      if (typeof right !== 'function' || left.call(expected) !== right.call(actual)) {
        found.push(path);
      }
    } else if (typeof left !== 'object' || left === null) {
      if (left !== right) {
        found.push(`${path}: ${left}, ${right}`);
      }
    } else if (typeof right !== 'object' || right === null) {
      found.push(path);
    } else if (pairs.has(left)) {
      // One object stays one, so that identities are as before.
      if (pairs.get(left) !== right) {
        found.push(`${path}: another object`);
      }
    } else {
      pairs.set(left, right);
      if (String(left) !== String(right)) {
        found.push(`${path}.toString()`);
      }
      const keys = Object.keys(left).filter((key) => key !== 'proto' && key !== 'toString');
      for (const key of keys) {
        const [next, other] = [left, right].map(
          (object) => (object as Record<string, unknown>)[key],
        );
        visit(next, other, `${path}.${key}`);
      }
      if (Array.isArray(left) && left.length !== (right as unknown[]).length) {
        found.push(`${path}.length`);
      }
    }
  };
  visit(expected, actual, String(expected));
  return found;
}

test.each(roots.map((file) => [file.name, file] as const))('%s', (_name, file) => {
  expect(file.messages.length).toBeGreaterThan(0);
  expect(differences(file, make(file))).toEqual([]);
});

test('a difference is found', () => {
  const file = file_google_rpc_status;
  const table = JSON.parse(JSON.stringify(fileTable(file)));
  table.messages[0].fields = table.messages[0].fields.replace('"number":2', '"number":7');
  const other = fileDesc(table, file.dependencies.map(make));
  expect(differences(file, other)).not.toEqual([]);
});

test('what the bundle does not have says so', () => {
  expect(() => make(file_google_rpc_status).proto).toThrow('file google/rpc/status.proto');
});
