/**
 * Asks the server at $PTRACED_SERVER how it is (grpc.health.v1): exits with 0 while it is SERVING. For the
 * container's HEALTHCHECK and exec probes.
 */
import { credentials, makeClientConstructor } from '@grpc/grpc-js';
import { service } from 'grpc-health-check';

const timeoutMs = 4000;

const Health = makeClientConstructor(service, 'grpc.health.v1.Health');
const client = new Health(process.env['PTRACED_SERVER'], credentials.createInsecure());
client.Check({ service: '' }, { deadline: Date.now() + timeoutMs }, (error, response) => {
  client.close();
  const status = error ? error.message : response.status;
  if (status !== 'SERVING') {
    process.stderr.write(`${status}\n`);
    process.exitCode = 1;
  }
});
