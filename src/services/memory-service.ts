/** MemoryService: memory and registers of the tasks of a session. */
import type { MessageInitShape } from '@bufbuild/protobuf';
import type { CallContext } from '../context.js';
import type {
  DumpMemoryRequest,
  GetRegistersRequest,
  ListMappingsRequest,
  ListMappingsResponseSchema,
  ReadMemoryRequest,
  ReadSocketAddressRequest,
  ReadStringVectorRequest,
  SearchMemoryRequest,
  SetRegistersRequest,
  WriteMemoryRequest,
} from '../gen/ptraced/v1/memory_service_pb.js';
import type { Engine } from '../session/engine.js';
import { withServiceErrors } from '../session/native-failure.js';
import type { SessionRegistry } from '../session/registry.js';
import { textFields } from './bytes-fields.js';
import { checkPid } from './fields.js';
import { dumpMemory } from './memory-dump.js';
import { readMemory, readStringVector } from './memory-read.js';
import { withReader } from './memory-reader.js';
import { getRegisters, setRegisters } from './memory-registers.js';
import { searchMemory } from './memory-search.js';
import { readSocketAddress } from './memory-socket-address.js';
import { writeMemory } from './memory-write.js';

export interface MemoryServiceOptions {
  readonly registry: SessionRegistry;
  readonly engine: Engine;
}

async function listMappings(
  { session, pid }: ListMappingsRequest,
  registry: SessionRegistry,
): Promise<MessageInitShape<typeof ListMappingsResponseSchema>> {
  checkPid('pid', pid);
  const found = registry.find(session);
  const mappings = await withServiceErrors(() =>
    withReader(found, pid, 0n, (reader) => reader.mappings()),
  );
  return {
    mappings: mappings.map(({ path, ...others }) => ({ ...others, ...textFields('path', path) })),
  };
}

export function memoryHandlers({ registry, engine }: MemoryServiceOptions) {
  return {
    readMemory: async (request: ReadMemoryRequest) =>
      readMemory(request, registry.find(request.session)),
    readStringVector: async (request: ReadStringVectorRequest) =>
      readStringVector(request, registry.find(request.session)),
    readSocketAddress: async (request: ReadSocketAddressRequest) =>
      readSocketAddress(request, registry.find(request.session), engine),
    dumpMemory: (request: DumpMemoryRequest, context: CallContext) =>
      dumpMemory(request, registry.find(request.session), context),
    searchMemory: (request: SearchMemoryRequest, context: CallContext) =>
      searchMemory(request, registry.find(request.session), context),
    writeMemory: async (request: WriteMemoryRequest, context: CallContext) =>
      writeMemory(request, registry.find(request.session), context),
    listMappings: (request: ListMappingsRequest) => listMappings(request, registry),
    getRegisters: async (request: GetRegistersRequest) =>
      getRegisters(request, registry.find(request.session)),
    setRegisters: async (request: SetRegistersRequest, context: CallContext) =>
      setRegisters(request, registry.find(request.session), context),
  } as const;
}
