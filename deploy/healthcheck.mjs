/**
 * Asks the server at $PTRACED_SERVER how it is (grpc.health.v1): exits with 0 while it is SERVING. For the
 * container's HEALTHCHECK and exec probes.
 */
import { Client, credentials } from '@grpc/grpc-js';
import { service } from 'grpc-health-check';

const timeoutMs = 4000;

const address = process.env['PTRACED_SERVER'] ?? 'unix:/run/ptraced/ptraced.sock';
const { Check: check } = service;
const client = new Client(address, credentials.createInsecure());
client.makeUnaryRequest(
  check.path,
  check.requestSerialize,
  check.responseDeserialize,
  { service: '' },
  { deadline: Date.now() + timeoutMs },
  (error, response) => {
    client.close();
    const status = error ? error.message : response.status;
    if (status !== 'SERVING') {
      process.stderr.write(`${status}\n`);
      process.exitCode = 1;
    }
  },
);
