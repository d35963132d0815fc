/** MemoryService: memory and registers of the tasks of a session. */
import type { CallContext } from '../context.js';
import type {
  DumpMemoryRequest,
  GetRegistersRequest,
  ListMappingsRequest,
  ReadMemoryRequest,
  ReadSocketAddressRequest,
  ReadStringVectorRequest,
  SearchMemoryRequest,
  SetRegistersRequest,
  WriteMemoryRequest,
} from '../gen/ptraced/v1/memory_service_pb.js';
import type { Engine } from '../session/engine.js';
import type { SessionRegistry } from '../session/registry.js';
import { dumpMemory } from './memory-dump.js';
import { MappingLister } from './memory-mappings.js';
import { readMemory, readStringVector } from './memory-read.js';
import { getRegisters, setRegisters } from './memory-registers.js';
import { searchMemory } from './memory-search.js';
import { readSocketAddress } from './memory-socket-address.js';
import { writeMemory } from './memory-write.js';

export interface MemoryServiceOptions {
  readonly registry: SessionRegistry;
  readonly engine: Engine;
}

export function memoryHandlers({ registry, engine }: MemoryServiceOptions) {
  const mappings = new MappingLister(registry);
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
    listMappings: (request: ListMappingsRequest) => mappings.list(request),
    getRegisters: async (request: GetRegistersRequest) =>
      getRegisters(request, registry.find(request.session)),
    setRegisters: async (request: SetRegistersRequest, context: CallContext) =>
      setRegisters(request, registry.find(request.session), context),
  } as const;
}
