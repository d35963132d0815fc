/**
 * A client in a process of its own, for tests that kill or stop it:
 *
 *     node lone-client.mjs ADDRESS REQUEST
 *
 * REQUEST is JSON with `launch` or `attach`, and `capture`. Prints the root's pid when the header has
 * come, then reads on to the end.
 */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import * as grpc from '@grpc/grpc-js';
import { TraceRequestSchema, TraceService } from '../../dist/gen/ptraced/v1/trace_service_pb.js';

const [address = '', json = '{}'] = process.argv.slice(2);
const { launch, attach, capture } = JSON.parse(json);
const target = launch ? { case: 'launch', value: launch } : { case: 'attach', value: attach };
const { trace } = TraceService.method;

const client = new grpc.Client(address, grpc.credentials.createInsecure());
const call = client.makeServerStreamRequest(
  `/${TraceService.typeName}/${trace.name}`,
  (message) => Buffer.from(toBinary(trace.input, message)),
  (bytes) => fromBinary(trace.output, bytes),
  create(TraceRequestSchema, { target, capture }),
);
call.on('data', ({ frame }) => {
  if (frame.case === 'header') {
    process.stdout.write(`${frame.value.rootPid}\n`);
  }
});
call.on('error', (error) => {
  process.stderr.write(`${error.message}\n`);
  process.exit(1);
});
