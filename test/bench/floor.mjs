/**
 * A grpc-js server that does nothing, for what grpc-js alone costs: Echo returns its request, and Stream sends
 * ready messages, as many bytes as the request's two 32-bit words say: of each, and how many.
 *
 *     node floor.mjs unix:PATH
 */
import { once } from 'node:events';
import { Server, ServerCredentials } from '@grpc/grpc-js';

const pass = (/** @type {Buffer} */ bytes) => bytes;

const method = (/** @type {string} */ path, /** @type {boolean} */ responseStream) => ({
  path,
  requestStream: false,
  responseStream,
  requestSerialize: pass,
  requestDeserialize: pass,
  responseSerialize: pass,
  responseDeserialize: pass,
});

const server = new Server({ 'grpc.max_send_message_length': -1 });
server.addService(
  { echo: method('/floor/Echo', false), stream: method('/floor/Stream', true) },
  {
    echo: (
      /** @type {import('@grpc/grpc-js').ServerUnaryCall<Buffer, Buffer>} */ call,
      /** @type {import('@grpc/grpc-js').sendUnaryData<Buffer>} */ callback,
    ) => callback(null, call.request),
    stream: async (
      /** @type {import('@grpc/grpc-js').ServerWritableStream<Buffer, Buffer>} */ call,
    ) => {
      const message = Buffer.alloc(call.request.readUInt32LE(0), 1);
      for (let left = call.request.readUInt32LE(4); left > 0; left--) {
        if (!call.write(message)) {
          await once(call, 'drain');
        }
      }
      call.end();
    },
  },
);
server.bindAsync(process.argv[2] ?? '', ServerCredentials.createInsecure(), (error) => {
  if (error) {
    throw error;
  }
});
process.once('SIGTERM', () => server.forceShutdown());
