/**
 * A client in a process of its own, for tests that kill or stop it:
 *
 *     node lone-client.mjs ADDRESS trace|subscribe REQUEST
 *
 * REQUEST is the JSON form of the method's request. Each line says what has come, and is written before
 * anything further is read:
 *
 *     header ROOT_PID FIRST_SERIAL
 *     records FIRST_SERIAL LAST_SERIAL
 *     lost FIRST_SERIAL LAST_SERIAL
 *     output TEXT          of the command's stdout, in JSON
 *     ended LAST_SERIAL LOST_RECORDS
 */
import { writeSync } from 'node:fs';
import { fromBinary, fromJsonString, toBinary } from '@bufbuild/protobuf';
import * as grpc from '@grpc/grpc-js';
import { TraceService } from '../../dist/gen/ptraced/v1/trace_service_pb.js';

const [address = '', name = '', json = '{}'] = process.argv.slice(2);
const method = TraceService.method[name];
const decoder = new TextDecoder();

function say(...words) {
  writeSync(1, `${words.join(' ')}\n`);
}

function tell({ case: kind, value }) {
  switch (kind) {
    case 'header':
      say(kind, value.rootPid, value.firstSerial);
      break;
    case 'batch':
      say('records', value.records[0].serial, value.records.at(-1).serial);
      for (const { detail } of value.records) {
        if (detail.case === 'output' && detail.value.fd === 1) {
          say('output', JSON.stringify(decoder.decode(detail.value.data)));
        }
      }
      break;
    case 'lost':
      say(kind, value.firstSerial, value.lastSerial);
      break;
    case 'ended':
      say(kind, value.lastSerial, value.lostRecords);
      break;
  }
}

const client = new grpc.Client(address, grpc.credentials.createInsecure(), {
  'grpc.max_receive_message_length': -1,
});
const call = client.makeServerStreamRequest(
  `/${TraceService.typeName}/${method.name}`,
  (message) => Buffer.from(toBinary(method.input, message)),
  (bytes) => fromBinary(method.output, bytes),
  fromJsonString(method.input, json),
);
call.on('data', ({ frame }) => tell(frame));
call.on('error', (error) => {
  process.stderr.write(`lone client: ${error.message}\n`);
  process.exit(1);
});
