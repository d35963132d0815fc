/** What Diagnose makes of what it sees of a machine. */
import { expect, test } from 'vitest';
import { CheckOutcome } from '../../src/gen/ptraced/v1/server_service_pb.js';
import { checkYama } from '../../src/services/diagnosis.js';

const { OK, WARN, FAIL } = CheckOutcome;

/** Documentation/admin-guide/LSM/Yama.rst of the kernel. */
test.each([
  [undefined, OK, OK],
  [0, OK, OK],
  [1, WARN, OK], // descendants may be traced, and so launched commands
  [2, FAIL, OK], // nobody may, descendants neither
  [3, FAIL, FAIL],
])('Yama %s: outcome without and with CAP_SYS_PTRACE', (scope, without, withIt) => {
  const checks = [checkYama(scope, false), checkYama(scope, true)];
  expect(checks.map(({ outcome }) => outcome)).toEqual([without, withIt]);
  expect(checks.every(({ outcome, remedy }) => outcome === OK || remedy !== undefined)).toBe(true);
});
