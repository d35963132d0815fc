// The hardening of this process, and who its clients are; src/hardening.ts.
#pragma once

#include <napi.h>

namespace ptraced::addon {

// hardenProcess(): core::harden_process(), and orphans are reaped on the JS thread as they end.
void harden_process(const Napi::CallbackInfo& info);

// reapOrphans()
void reap_orphans(const Napi::CallbackInfo& info);

// peerOf(fd): NativePeer
Napi::Value peer_of(const Napi::CallbackInfo& info);

}  // namespace ptraced::addon
